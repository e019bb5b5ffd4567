"""A run's config: what it started from. A mapping with attributes, written to the journal as it changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from assay.sdk.errors import ConfigChanged
from assay.sdk.redact import Redactor
from assay.sdk.values.plain import Unstorable, described, size_bytes
from assay.wire import limits, names, records
from assay.wire.errors import InvalidRequest
from assay.wire.values import is_same

Refuse = Callable[[str, str], None]
Write = Callable[[records.Config], None]
_NOT_A_KEY = f"not a key: expected text of 1 to {limits.KEY_BYTES} bytes"


class Config(MutableMapping[str, Any]):
    """`config.lr`, `config["lr"]`, `config.update(…)`. Changing an entry raises ConfigChanged unless that is allowed.

    Values are kept as plain data: an object of one's own reads back as the dict that is stored."""

    def __init__(self, *, write: Write, refuse: Refuse, redactor: Redactor, allow_val_change: bool = False) -> None:
        vars(self).update(
            _values={}, _write=write, _tell=refuse, _redactor=redactor, _allow=allow_val_change, _sizes={}, _is_open=False,
            _refused=[],
        )  # fmt: skip

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.update({key: value})

    def __delitem__(self, key: str) -> None:
        del self._values[key]
        self._sizes.pop(key, None)
        if self._is_open:
            self._write(records.Config([], [[key]], time.time()))

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        try:
            return vars(self)["_values"][key]
        except KeyError:
            raise AttributeError(f"The run's config has no entry {key!r}") from None

    def __setattr__(self, key: str, value: Any) -> None:
        self[key] = value

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)

    def __eq__(self, other: object) -> bool:
        return bool(self._values == (other._values if isinstance(other, Config) else other))

    __hash__ = None  # type: ignore[assignment]

    def as_dict(self) -> dict[str, Any]:
        return dict(self._values)

    def update(self, other: Any = (), allow_val_change: bool | None = None, **more: Any) -> None:  # type: ignore[override]
        """Take entries from whatever `read` understands. Raises ConfigChanged, and then has changed nothing."""
        given = {**read(other), **more}
        allowed = self._allow if allow_val_change is None else allow_val_change
        changed: dict[str, Any] = {}
        sizes = dict(self._sizes)
        for key, value in given.items():
            stored, is_kept = self._stored(key, value, sizes)
            if not is_kept or (key in self._values and is_same(self._values[key], stored)):
                continue
            if key in self._values and not allowed:
                raise ConfigChanged(key=key, old=self._values[key], new=stored)
            changed[key] = stored
        self._values.update(changed)
        self._sizes.update(sizes)
        if changed and self._is_open:
            self._write(records.Config([([key], value) for key, value in changed.items()], [], time.time()))

    def setdefaults(self, other: Any) -> None:
        """Take the entries of `other` that are not there yet."""
        self.update({key: value for key, value in read(other).items() if key not in self._values})

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self._values:
            self[key] = default
        return self._values.get(key)

    def persist(self) -> None:
        """From now on changes are written; what is there by now is in the Start record, and what is not can be told."""
        vars(self)["_is_open"] = True
        while self._refused:
            self._tell(*self._refused.pop(0))

    def adopt(self, earlier: Mapping[str, Any]) -> None:
        """Entries that a resumed run has already, where this script says nothing else."""
        for key, value in earlier.items():
            self._values.setdefault(key, value)

    def _refuse(self, key: str, reason: str) -> None:
        """Say that `key` is not kept. Until the Start record is written that waits: nothing comes before it in a journal."""
        if self._is_open:
            self._tell(key, reason)
        else:
            self._refused.append((key, reason))

    def _stored(self, key: str, value: Any, sizes: dict[str, int]) -> tuple[Any, bool]:
        """The plain, masked value, and whether it can be kept beside others of `sizes`, where its own is noted."""
        if not isinstance(key, str) or not names.is_key(key):
            self._refuse(f"config.{key!r}"[:100], _NOT_A_KEY)
            return None, False
        try:
            stored = self._redactor.value(key, self._with_sound_keys(f"config.{key}", described(value)))
            size = size_bytes({key: stored})
        except Unstorable as reason:
            self._refuse(f"config.{key}", str(reason))
            return None, False
        if sum(sizes.values()) - sizes.get(key, 0) + size > limits.CONFIG_BYTES:
            self._refuse(f"config.{key}", f"the config would exceed {limits.CONFIG_BYTES} bytes")
            return None, False
        sizes[key] = size
        return stored, True

    def _with_sound_keys(self, path: str, value: Any) -> Any:
        """`value` without the entries whose keys cannot be kept; each is refused by itself."""
        if not isinstance(value, dict):
            return value
        kept: dict[str, Any] = {}
        for key, entry in value.items():
            if names.is_key(key):
                kept[key] = self._with_sound_keys(f"{path}.{key}", entry)
            else:
                self._refuse(f"{path}.{key!r}"[:100], _NOT_A_KEY)
        return kept


