"""What all media have in common: they are made by the script, and stored when a row is logged.

Making one takes a copy of what may change, and never raises for what it was given: a picture that cannot be kept must not end a
training. The fault is kept and told when the value is logged. Storing writes files below the run's folder through a `Shelf`."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from assay.journal import staging
from assay.journal.staging import Buffer, RawImage, RawVideo
from assay.wire import limits
from assay.wire.names import is_file_path
from assay.wire.texts import clean, cut

if TYPE_CHECKING:
    from assay.wire import media

_KEY_CHARS = 80
_KEY_BYTES = 160  # of a key in a file's name, of which systems let 255 be; a step, a number, endings and a scratch mark follow
_IN_ROW = 32  # media of a list that stand in the row itself; about 8 KB


class Unusable(Exception):
    """`str(error)` is the reason why something cannot be kept, in a few words."""


class Media:
    """One value to be logged. Subclasses implement `_make`, which may raise Unusable, and `_stored`."""

    folder: ClassVar[str]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.fault = ""
        try:
            self._make(*arguments, **options)
        except Unusable as error:
            self.fault = str(error)
        except Exception as error:
            self.fault = f"{type(self).__name__} could not be made: {type(error).__name__}: {error}"[:300]

    def store(self, shelf: Shelf) -> dict[str, Any]:
        """Write the files and answer what stands in the row. Raises Unusable and OSError."""
        if self.fault:
            raise Unusable(self.fault)
        from assay.wire import media

        try:
            return media.encode(self._stored(shelf))
        except (Unusable, OSError):
            raise
        except Exception as error:
            raise Unusable(f"{type(self).__name__} could not be stored: {type(error).__name__}: {error}"[:300]) from error

    def _make(self, *arguments: Any, **options: Any) -> None:
        raise NotImplementedError

    def _stored(self, shelf: Shelf) -> media.Media:
        raise NotImplementedError


class Shelves:
    """Where a writer's media go. `keep` writes the record of a file, whose content lies at the path, or says why there can be
    none by raising Unusable."""

    def __init__(self, folder: Callable[[], Path], keep: Callable[[str, Path], None], refuse: Callable[[str, str], None]) -> None:
        self.folder = folder
        self.keep = keep
        self.refuse = refuse
        # Several writers, and the same one after a restart, log the same key at the same step.
        self._token = os.urandom(3).hex()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._staged = 0

    def shelf(self, key: str, step: int) -> Shelf:
        return Shelf(self, key, f"{name_of(key)}_{step}")

    def put_away(self, row: dict[str, Any], refused: dict[str, str], step: int) -> None:
        """Write the files of the media in `row` and put in their place what stands for them; what cannot be kept is moved to
        `refused` with its reason. Of a list what can be kept is kept."""
        for key, value in list(row.items()):
            if isinstance(value, Media):
                entries = [value]
            elif type(value) is list and value and isinstance(value[0], Media):
                entries = value
            else:
                continue
            shelf, stored, reasons = self.shelf(key, step), [], []
            for place, each in enumerate(entries):
                try:
                    stored.append(each.store(shelf))
                except Unusable as reason:
                    reasons.append(f"entry {place}: {reason}" if type(value) is list else str(reason))
                except OSError as error:
                    reasons.append(f"its file could not be written ({error.strerror or error})")
            if reasons:
                refused[key] = reasons[0] if len(reasons) == 1 else f"{len(reasons)} of {len(entries)}: {reasons[0]}"
            if stored:
                row[key] = self._listed(shelf, stored) if type(value) is list else stored[0]
            else:
                del row[key]

    def _listed(self, shelf: Shelf, stored: list[dict[str, Any]]) -> Any:
        """A list as a row holds it: a long one is a file, so that finding the steps that have one stays cheap."""
        if len(stored) <= _IN_ROW:
            return stored
        content = msgspec.json.encode(stored)
        try:
            path = shelf.content("lists", "json", [content])
        except (OSError, Unusable):
            return stored
        return {"_type": "file", "path": path, "bytes": len(content), "holds": stored[0]["_type"], "count": len(stored)}

    def next_name(self) -> str:
        return f"{self._token}{next(self._numbers):x}"

    def make_room(self, size: int) -> None:
        """Raises Unusable while too much waits to be encoded."""
        with self._lock:
            if self._staged + size > limits.STAGED_BYTES:
                self._staged = staging.staged_bytes(self.folder())
            if self._staged + size > limits.STAGED_BYTES:
                raise Unusable(
                    f"{self._staged // limits.MIB} MiB of media wait to be encoded; the limit is "
                    f"{limits.STAGED_BYTES // limits.MIB} MiB (STAGED_BYTES)"
                )
            self._staged += size


class Shelf:
    """Where the media of one key and step go. Everything answers the path in the run. Raises OSError and Unusable."""

    def __init__(self, shelves: Shelves, key: str, name: str) -> None:
        self._shelves = shelves
        self._key = key
        self._name = name

    def content(self, folder: str, ending: str, parts: Sequence[Buffer]) -> str:
        """Keep `parts`, end to end, as they are."""
        path = self._path(folder, ending)
        target = staging.media_path(self._shelves.folder(), path)
        staging.write(target, parts)
        self._shelves.keep(path, target)
        return path

    def copy(self, folder: str, ending: str, source: Path) -> str:
        """Keep a copy of a file as it is now."""
        path = self._path(folder, ending)
        target = staging.media_path(self._shelves.folder(), path)
        import shutil

        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            shutil.copyfile(source, target)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise Unusable(f"{source} cannot be read: {error.strerror or error}") from error
        self._shelves.keep(path, target)
        return path

    def stage(self, folder: str, ending: str, raw: RawImage | RawVideo, parts: Sequence[Buffer]) -> str:
        """Keep `parts` to be encoded by somebody else."""
        self._shelves.make_room(sum(memoryview(part).nbytes for part in parts))
        path = self._path(folder, ending)
        staging.stage(self._shelves.folder(), path, raw, parts)
        self._shelves.keep(path, staging.staged_path(self._shelves.folder(), path))
        return path

    def refuse(self, what: str, reason: str) -> None:
        """Say that a part of the value is left out."""
        self._shelves.refuse(f"{self._key} {what}", reason)

    def _path(self, folder: str, ending: str) -> str:
        return f"media/{folder}/{self._name}_{self._shelves.next_name()}.{ending}"


def name_of(key: str) -> str:
    """How the name of a file begins that holds what was logged under `key`."""
    short = cut(key[:_KEY_CHARS], _KEY_BYTES)
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in short).strip(". ")
    return safe if is_file_path(safe) else "value"


def local_file(given: Any) -> Path | None:
    """The file that a path names; None for what is no path. Raises Unusable where there is no such file."""
    if not isinstance(given, str | os.PathLike):
        return None
    path = Path(os.fspath(given)).expanduser()
    try:
        if not path.is_file():
            raise Unusable(f"there is no file {str(path)[:200]!r}")
    except (OSError, ValueError) as error:
        raise Unusable(f"{str(path)[:200]!r} cannot be read: {error}") from error
    return path


def ending_of(path: Path) -> str:
    return path.suffix.removeprefix(".").lower()


def bytes_of(given: Any) -> bytes | None:
    """The content of bytes or of an open file; None for anything else."""
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given)
    if hasattr(given, "read"):
        if hasattr(given, "seek"):
            given.seek(0)
        content = given.read()
        return content.encode() if isinstance(content, str) else bytes(content)
    return None


def shown_caption(caption: Any) -> str | None:
    return None if caption is None else shown(caption, limits.CAPTION_CHARS)


def shown(text: Any, chars: int) -> str:
    """What a row can hold of it: a text that is not valid Unicode, such as a file's odd name, would cost the whole row."""
    return clean(str(text))[:chars]


