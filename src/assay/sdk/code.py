"""The code a run ran, kept as its files under `code/`: the main script when asked for, any tree with `run.log_code`.

Off unless asked: code may be secret. The server can forbid it for everybody, or ask for the main script of every run."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assay.client.places import here
from assay.sdk.redact import Redactor
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.names import one_form

FOLDER = "code"
Chooses = Callable[..., bool]

# Folders that hold no code of one's own. A folder whose name begins with a dot is left out too.
_SKIPPED = frozenset({"__pycache__", "node_modules", "wandb", "site-packages", "build", "dist"})
_NAMES = frozenset({"Dockerfile", "Makefile", "requirements.txt", "pyproject.toml", "setup.cfg"})
_SUFFIXES = (".py", ".ipynb", ".pyx", ".cu", ".cuh", ".cpp", ".h", ".sh")


def is_code(path: str) -> bool:
    """What `log_code` keeps unless told otherwise: sources and what builds them."""
    name = Path(path).name
    return name in _NAMES or name.endswith(_SUFFIXES)


def main_script() -> Path | None:
    """The file the process was started with; None in a console or a notebook."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    path = here() / file if isinstance(file, str) else None
    return path if path is not None and os.path.isfile(path) else None  # noqa: PTH113 – one we may not look at is none


def stored_name(path: Path, roots: tuple[Path, ...]) -> str:
    """Where a source is kept: below `code/`, relative to the first of `roots` that holds it."""
    for root in roots:
        if path.is_relative_to(root):
            return f"{FOLDER}/{path.relative_to(root).as_posix()}"
    return f"{FOLDER}/{path.name}"


def tree(root: Path, include: Chooses, exclude: Chooses | None) -> Iterator[Path]:
    """Files below `root` that `include` wants and `exclude` does not, in order of path; links are not followed.

    Both are called with the file's path, and with the root besides if they take two arguments."""
    wants = _asked(include, root)
    spurns = _asked(exclude, root) if exclude is not None else None
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if os.path.islink(path) or not os.path.isfile(path) or not wants(str(path)):  # noqa: PTH113, PTH114
                continue
            if spurns is None or not spurns(str(path)):
                yield path


def read(path: Path, redactor: Redactor) -> bytes:
    """The file with secrets masked where it is text. Raises OSError, TooLong."""
    if path.stat().st_size > limits.CODE_FILE_BYTES:
        raise TooLong(path.name)
    content = path.read_bytes()
    try:
        return redactor.text(content.decode()).encode()
    except UnicodeDecodeError:
        return content


class TooLong(ValueError):
    """A file that is too long to be code."""


def _asked(choose: Chooses, root: Path) -> Callable[[str], bool]:
    if not callable(choose):
        raise InvalidRequest(detail=f"log_code: include_fn and exclude_fn are functions of a path, not {type(choose).__name__}")
    try:
        takes_two = len(inspect.signature(choose).parameters) >= 2
    except (TypeError, ValueError):  # built-in functions have no signature to look at
        takes_two = False
    return (lambda path: bool(choose(path, str(root)))) if takes_two else (lambda path: bool(choose(path)))


class CodeCapture:
    """One run's code. `policy` is what the server says: allow, force or forbid; empty while it has not spoken."""

    def __init__(
        self,
        keep: Callable[[str, bytes], bool],
        refuse: Callable[[str, str], None],
        tell: Callable[[dict[str, Any]], None],
        redactor: Redactor,
        *,
        is_asked: bool,
        is_disabled: bool,
    ) -> None:
        self._keep = keep
        self._refuse = refuse
        self._tell = tell
        self._redactor = redactor
        self._is_asked = is_asked
        self._is_disabled = is_disabled
        self._main: tuple[str, bytes] | None = None
        self._facts: dict[str, Any] = {}
        self.policy = ""

    @property
    def may_keep(self) -> bool:
        return self.policy != "forbid" and (self.policy == "force" or not self._is_disabled)

    @property
    def wants_main(self) -> bool:
        return self.may_keep and (self._is_asked or self.policy == "force")

    def remember_main(self, roots: tuple[Path, ...]) -> None:
        """Read the main script as it is now, in memory: whether it is kept may be told later, and it may be edited by then."""
        path = main_script()
        if path is None:
            return
        try:
            self._main = stored_name(path, roots), read(path, self._redactor)
        except (OSError, TooLong):
            self._main = None

    def keep_main(self) -> None:
        """Keep what was remembered, once, if it is wanted."""
        if self._main is None or not self.wants_main:
            return
        (name, content), self._main = self._main, None
        if not self._keep(name, content):
            return
        self._facts["main"] = name
        self._tell({"code": dict(self._facts)})

    def keep_tree(self, root: str | os.PathLike[str], name: str, include: Chooses | None, exclude: Chooses | None) -> list[str]:
        """Keep a tree; answers the names of the run's files it became. Raises InvalidRequest for a root that is no folder."""
        top = here() / root
        if not os.path.isdir(top):  # noqa: PTH112
            raise InvalidRequest(detail=f"log_code: {str(root)!r} is not a folder")
        if not self.may_keep:
            who = "the server forbids it (code_saving)" if self.policy == "forbid" else "disable_code is set"
            self._refuse("code", f"no code is kept: {who}")
            return []
        kept: list[str] = []
        total = 0
        for path in tree(top, include or is_code, exclude):
            if len(kept) >= limits.CODE_FILES or total > limits.CODE_BYTES:
                limit = "CODE_FILES" if len(kept) >= limits.CODE_FILES else "CODE_BYTES"
                self._refuse(f"code {path.relative_to(top)}", f"the tree is larger than {limit}; choose with include_fn")
                break
            stored = one_form(f"{FOLDER}/{path.relative_to(top).as_posix()}")
            size = self._keep_one(path, stored)
            if size >= 0:
                total += size
                kept.append(stored)
        self._facts |= {"root": self._redactor.text(str(top)), "name": name, "file_count": len(kept)}
        self._tell({"code": dict(self._facts)})
        return kept

    def _keep_one(self, path: Path, name: str) -> int:
        """The bytes kept, −1 if it could not be."""
        try:
            content = read(path, self._redactor)
        except TooLong:
            self._refuse(f"file {name}", f"it is longer than CODE_FILE_BYTES ({limits.CODE_FILE_BYTES} bytes)")
            return -1
        except OSError as error:
            self._refuse(f"file {name}", error.strerror or "it cannot be read")
            return -1
        return len(content) if self._keep(name, content) else -1
