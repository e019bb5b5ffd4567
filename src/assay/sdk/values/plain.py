"""Turn what a script hands over into what a record holds: None, bool, int64, float, str, datetime, lists and dicts of these.

Nothing is imported to look at a value: objects of numpy, torch and their kind are known by what they offer. Whatever an object
does when it is asked, the answer here is a value or `Unstorable` with the reason."""

from __future__ import annotations

import datetime
import enum
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from types import ModuleType
from typing import Any

import msgspec

from assay.journal.interrupts import is_interrupt
from assay.sdk.values.histogram import Histogram
from assay.sdk.values.media import Media, Unusable, is_of
from assay.wire import limits, names
from assay.wire.texts import clean, cut

INT_MIN, INT_MAX = -(1 << 63), (1 << 63) - 1
_REASON_CHARS = 200
_DESCRIBED_CHARS = 2_000
_CONFIG_DEPTH = 2  # the config around a value is a level of its own, and what stands at the last is one more
_FINE_TIME = re.compile(r"(datetime|timedelta)64\[[0-9]*[npfa]s\]")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_encode = msgspec.msgpack.Encoder().encode


class Unstorable(Exception):
    """`str(error)` is the reason, in a few words."""


def plain(value: Any) -> Any:
    """`value` as it is stored. Raises Unstorable, and what a signal handler raises meanwhile."""
    return _read(_plain, value)


def described(value: Any) -> Any:
    """As `plain`, but what has no plain form is kept as the text that Python shows for it, a class or function as its name: for a
    config, which tells people what a run was made of. Raises Unstorable for media and for what is nested too deep."""
    return _read(_described, value, depth=_CONFIG_DEPTH)


def _read(form: Callable[[Any, int], Any], value: Any, *, depth: int = 0) -> Any:
    try:
        return form(value, depth)
    except Unstorable:
        raise
    except RecursionError:
        raise Unstorable(f"nested deeper than {limits.NESTING} levels") from None
    except Exception as error:
        if is_interrupt(error):
            raise
        raise Unstorable(f"{_type_name(value)} failed when it was read: {_said(error)}") from error


def usable(value: Any) -> Any:
    """`plain` for a part of media. Raises Unusable."""
    try:
        return plain(value)
    except Unstorable as error:
        raise Unusable(str(error)) from None


def size_bytes(value: Any) -> int:
    """Encoded size of a plain value."""
    return len(_encode(value))


def _plain(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind is float or kind is bool or value is None:
        return value
    if kind is int:
        return _int(value)
    if kind is str:
        return _str(value)
    if depth > limits.NESTING:
        raise Unstorable(f"nested deeper than {limits.NESTING} levels")
    if isinstance(value, enum.Enum):
        return _plain(value.value, depth + 1)
    # Subclasses of the plain types, numpy.float64 among them.
    if isinstance(value, bool | int | float | str):
        return _subclass(value)
    if isinstance(value, Histogram):
        return value.stored()
    if isinstance(value, dict | Mapping):
        return _dict(value, depth, _plain)
    if isinstance(value, list | tuple | Set | range):
        return _list(value, depth, _plain)
    if isinstance(value, datetime.datetime):
        return _moment(value)
    return _other(value, depth)


def _int(value: int) -> int:
    if INT_MIN <= value <= INT_MAX:
        return value
    raise Unstorable("an integer of more than 64 bits")


def _str(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unstorable("text that is not valid Unicode (a lone surrogate)") from None
    return value


def _moment(value: datetime.datetime) -> datetime.datetime | None:
    """`value` with its time zone, of the very class that can be encoded; None for one that is no time (pandas.NaT)."""
    if type(value) is not datetime.datetime:
        if value != value:
            return None
        value = datetime.datetime(
            value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond, value.tzinfo,
            fold=value.fold,
        )  # fmt: skip
    return value if value.tzinfo is not None else value.astimezone()


def _subclass(value: bool | int | float | str) -> Any:
    if isinstance(value, int):
        return _int(int(value))
    return float(value) if isinstance(value, float) else _str(str.__str__(value))


def _refuse_endless(value: Collection[Any]) -> None:
    """So many elements are too long whatever they are; looking at them may take minutes and all memory."""
    if len(value) > limits.VALUE_BYTES:
        raise Unstorable(f"{len(value)} elements; save them as a file with run.save()")


def _list(value: Collection[Any], depth: int, form: Callable[[Any, int], Any]) -> list[Any]:
    _refuse_endless(value)
    return [form(entry, depth + 1) for entry in value]


def _dict(value: Mapping[Any, Any], depth: int, form: Callable[[Any, int], Any]) -> dict[str, Any]:
    _refuse_endless(value)
    result: dict[str, Any] = {}
    for key, entry in value.items():
        name = key if isinstance(key, str) else str(form(key, depth + 1))
        if name in result:
            raise Unstorable(f"two keys that both read {name[:50]!r}")
        result[_str(name)] = form(entry, depth + 1)
    return result


def _described(value: Any, depth: int) -> Any:
    try:
        return _plain(value, depth)
    except Exception as error:
        if depth > limits.NESTING or isinstance(value, Media) or is_interrupt(error):
            raise
    if isinstance(value, Mapping):
        return _dict(value, depth, _described)
    if isinstance(value, list | tuple | Set):
        return _list(value, depth, _described)
    if (fields := _fields(value)) is not None:
        return _dict(fields, depth, _described)
    return _text_of(value)


def _text_of(value: Any) -> str:
    """What Python shows for it, without the addresses that are others in every process; cut where it is long."""
    try:
        if isinstance(value, ModuleType):
            text = value.__name__
        elif callable(value) and hasattr(value, "__qualname__"):
            text = f"{value.__module__}.{value.__qualname__}".removeprefix("builtins.").removeprefix("None.")
        else:
            text = _ADDRESS.sub("", str(value))
    except Exception as error:
        if is_interrupt(error):
            raise
        text = _type_name(value)
    shown = clean(text)
    return shown if len(shown) <= _DESCRIBED_CHARS else f"{shown[:_DESCRIBED_CHARS]}…"


def _other(value: Any, depth: int) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        raise Unstorable("bytes; decode them to text, or save a file with run.save()")
    if isinstance(value, Decimal | Fraction):
        return float(value)
    if isinstance(value, datetime.date | datetime.time | PurePath):
        return _str(str(value))
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, complex):
        raise Unstorable("a complex number; log its real and imaginary parts")
    if (array := _array(value)) is not _NOT_AN_ARRAY:
        return array if array is None else _plain(array, depth + 1)
    if (fields := _fields(value)) is not None:
        return _dict(fields, depth, _plain)
    if type(value).__module__ == "uuid":
        return str(value)
    if isinstance(value, Media):
        raise Unstorable("media; they are logged with run.log(), by themselves or in a list under their key")
    raise Unstorable(f"a value of type {_type_name(value)}")


_NOT_AN_ARRAY = object()


def _array(value: Any) -> Any:
    """A number for anything array-like with one element, nested lists for more."""
    kind = type(value)
    if isinstance(value, type) or not (hasattr(kind, "shape") or hasattr(kind, "item")):
        return _NOT_AN_ARRAY
    if hasattr(kind, "detach"):  # torch: leave the graph and the device
        value = value.detach()
        if getattr(value, "is_sparse", False):
            value = value.to_dense()
        if str(getattr(value, "dtype", "")) in {"torch.bfloat16", "torch.float16"}:
            value = value.float()
        value = value.cpu()
    elif not hasattr(kind, "item") and hasattr(kind, "numpy"):  # tensorflow
        value = value.numpy()
        kind = type(value)
    shape = getattr(value, "shape", ())
    count = math.prod(int(length) for length in shape) if shape is not None else 1
    if count == 1 and hasattr(value, "item"):
        if hasattr(kind, "filled") and bool(value.mask):  # numpy.ma: what is below the mask is no value
            return None
        if _is_fine_time(value):
            return _fine_times(value.reshape(())[()])
        found = value.item()
        # numpy gives a long double back as it is.
        return float(found) if type(found).__name__ == "longdouble" else found
    if count * 8 > limits.FRAME_BYTES:
        raise Unstorable(f"an array of {count} elements; save it as a file with run.save()")
    if _is_fine_time(value):
        return _fine_times(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    return _NOT_AN_ARRAY


def _is_fine_time(value: Any) -> bool:
    """Whether numpy gives it as whole numbers, because Python's times are not so fine."""
    return is_of(value, "numpy") and _FINE_TIME.fullmatch(str(getattr(value, "dtype", ""))) is not None


def _fine_times(value: Any) -> Any:
    """Points in time as texts, spans in seconds, as those of coarser units are; None for what is none (NaT)."""
    if value.dtype.kind == "M":
        return _without("NaT", value.astype(str).tolist())
    seconds = (value / value.dtype.type(1, "s")).tolist()
    return _without(None, seconds)


def _without(none: Any, value: Any) -> Any:
    """Nested lists with None for each value that is `none`, or not even itself."""
    if isinstance(value, list):
        return [_without(none, each) for each in value]
    return None if value == none or value != value else value


def _fields(value: Any) -> Mapping[str, Any] | None:
    """The fields of a dataclass, a pydantic model, an attrs class, a msgspec struct, a namespace; None for anything else."""
    if isinstance(value, type):
        return None
    kind = type(value)
    if names_ := getattr(kind, "__dataclass_fields__", None):
        return {name: getattr(value, name) for name in names_ if hasattr(value, name)}
    if hasattr(kind, "model_fields") and hasattr(value, "model_dump"):
        dumped: Mapping[str, Any] = value.model_dump(mode="python")
        return dumped
    if names_ := getattr(kind, "__struct_fields__", None):
        return {name: getattr(value, name) for name in names_}
    if attributes := getattr(kind, "__attrs_attrs__", None):
        return {attribute.name: getattr(value, attribute.name) for attribute in attributes}
    if kind.__name__ in {"Namespace", "SimpleNamespace"} and kind.__module__ in {"argparse", "types"}:
        return dict(vars(value))
    return None


def flatten(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """A logged row as plain values by key, nested dicts joined with dots, and the reasons of what cannot be stored, by key.

    A dict with `_type` is one value. Media, and lists of them, come back as they are: `Shelves` writes their files. None is
    an absent value and is left out."""
    row: dict[str, Any] = {}
    refused: dict[str, str] = {}
    _flatten("", data, row, refused, 0)
    return row, refused


def _flatten(prefix: str, data: Mapping[Any, Any], row: dict[str, Any], refused: dict[str, str], depth: int) -> None:
    for name, value in data.items():
        if not isinstance(name, str):
            refused[f"{prefix}{_shown(name)}"] = f"a key of type {_type_name(name)}; keys are text"
            continue
        key = prefix + name
        if not names.is_key(key):
            refused[_shown(key)] = f"not a key: expected valid Unicode text of 1 to {limits.KEY_BYTES} bytes"
        elif type(value) is dict and value and "_type" not in value and depth < limits.NESTING:
            _flatten(f"{key}.", value, row, refused, depth + 1)
        elif key in row:
            refused[key] = "given twice in one row: nested, and with a dot in its name"
        else:
            try:
                media = media_of(value)
                stored = plain(value) if media is None else media
            except Unstorable as reason:
                refused[key] = str(reason)
                continue
            if stored is not None:
                row[key] = stored


def media_of(value: Any) -> Media | list[Media] | None:
    """The media that a logged value is: itself, a list of them, or what another library draws; None for all else."""
    if type(value) in _NEVER_MEDIA:
        return None
    if isinstance(value, list | tuple):
        return _all_media(value) if value and isinstance(value[0], Media) else None
    if isinstance(value, Media):
        return value
    if is_of(value, *_DRAWING) or getattr(value, "__name__", "") == "matplotlib.pyplot":
        from assay.sdk.values.foreign import as_media

        return as_media(value)
    return None


_NEVER_MEDIA = frozenset({float, int, bool, str, dict, bytes, type(None)})
_DRAWING = ("matplotlib", "seaborn", "plotly", "bokeh", "PIL")


def _all_media(values: Sequence[Any]) -> list[Media]:
    if len(values) > limits.MEDIA_LIST:
        raise Unstorable(f"a list of {len(values)} media; the limit is {limits.MEDIA_LIST} (MEDIA_LIST)")
    for value in values:
        if not isinstance(value, Media):
            raise Unstorable(f"a list of media with a {_type_name(value)} in it")
    return list(values)


def _shown(key: object) -> str:
    """A key that cannot be stored, as something that can."""
    try:
        text = key if isinstance(key, str) else repr(key)
    except Exception:
        text = _type_name(key)
    return cut(text, 100) or '""'


def _type_name(value: object) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _said(error: Exception) -> str:
    try:
        return clean(f"{type(error).__name__}: {error}"[:_REASON_CHARS])
    except Exception:
        return type(error).__name__
