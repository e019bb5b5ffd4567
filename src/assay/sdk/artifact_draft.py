"""What an artifact will consist of before it is one: files to read, references, and paths to leave out of its base version.

With policy `mutable` a file is copied when it is added (or shares its extents, where the file system can), so that what happens
to it later does no harm; with `immutable` it is read where it lies, and a change until then is an error that says so."""

from __future__ import annotations

import itertools
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from assay.client import bases, references
from assay.client.digests import DigestCache
from assay.client.folders import files_below
from assay.client.hashing import each, open_regular
from assay.client.linking import copy
from assay.client.publish import LocalFile, check_path, entry_of, hash_all
from assay.client.staging import StagedFile, StagingFolder, new_id
from assay.journal.interrupts import is_interrupt
from assay.sdk import terminal
from assay.wire import disks, limits
from assay.wire.errors import Conflict, InvalidRequest, NotFound, TooLarge
from assay.wire.manifest import Entry, Manifest
from assay.wire.names import one_form

_COPIERS = 4


class ArtifactDraft:
    """`base`: the manifest the draft begins with; `base_ref` its version, `base_project` where that is. Not for several threads
    at once."""

    def __init__(self, root: Path | None, base: Manifest | None = None, base_ref: str = "") -> None:
        """`root`: the run's folder, if there is a run; copies are taken there."""
        self.id = new_id()
        self.base = base
        self.base_ref = base_ref
        self.base_project = ""
        self.not_kept = ""  # why the run that it was logged with does not have it
        self.files: dict[str, StagedFile] = {}
        self.references: dict[str, Entry] = {}
        self.removed: dict[str, None] = {}
        self._root = root
        self._numbers = itertools.count()
        self._sources: dict[str, str] = {}
        self._folder: StagingFolder | None = None
        self._manifest: Manifest | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    @property
    def folder(self) -> StagingFolder:
        """Where copies are taken: in the run's folder, else in a temporary one."""
        if self._folder is None:
            if self._root is not None:
                self._folder = StagingFolder.of_run(self._root, self.id)
            else:
                self._scratch = tempfile.TemporaryDirectory(prefix="assay-artifact-")
                self._folder = StagingFolder(Path(self._scratch.name) / self.id)
            self._folder.create()
        return self._folder

    def let_go(self) -> None:
        """Delete the temporary folder, if there is one: a version or a run has what it held."""
        if self._scratch is not None:
            self._scratch.cleanup()

    def move_to(self, run_folder: Path) -> StagingFolder:
        """Go on in a run's folder: it is the run's now."""
        target = StagingFolder.of_run(run_folder, self.id)
        if self._folder is None:
            self._folder = target
            target.create()
        elif self._folder.path != target.path:
            self._folder.move_to(target)
            self.let_go()
        return self._folder

    def begin_with(self, base: Manifest, version: str, project: str) -> None:
        """Have what a version of that project holds, besides what is added."""
        self.base, self.base_ref, self.base_project = base, version, project
        self._manifest = None

    def beginning(self, project: str) -> bases.Beginning:
        """How it is sent to a project."""
        is_elsewhere = self.base_project != project
        return bases.begin(
            self.base, self.base_ref, is_elsewhere=is_elsewhere, added=self.files, removed=self.removed,
            references=self.references,
        )  # fmt: skip

    def paths(self) -> set[str]:
        kept = set(self.base.entries) - set(self.removed) if self.base is not None else set()
        return kept | set(self.files) | set(self.references)

    def add_file(self, source: str | os.PathLike[str], name: str, policy: str, *, overwrite: bool) -> str:
        """Answers the path in the artifact. Raises NotFound, InvalidName, InvalidRequest, Conflict."""
        _check_policy(policy)
        local = Path(source).expanduser()
        path = check_path(_normal(name or local.name))
        self._check_free(path, str(local), overwrite)
        self._take([(path, str(local))], policy)
        return path

    def add_folder(self, source: str | os.PathLike[str], name: str, policy: str, *, merge: bool) -> int:
        """Every file below the folder, links followed. Answers how many."""
        _check_policy(policy)
        root = Path(source).expanduser()
        if not root.is_dir():
            raise NotFound(what="folder", name=str(source))
        prefix = _normal(name).strip("/")
        wanted: list[tuple[str, str]] = []
        found: dict[str, str] = {}
        for below, local in files_below(root):
            path = check_path(_normal(f"{prefix}/{below}" if prefix else below))
            if found.setdefault(path, local) != local:
                raise _two_spellings(found[path], local)
            if not merge:
                self._check_free(path, local, overwrite=False)
            wanted.append((path, local))
        if len(wanted) + len(self.files) > limits.ENTRY_COUNT:
            raise TooLarge(what=str(source), actual=f"{len(wanted)} files", limit=limits.ENTRY_COUNT, name="ENTRY_COUNT")
        self._take(wanted, policy)
        return len(wanted)

    @contextmanager
    def new_file(self, name: str, mode: str, encoding: str | None) -> Iterator[IO[Any]]:
        """A file to write; it is part of the artifact once it is closed without an error."""
        if not set(mode) <= set("wxbt+") or not set(mode) & set("wx"):
            raise InvalidRequest(detail=f"new_file: mode {mode!r} does not write. Expected w, x, wb or xb.")
        path = check_path(_normal(name))
        self._check_free(path, None, overwrite="x" not in mode)
        target = self._copy_path(path)
        with target.open(mode.replace("x", "w"), encoding=None if "b" in mode else encoding or "utf-8") as file:
            yield file
        self._added(path, StagedFile(path, self._relative(target)))

    def add_reference(self, uri: str, name: str, *, checksum: bool, max_objects: int | None) -> list[str]:
        """Answers the paths in the artifact."""
        found: dict[str, Entry] = {}
        for given, entry in references.look_up(uri, _normal(name), checksum=checksum, max_objects=max_objects).items():
            if (known := found.setdefault(_normal(given), entry)) is not entry:
                raise _two_spellings(known.ref, entry.ref)
        for path in found:
            self._check_free(check_path(path), None, overwrite=path in self.references)
        for path, entry in found.items():
            self.references[path] = entry
            self.files.pop(path, None)
            self.removed.pop(path, None)
        self._manifest = None
        return list(found)

    def remove(self, path: str) -> None:
        """A path, or all below a folder. Raises NotFound."""
        path = _normal(path).strip("/")
        gone = [known for known in self.paths() if known == path or known.startswith(path + "/")]
        if not gone:
            raise NotFound(what="path in the artifact", name=path)
        for known in gone:
            self.files.pop(known, None)
            self.references.pop(known, None)
            if self.base is not None and known in self.base.entries:
                self.removed[known] = None
        self._manifest = None

    def local_path(self, path: str) -> Path | None:
        """Where the bytes of an added file lie."""
        file = self.files.get(path)
        return None if file is None else Path(self.local_files([file])[0].source)

    def local_files(self, files: list[StagedFile] | None = None) -> list[LocalFile]:
        return self.folder.local_files(list(self.files.values()) if files is None else files)

    def manifest(self, digests: DigestCache) -> Manifest:
        """What it consists of now. Reads what was not read before."""
        if self._manifest is None:
            files = self.local_files()
            added = {file.path: entry_of(hashed) for file, hashed in zip(files, hash_all(files, digests), strict=True)}
            self._manifest = (self.base or Manifest({})).changed({**added, **self.references}, list(self.removed))
        return self._manifest

    def _take(self, wanted: list[tuple[str, str]], policy: str) -> None:
        no_room = _NoRoom()
        if policy == "mutable":
            try:
                self.folder  # noqa: B018 - made once, before threads need it
            except OSError as error:
                if is_interrupt(error):
                    raise
                no_room.note(error)

        def one(job: tuple[str, str]) -> StagedFile:
            path, local = job
            if policy == "mutable" or not _can_be_kept(local):
                return self._copied(path, local, no_room)
            return self._in_place(path, local)

        is_copied = policy == "mutable" and len(wanted) > 1
        in_place = []
        for file in each(one, wanted, threads=_COPIERS) if is_copied else map(one, wanted):
            self._added(file.path, file)
            if file.stamp:
                in_place.append(file.source)
        if no_room.reason:
            _tell_no_room(in_place, no_room.reason)
        self._sources.update((path, os.path.abspath(local)) for path, local in wanted)  # noqa: PTH100

    def _added(self, path: str, file: StagedFile) -> None:
        self.files[path] = file
        self._sources.pop(path, None)
        self.references.pop(path, None)
        self.removed.pop(path, None)
        self._manifest = None

    def _in_place(self, path: str, local: str) -> StagedFile:
        absolute = os.path.abspath(local)  # noqa: PTH100 - ten thousand of them in a folder
        try:
            info = os.stat(absolute)  # noqa: PTH116
        except OSError as error:
            raise NotFound(what=f"file that can be read ({error.strerror})", name=local) from error
        if not stat.S_ISREG(info.st_mode):
            raise NotFound(what="regular file", name=local)
        return StagedFile(path, absolute, [info.st_size, info.st_mtime_ns, info.st_ino])

    def _copied(self, path: str, local: str, no_room: _NoRoom) -> StagedFile:
        in_place = self._in_place(path, local)
        if no_room.reason:  # what room is left is for what the run logs
            return in_place
        target = self._copy_path(path)
        try:
            copy(Path(in_place.source), target)
        except OSError as error:
            if is_interrupt(error):
                raise
            with suppress(OSError):
                target.unlink(missing_ok=True)
            if not disks.is_full(error):
                os.close(open_regular(in_place.source))  # raises NotFound: it is the file that is at fault
            no_room.note(error)
            return in_place
        return StagedFile(path, self._relative(target))

    def _copy_path(self, path: str) -> Path:
        """A copy that was taken is never written again: a version that is on its way may be reading it."""
        return self.folder.copies / f"{next(self._numbers)}{Path(path).suffix[:16]}"

    def _relative(self, target: Path) -> str:
        return target.relative_to(self.folder.path).as_posix()

    def _check_free(self, path: str, local: str | None, overwrite: bool) -> None:
        if overwrite or (path not in self.files and path not in self.references):
            return
        if local is not None and path in self.files and self._sources.get(path) == os.path.abspath(local):  # noqa: PTH100
            return  # the same file once more
        raise Conflict(
            detail=f"{path} is in the artifact already. Give another name, or replace it: remove({path!r}) first, or "
            "add_file(…, overwrite=True), add_dir(…, merge=True) or new_file(…, 'w')."
        )


def _can_be_kept(path: str) -> bool:
    """Whether the path can be written down as one to read later: those of other systems may be no UTF-8."""
    try:
        os.path.abspath(path).encode()  # noqa: PTH100
    except UnicodeEncodeError:
        return False
    return True


class _NoRoom:
    """Why copies cannot be taken; empty as long as they can."""

    def __init__(self) -> None:
        self.reason = ""

    def note(self, error: OSError) -> None:
        self.reason = self.reason or error.strerror or str(error)


def _tell_no_room(files: list[str], reason: str) -> None:
    if len(files) == 1:
        what, they = files[0], "it is read where it lies. Leave it as it is until it was sent."
    else:
        what = f"{len(files)} files, {files[0]} among them"
        they = "they are read where they lie. Leave them as they are until they were sent."
    terminal.warn(f"There is no room to copy {what} ({reason}); {they}")


def _two_spellings(one: str, other: str) -> Conflict:
    return Conflict(
        detail=f"{one!a} and {other!a}: two names that are the same text in two spellings of Unicode. In an artifact they are "
        "one path; rename one of the files."
    )


def _check_policy(policy: str) -> None:
    if policy not in {"mutable", "immutable"}:
        raise InvalidRequest(detail=f"policy {policy!r} is unknown. Expected mutable (take a copy) or immutable (read in place).")


def _normal(name: str) -> str:
    return one_form(str(name))