def read(source: Any) -> dict[str, Any]:
    """Config entries from a mapping, pairs, a dataclass, a pydantic model, argparse, absl flags, OmegaConf, or the path of a YAML
    or JSON file. Raises InvalidRequest for anything else."""
    if source is None:
        return {}
    if isinstance(source, Config):
        return source.as_dict()
    if isinstance(source, str | Path):
        return _read_file(Path(source))
    if (omegaconf := sys.modules.get("omegaconf")) is not None and omegaconf.OmegaConf.is_config(source):
        return _text_keys(omegaconf.OmegaConf.to_container(source, resolve=True))
    if isinstance(source, Mapping):
        return _text_keys(source)
    if hasattr(source, "flag_values_dict"):  # absl
        return dict(source.flag_values_dict())
    if isinstance(source, Iterable) and not hasattr(source, "__dataclass_fields__") and not hasattr(source, "model_dump"):
        try:
            return _text_keys(dict(source))
        except (TypeError, ValueError):
            pass
    try:
        fields = described(source)
    except Unstorable as reason:
        fields = str(reason)
    if isinstance(fields, dict):
        return fields
    expected = "a dict, a dataclass, an argparse namespace, absl flags, OmegaConf, a pydantic model, or the path of a YAML file"
    raise InvalidRequest(detail=f"config cannot be read from {type(source).__name__}. Expected: {expected}.")


def select(entries: Mapping[str, Any], include: Iterable[str] | None, exclude: Iterable[str] | None) -> dict[str, Any]:
    """Only the keys to include, or all but those to exclude. Raises InvalidRequest when both are given."""
    if include and exclude:
        raise InvalidRequest(detail="Give config_include_keys or config_exclude_keys, not both.")
    if include:
        wanted = set(include)
        return {key: value for key, value in entries.items() if key in wanted}
    unwanted = set(exclude or ())
    return {key: value for key, value in entries.items() if key not in unwanted}


def _text_keys(source: Any) -> dict[str, Any]:
    return {key if isinstance(key, str) else str(key): value for key, value in source.items()}


def _read_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text()
    except OSError as error:
        raise InvalidRequest(detail=f"The config file {path} cannot be read ({error.strerror}).") from error
    if path.suffix.lower() == ".json":
        import json

        loads: Callable[[str], Any] = json.loads
    else:
        try:
            import yaml
        except ImportError as error:
            raise InvalidRequest(detail=f"Reading {path} needs PyYAML. Install it: pip install pyyaml") from error
        loads = yaml.safe_load
    try:
        content = loads(text)
    except Exception as error:
        raise InvalidRequest(detail=f"The config file {path} cannot be parsed: {error}") from error
    if not isinstance(content, dict):
        raise InvalidRequest(detail=f"The config file {path} holds no mapping at its top.")
    # W&B's files describe each entry: {lr: {desc: …, value: 0.1}}.
    if content and all(isinstance(entry, dict) and "value" in entry for entry in content.values()):
        content = {key: entry["value"] for key, entry in content.items()}
    return _text_keys(content)