def is_of(value: Any, *packages: str) -> bool:
    """Whether a class of `value` comes from one of the packages, none of which is imported to find out."""
    return any(kind.__module__.partition(".")[0] in packages for kind in type(value).__mro__[:-1])


def numpy() -> Any:
    """Raises Unusable where numpy is not installed."""
    found = sys.modules.get("numpy")
    if found is not None:
        return found
    try:
        import numpy as found
    except ImportError as error:
        raise Unusable('this needs numpy: pip install "assay[media]"') from error
    return found


def as_array(value: Any) -> Any:
    """A numpy array of what has numbers: an array, a tensor of any library, nested lists. Raises Unusable."""
    np = numpy()
    if hasattr(type(value), "detach"):  # torch: leave the graph and the device
        value = value.detach()
        if str(getattr(value, "dtype", "")) == "torch.bfloat16":
            value = value.float()
        value = value.cpu().numpy()
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise Unusable(f"an array of numbers was expected: {error}") from error
    if array.dtype.kind not in "biuf":
        raise Unusable(f"an array of numbers was expected, not of {array.dtype} (a {type(value).__name__})")
    return array


def stretched(array: Any, *, normalize: bool) -> tuple[Any, list[float] | None]:
    """Unsigned bytes of any numbers by the rule of `docs/reference/media.md`, and the range that was stretched. The bytes may be
    the array itself."""
    np = numpy()
    if array.dtype == np.uint8:
        return array, None
    if array.dtype == bool:
        return array.astype(np.uint8) * np.uint8(255), None
    is_whole = array.dtype.kind in "iu"
    if not normalize:
        cut = np.clip(array if is_whole else np.nan_to_num(array, nan=0.0, posinf=255.0, neginf=0.0), 0, 255)
        return cut.astype(np.uint8), None
    if array.dtype == np.float16:  # it ends at 65,504, which the factor of a narrow range exceeds
        array = array.astype(np.float32)
    low, high = float(array.min()), float(array.max())
    if is_whole and low >= 0 and high <= 255:
        return array.astype(np.uint8), None
    if not (np.isfinite(low) and np.isfinite(high)):
        finite = array[np.isfinite(array)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        array = np.nan_to_num(array, nan=low, posinf=high, neginf=low)
    if not is_whole and low >= 0 and high <= 1:
        scaled, found = np.multiply(array, 255.0, dtype=np.float32), None
    else:
        # In halves, so that the width of a range from −1e308 to 1e308 is a number.
        half = max(high / 2 - low / 2, 1e-300)
        scaled = (array / 2.0 - low / 2) * (255.0 / half) if half < 1e300 else (array / half / 2 - low / half / 2) * 255.0
        found = [low, high]
    scaled = np.asarray(scaled, dtype=np.float32)
    scaled += 0.5
    return np.clip(scaled, 0, 255).astype(np.uint8), found
