"""Files kept with the run. The script names them; `sync` reads and sends them."""

from __future__ import annotations

import glob as globbing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import msgspec

from assay.client.places import here
from assay.sdk.values.media import Unusable, name_of
from assay.wire import limits, names
from assay.wire.errors import InvalidRequest
from assay.wire.records import File, FilePolicy
from assay.wire.texts import clean

_MAGIC = frozenset("*?[")
_RUNS = ".assay"  # the folder of runs, whose journals are nobody's files


@dataclass(frozen=True, slots=True)
class _Pattern:
    """`path`: what was named in full, or a pattern."""

    path: str
    is_named: bool
    base: Path
    policy: FilePolicy

    def matches(self) -> list[str]:
        pattern = globbing.escape(self.path) if self.is_named else self.path
        return sorted(globbing.glob(pattern, recursive=True))  # noqa: PTH207 – absolute patterns


class SavedFiles:
    """What `run.save` was given. `keep` writes a record; `wrote` is told of every file of the run's own folder before the record
    that names it; `refuse` says why something is not kept."""

    def __init__(
        self,
        folder: Path,
        *,
        keep: Callable[[File], None],
        wrote: Callable[[Path], None],
        refuse: Callable[[str, str], None],
        ignore: Sequence[str],
    ) -> None:
        self._folder = folder
        self._keep = keep
        self._wrote = wrote
        self._refuse = refuse
        self._ignore = list(ignore)
        self._patterns: list[_Pattern] = []
        self._kept: set[str] = set()
        self._told: set[tuple[str, str]] = set()

    def save(self, pattern: str | os.PathLike[str], base_path: str | os.PathLike[str] | None, policy: str) -> list[str]:
        """Keep what matches, and with `live` and `end` also what will match later. Raises InvalidRequest for a wrong argument."""
        if policy not in {"live", "now", "end"}:
            raise InvalidRequest(detail=f"save: policy {policy!r} is unknown. Expected live, now or end.")
        text = os.fspath(pattern)
        if not isinstance(text, str) or not text:
            raise InvalidRequest(detail="save: expected a path or a pattern as text.")
        absolute = os.path.normpath(os.path.join(here(), text))  # noqa: PTH118
        # A name may hold the signs of a pattern: where there is such a file, it is meant.
        is_named = not (_MAGIC & set(absolute)) or os.path.lexists(absolute)
        if base_path is not None:
            base = here() / base_path
        elif os.path.isabs(text):  # noqa: PTH117
            base = Path(text).parent if is_named else _fixed_part(text)
        else:
            base = here()
        if not _is_below(Path(absolute), base) and is_named:
            raise InvalidRequest(detail=f"save: {text!r} is not below base_path {str(base)!r}.")
        wanted = _Pattern(absolute, is_named, base, policy)  # type: ignore[arg-type]
        if policy != "now":
            self._patterns.append(wanted)
        return self._match(wanted, again=True)

    def look_again(self) -> None:
        """Keep what has come to match since."""
        for wanted in self._patterns:
            self._match(wanted, again=False)

    def keep_all_in(self, folder: Path) -> None:
        """Keep whatever the script put into the run's own folder."""
        for path in sorted(_files_in(folder)):
            if not path.is_symlink():
                name = _name_of(path, folder)
                if name not in self._kept and not name.startswith("."):
                    self._keep_one(path, name, "end")

    def keep_content(self, name: str, content: bytes) -> bool:
        """Keep `content` as the run's file `name`. False: it was refused. Raises OSError."""
        path = self._own_path(name)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(content)
        self._wrote(path)
        return self._keep_one(path, name, "now")

    def keep_value(self, key: str, step: int, value: Any, *, unique: str) -> dict[str, Any]:
        """A value too large for a row, as a file; what comes back stands in the row for it. `unique` is in its name: keys that
        differ in a sign alone, and the same one at the same step again, have a file each. Raises OSError."""
        from assay.wire import media

        content = msgspec.json.encode(value)
        name = f"values/{name_of(key)}_{step}_{unique}.json"
        self.keep_content(name, content)
        kept = {"_type": "file", "path": name, "bytes": len(content)}
        return kept if (holds := media.media_type(value)) is None else {**kept, "holds": holds}

    def keep_media(self, path: str, content: Path) -> None:
        """Keep what lies, or will lie, in the run's own folder under `path`; now it is in the file `content`. Raises Unusable."""
        if len(self._kept) >= limits.FILE_COUNT:
            raise Unusable(f"the run has {limits.FILE_COUNT} files already (FILE_COUNT)")
        self._kept.add(path)
        self._wrote(content)
        self._keep(File(path, "now"))

    def has(self, path: str) -> bool:
        """Whether `path` is among the files kept by this process."""
        return path in self._kept

    def _match(self, wanted: _Pattern, *, again: bool) -> list[str]:
        found: list[str] = []
        for match in wanted.matches():
            path = Path(match)
            files = _files_in(path) if os.path.isdir(path) else [path]  # noqa: PTH112
            for file in files:
                try:
                    name = _name_of(file, wanted.base)
                except ValueError:
                    self._refuse_once(f"file {match}", f"it is not below {wanted.base}")
                    continue
                if not again and name in self._kept:
                    continue
                if self._keep_file(file, name, wanted):
                    found.append(str(file))
        return found

    def _keep_file(self, file: Path, name: str, wanted: _Pattern) -> bool:
        if any(fnmatch(name, pattern) for pattern in self._ignore):
            return False
        # What a pattern finds may be a link to anywhere; what was named in full is meant.
        is_named = wanted.is_named and str(file) == wanted.path
        try:
            real = file.resolve(strict=True)
            if not is_named and not _is_below(real, wanted.base.resolve()):
                self._refuse_once(f"file {name}", "it is a link to a file outside of the folder that was saved")
                return False
            if not real.is_file():
                self._refuse_once(f"file {name}", "it is not an ordinary file")
                return False
            if wanted.policy == "now":
                import shutil

                copy = self._own_path(name)
                shutil.copyfile(real, copy)
                self._wrote(copy)
                real = copy
            return self._keep_one(real, name, wanted.policy)
        except OSError as error:
            self._refuse_once(f"file {name}", error.strerror or "it cannot be read")
            return False

    def _keep_one(self, source: Path, name: str, policy: FilePolicy) -> bool:
        if not names.is_file_path(name):
            self._refuse_once(f"file {name}"[:200], "its path is not one every system can hold")
            return False
        if len(self._kept) >= limits.FILE_COUNT and name not in self._kept:
            self._refuse_once(f"file {name}", f"the run has {limits.FILE_COUNT} files already")
            return False
        if (place := str(source)) != clean(place):
            self._refuse_once(f"file {name}", "the name of its folder is no UTF-8; policy='now' keeps a copy of it")
            return False
        self._kept.add(name)
        self._keep(File(name, policy, place))
        return True

    def _refuse_once(self, key: str, reason: str) -> None:
        """Say it the first time: patterns are looked at again every few seconds."""
        if (key, reason) not in self._told:
            self._told.add((key, reason))
            self._refuse(key, reason)

    def _own_path(self, name: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path


def _files_in(folder: Path) -> list[Path]:
    """Files below `folder` at any depth, but not the journals of runs that lie there too. What cannot be looked into, and what
    is deleted meanwhile, is left out."""
    found: list[Path] = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != _RUNS]
        found += [path for name in files if os.path.isfile(path := Path(place, name))]  # noqa: PTH113
    return found


def _name_of(file: Path, base: Path) -> str:
    """What a file is called in the run. Raises ValueError. Some systems write an accent as a character of its own."""
    return names.one_form(file.relative_to(base).as_posix())


def _fixed_part(pattern: str) -> Path:
    """The folder above the first part with a wildcard."""
    fixed = Path(pattern).parent
    while _MAGIC & set(str(fixed)):
        fixed = fixed.parent
    return fixed


def _is_below(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents
