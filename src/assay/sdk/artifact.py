"""`assay.Artifact`: files and references that become a version, or a version that exists. The names are those that scripts know.

Made by a script it is a draft: add to it, then log it with a run or `save()` it. Answered by `use_artifact`, `Api().artifact` or
`wait()` it is a version: download it, check it, edit its marks. `artifact_draft` and `artifact_version` do the work."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from assay.client.digests import DigestCache
from assay.sdk import terminal
from assay.sdk.artifact_draft import ArtifactDraft
from assay.sdk.artifact_entry import ArtifactEntry
from assay.sdk.artifact_fields import (
    ArtifactTTL,
    check_label,
    check_name,
    clean_description,
    clean_labels,
    clean_metadata,
    ttl_of,
    ttl_seconds,
)
from assay.wire.errors import Conflict, InvalidRequest, NotFound
from assay.wire.manifest import Entry, Manifest
from assay.wire.messages.artifacts import ArtifactVersion, DraftRequest, TimeSpan, VersionEdit
from assay.wire.names import ProjectPath, one_form
from assay.wire.values import is_same

if TYPE_CHECKING:
    from assay.client.http import Connection
    from assay.client.linking import Links
    from assay.client.publish import Progress
    from assay.sdk.artifact_version import CommittedVersion
    from assay.sdk.query.runs import Run as QueriedRun
    from assay.sdk.run import Run


class Artifact:
    """`metadata` is a JSON dictionary. `incremental` drafts begin with the version that is the newest when they are sent; what is
    added replaces equal paths. Drafts that begin with one version at once are not merged: `run.upsert_artifact` is for that."""

    def __init__(
        self,
        name: str,
        type: str,  # noqa: A002 - the word people know
        description: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        incremental: bool = False,
        use_as: str | None = None,
        storage_region: str | None = None,
    ) -> None:
        """Raises InvalidName, InvalidRequest."""
        del storage_region  # contents lie where the server keeps them
        check_name(name, "artifact name")
        check_name(type, "artifact type")
        from assay.sdk import lifetime

        current = lifetime.current()
        root = None if current is None or current.disabled else current.folder.path
        self._name, self._type = name, type
        self._description = clean_description(description)
        self._metadata = clean_metadata(metadata)
        self._aliases: list[str] = []
        self._tags: list[str] = []
        self._ttl: timedelta | ArtifactTTL | None = ArtifactTTL.INHERIT
        self._span: TimeSpan | None = None
        self._use_as = check_label(use_as, "role")
        self._draft: ArtifactDraft | None = ArtifactDraft(root, base_ref="latest" if incremental else "")
        self._version: CommittedVersion | None = None
        self._run: Run | None = None
        self._is_final = False
        self.distributed_id = ""

    @classmethod
    def of(cls, version: CommittedVersion, use_as: str = "") -> Artifact:
        """One that exists on a server."""
        found = cls.__new__(cls)
        found._draft, found._run, found._is_final = None, None, True
        found._use_as, found.distributed_id = use_as, ""
        found._take(version)
        return found

    def _take(self, version: CommittedVersion) -> None:
        info = version.info
        self._version, self._draft = version, None
        self._name, self._type, self._description = info.name, info.type, info.description
        self._metadata, self._aliases, self._tags = deepcopy(info.metadata), list(info.aliases), list(info.tags)
        self._ttl = ttl_of(info.ttl_s)
        self._span = info.span

    # -- what it is ------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<Artifact {self.qualified_name if self._version else self._name} ({self._type})>"

    @property
    def name(self) -> str:
        """With `:vN` once it is a version."""
        return f"{self._name}:{self._version.info.version}" if self._version else self._name

    @property
    def qualified_name(self) -> str:
        """`entity/project/name:vN`."""
        return self.committed.info.path

    @property
    def collection_name(self) -> str:
        return self._name

    @property
    def type(self) -> str:
        return self._type

    @property
    def version(self) -> str:
        """`vN`. Raises InvalidRequest before there is one."""
        return self.committed.info.version

    @property
    def entity(self) -> str:
        return self.committed.info.entity

    @property
    def project(self) -> str:
        return self.committed.info.project

    source_name = name
    source_version = version
    source_entity = entity
    source_project = project
    source_qualified_name = qualified_name

    @property
    def id(self) -> str | None:
        return self._version.info.path if self._version else None

    @property
    def url(self) -> str:
        info = self.committed.info
        base = self.committed.connection.url
        return f"{base}/{info.entity}/{info.project}/artifacts/{info.type}/{info.name}/{info.version}"

    @property
    def digest(self) -> str:
        """Names the content: the same files give the same digest. Of a draft, what was added is read for it."""
        return self._version.info.digest if self._version else self.manifest.digest

    @property
    def manifest(self) -> Manifest:
        """Entries by path."""
        if self._version is not None:
            return self._version.manifest()
        return self._open_draft().manifest(DigestCache())

    @property
    def size(self) -> int:
        """Bytes of all entries."""
        return self._version.info.size if self._version else self.manifest.size

    @property
    def file_count(self) -> int:
        return self._version.info.file_count if self._version else len(self._open_draft().paths())

    @property
    def state(self) -> str:
        """DRAFT, PENDING (logged, on its way), COMMITTED, or what became of it."""
        if self._version is not None:
            return self._version.info.state.upper()
        return "PENDING" if self._run is not None else "DRAFT"

    @property
    def created_at(self) -> str:
        return datetime.fromtimestamp(self.committed.info.created_at, UTC).isoformat().replace("+00:00", "Z")

    @property
    def updated_at(self) -> str:
        info = self.committed.info
        return datetime.fromtimestamp(info.updated_at or info.created_at, UTC).isoformat().replace("+00:00", "Z")

    @property
    def history_step(self) -> int | None:
        """The step of history it was logged at."""
        step = self.committed.info.step
        return step if step >= 0 else None

    @property
    def use_as(self) -> str | None:
        return self._use_as or None

    @property
    def is_link(self) -> bool:
        return False

    @property
    def incremental(self) -> bool:
        return self._draft is not None and bool(self._draft.base_ref)

    def is_draft(self) -> bool:
        """Whether it is not a version yet."""
        return self._version is None

    # -- what is said of it; a version keeps changes after save() ---------------------------------------------------

    @property
    def description(self) -> str:
        return self._description

    @description.setter
    def description(self, text: str | None) -> None:
        self._description = clean_description(text)

    @property
    def metadata(self) -> dict[str, Any]:
        return self._metadata

    @metadata.setter
    def metadata(self, metadata: Mapping[str, Any] | None) -> None:
        self._metadata = clean_metadata(metadata)

    @property
    def aliases(self) -> list[str]:
        return self._aliases

    @aliases.setter
    def aliases(self, aliases: Iterable[str]) -> None:
        self._aliases = clean_labels(aliases, "alias")

    @property
    def tags(self) -> list[str]:
        return self._tags

    @tags.setter
    def tags(self, tags: Iterable[str]) -> None:
        self._tags = clean_labels(tags, "tag")

    @property
    def ttl(self) -> timedelta | ArtifactTTL | None:
        """How long it is kept after it was made; None: until it is deleted; ArtifactTTL.INHERIT: as the collection says."""
        return self._ttl

    @ttl.setter
    def ttl(self, ttl: timedelta | ArtifactTTL | None) -> None:
        if isinstance(ttl, timedelta) and ttl.total_seconds() <= 0:
            raise InvalidRequest(detail=f"ttl: {ttl} is no time to keep an artifact. Expected more than 0, or None to keep it.")
        self._ttl = ttl

    @property
    def time_span(self) -> tuple[datetime, datetime] | None:
        """What span of time the data covers: `name@2017..2019` finds the version by it."""
        span = self._span
        return None if span is None else (datetime.fromtimestamp(span.start, UTC), datetime.fromtimestamp(span.end, UTC))

    @time_span.setter
    def time_span(self, span: tuple[datetime, datetime]) -> None:
        start, end = (one.timestamp() for one in span)
        if not start < end:
            raise InvalidRequest(detail="time_span: the end is not after the start")
        self._span = TimeSpan(start, end)

    # -- drafts ----------------------------------------------------------------------------------------------------

    def add_file(
        self,
        local_path: str | os.PathLike[str],
        name: str | None = None,
        is_tmp: bool | None = None,
        skip_cache: bool | None = None,
        policy: str | None = "mutable",
        overwrite: bool = False,
    ) -> Entry:
        """Add a file as `name` (default: its own). `policy`: mutable takes a copy now, immutable reads it later, in place."""
        del skip_cache
        draft = self._open_draft()
        path = name or Path(local_path).name
        if is_tmp:
            from assay.client.hashing import hash_file

            stem, suffix = os.path.splitext(path)  # noqa: PTH122 - a path in an artifact
            path = f"{stem}-{hash_file(Path(local_path)).digest[7:15]}{suffix}"
        added = draft.add_file(local_path, path, policy or "mutable", overwrite=overwrite)
        return Entry("", os.stat(draft.local_files([draft.files[added]])[0].source).st_size)  # noqa: PTH116

    def add_dir(
        self,
        local_path: str | os.PathLike[str],
        name: str | None = None,
        skip_cache: bool | None = False,
        policy: str | None = "mutable",
        merge: bool = False,
    ) -> None:
        """Add every file below a folder, below `name` in the artifact. `merge`: paths that are there already are replaced."""
        del skip_cache
        self._open_draft().add_folder(local_path, name or "", policy or "mutable", merge=merge)

    def add_reference(
        self,
        uri: str | os.PathLike[str],
        name: str | None = None,
        checksum: bool = True,
        max_objects: int | None = None,
    ) -> list[str]:
        """Add what lies at `uri` (file, http, https, s3, gs, az; a folder or prefix is all below it) without its content.

        What its store says of it (ETag, version, or a file's SHA-256) is kept and checked whenever it is used; `checksum=False`
        asks nothing. Answers the paths in the artifact."""
        text = os.fspath(uri)
        return self._open_draft().add_reference(text, name or "", checksum=checksum, max_objects=max_objects)

    def new_file(self, name: str, mode: str = "x", encoding: str | None = None) -> AbstractContextManager[IO[Any]]:
        """A file of the artifact to write: `with artifact.new_file("labels.txt") as f: …`"""
        return self._open_draft().new_file(name, mode, encoding)

    def add(self, obj: Any, name: str, overwrite: bool = False) -> None:
        """Raises InvalidRequest: media and tables are not objects of artifacts yet."""
        del overwrite
        raise InvalidRequest(
            detail=f"add({type(obj).__name__}, …): artifacts hold files. Write it to one: with artifact.new_file({name!r}) as f"
        )

    def remove(self, item: str | os.PathLike[str]) -> None:
        """Leave out a path, or all below a folder."""
        draft = self._open_draft()
        self._load_base(draft)
        draft.remove(os.fspath(item))

    def get_added_local_path_name(self, local_path: str) -> str | None:
        """The path in the artifact of a file that was added in place."""
        wanted = str(Path(local_path).absolute())
        return next((path for path, file in self._open_draft().files.items() if file.source == wanted), None)

    def finalize(self) -> None:
        """Let nothing be added any more."""
        self._is_final = True

    def new_draft(self) -> Artifact:
        """A draft that begins with this version's content; only what changes is sent. It holds nothing of later versions."""
        version = self.committed
        draft = Artifact(self._name, self._type, self._description, self._metadata)
        assert draft._draft is not None
        draft._draft.begin_with(version.manifest(), version.info.version, str(version.project))
        return draft

    def save(self, project: str | None = None, settings: Any = None) -> None:
        """Of a draft: make it a version, with the current run if there is one, else here and now; of a version: keep what was
        changed of its description, metadata, aliases, tags and ttl."""
        del settings
        if self._version is not None:
            self._save_edits(self._version)
            return
        from assay.sdk import lifetime

        current = lifetime.current()
        if current is not None and not project:
            current.log_artifact(self)
            return
        from assay.sdk.query import Api

        self.publish(Api(), project)

    def publish(self, api: Any, project: str | None = None, *, progress: Progress | None = None) -> Artifact:
        """Make the draft a version now, without a run. Returns when it is one."""
        from assay.client.publish import publish, staying_text
        from assay.sdk.artifact_version import CommittedVersion

        draft = self._open_draft()
        path: ProjectPath = api.project_path(project)
        self._load_base(draft, api.connection, path)
        start = draft.beginning(str(path))
        request = self.request()
        request.base = start.version
        version = publish(
            api.connection, path, request, draft.local_files(),
            references=start.references, removed=start.removed, base=start.manifest, progress=progress,
        )  # fmt: skip
        assert version is not None
        self._take(CommittedVersion(api.connection, version))
        draft.let_go()
        if staying := staying_text(version):
            terminal.warn(staying)
        return self

    def request(self) -> DraftRequest:
        """The draft as the server is asked for it."""
        draft = self._open_draft()
        return DraftRequest(
            self._name, self._type, self._description, self._metadata, clean_labels(self._aliases, "alias"),
            clean_labels(self._tags, "tag"), draft.base_ref, role=self._use_as, shared_id=self.distributed_id,
            ttl_s=ttl_seconds(self._ttl), span=self._span,
        )  # fmt: skip

    @property
    def draft(self) -> ArtifactDraft:
        """What was added. Raises InvalidRequest when it was logged."""
        return self._open_draft()

    def logged_with(self, run: Run) -> None:
        """A run has it now; it becomes a version in the background."""
        self._run, self._is_final = run, True

    @property
    def run_logged_with(self) -> Run | None:
        return self._run

    def wait(self, timeout: float | None = None) -> Artifact:
        """Return when it is a version. Raises TimeoutError, and what kept it from becoming one."""
        if self._version is None:
            if self._run is None or self._draft is None:
                raise InvalidRequest(detail=f"{self._name} is a draft. Log it with a run, or save() it, before waiting for it.")
            from assay.sdk.run_artifacts import wait_for

            self._take(wait_for(self._run, self._draft, self._name, timeout))
        return self

    # -- versions --------------------------------------------------------------------------------------------------

    @property
    def committed(self) -> CommittedVersion:
        """Raises InvalidRequest while it is a draft; one that was logged is waited for no longer than it takes to look."""
        if self._version is None:
            how = "it is on its way; call wait() first" if self._run is not None else "log it, or save() it, first"
            raise InvalidRequest(detail=f"{self._name} is not a version yet: {how}.")
        return self._version

    def download(
        self,
        root: str | os.PathLike[str] | None = None,
        allow_missing_references: bool = False,
        skip_cache: bool | None = None,
        path_prefix: str | os.PathLike[str] | None = None,
        multipart: bool | None = None,
        *,
        pattern: str = "",
        links: Links = "auto",
        progress: Progress | None = None,
    ) -> str:
        """Bring the files below `root` (default `./artifacts/name:vN`), verified; answers the folder.

        `path_prefix` and `pattern` (`*` within a folder, `**` across) choose a part. Files may be links into the cache and are
        for reading; `links="copy"` makes files that may be written."""
        del multipart
        version = self.committed
        version.download(
            Path(root) if root is not None else self.default_root,
            prefix=os.fspath(path_prefix) if path_prefix else "",
            pattern=pattern,
            links=links,
            use_cache=not skip_cache,
            allow_missing_references=allow_missing_references,
            progress=progress,
        )
        return str(root if root is not None else self.default_root)

    def checkout(self, root: str | os.PathLike[str] | None = None) -> str:
        """Make the folder what the version is: files of its own that may be written, and nothing that is not part of it.

        Links to folders count as what is not part of it; what they lead to is left alone."""
        target = Path(root) if root is not None else self.default_root
        self.committed.checkout(target)
        return str(target)

    def verify(self, root: str | os.PathLike[str] | None = None) -> None:
        """Hash every file below `root` and check references. Raises ContentDamaged or ReferenceChanged, naming what is wrong."""
        version = self.committed
        version.verify(Path(root) if root is not None else self.default_root)
        version.check_references()

    def file(self, root: str | None = None, is_cache: bool = True, skip_cache: bool = False) -> str:
        """Download the only file of the version; answers where it lies."""
        del is_cache
        paths = list(self.manifest.entries)
        if len(paths) != 1:
            raise InvalidRequest(detail=f"{self.name} holds {len(paths)} files, not one. Use download(), or get_entry(name).")
        return str(Path(self.download(root, skip_cache=skip_cache)) / paths[0])

    def files(self, names: Sequence[str] | None = None, per_page: int = 50) -> list[ArtifactEntry]:
        """The files, or those named."""
        del per_page
        entries = self.manifest.entries
        wanted = entries if names is None else map(one_form, names)
        return [ArtifactEntry(self, path, entries[path]) for path in wanted if path in entries]

    def get_entry(self, name: str | os.PathLike[str]) -> ArtifactEntry:
        """Raises NotFound."""
        path = one_form(os.fspath(name).strip("/"))
        if self._version is not None:
            return ArtifactEntry(self, path, self._version.entry(path))
        entry = self.manifest.entries.get(path)
        if entry is None:
            raise NotFound(what=f"path in {self._name}", name=path)
        return ArtifactEntry(self, path, entry)

    def get_path(self, name: str | os.PathLike[str]) -> ArtifactEntry:
        """As `get_entry`."""
        return self.get_entry(name)

    def get(self, name: str) -> Any:
        """The file of that path as an entry to open or download; None if there is none."""
        try:
            return self.get_entry(name)
        except NotFound:
            return None

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __setitem__(self, name: str, item: Any) -> None:
        self.add(item, name)

    def delete(self, delete_aliases: bool = False) -> None:
        """Delete the version. Raises Conflict if an alias points at it, unless that goes too."""
        from assay.client import artifact_calls as calls

        version = self.committed
        own = [alias for alias in version.info.aliases if alias != "latest"]
        if own and not delete_aliases:
            raise Conflict(
                detail=f"{self.qualified_name} is {', '.join(own)}. Move the aliases first, or pass delete_aliases=True."
            )
        calls.delete_version(version.connection, version.project, self._name, version.info.version, with_aliases=delete_aliases)

    def link(self, target_path: str, aliases: Iterable[str] | None = None) -> None:
        """Raises InvalidRequest: there is no registry to link into yet."""
        del aliases
        raise InvalidRequest(detail=f"{self.name} cannot be linked into {target_path}: this server has no registry yet.")

    def unlink(self) -> None:
        raise InvalidRequest(detail=f"{self.name} is not linked into a registry.")

    def logged_by(self) -> QueriedRun | None:
        """The run that made it; None if none did."""
        from assay.sdk.query.artifacts import run_of

        maker = self.committed.info.created_by
        return None if maker is None else run_of(self.committed.connection, maker)

    def used_by(self) -> list[QueriedRun]:
        """The runs that took it in."""
        from assay.client import artifact_calls as calls
        from assay.sdk.query.artifacts import run_of

        version = self.committed
        found = calls.used_by(version.connection, version.project, self._name, version.info.version)
        return [run_of(version.connection, one) for one in found]

    def json_encode(self) -> dict[str, Any]:
        return {"_type": "artifact-version", "id": self.id, "version": self.version, "sequenceName": self._name}

    def _save_edits(self, version: CommittedVersion) -> None:
        info: ArtifactVersion = version.info
        edit = VersionEdit()
        if self._description != info.description:
            edit.description = self._description
        if not is_same(metadata := clean_metadata(self._metadata), info.metadata):
            edit.metadata = metadata
        edit.add_aliases = [one for one in clean_labels(self._aliases, "alias") if one not in info.aliases]
        edit.remove_aliases = [one for one in info.aliases if one not in self._aliases]
        edit.add_tags = [one for one in clean_labels(self._tags, "tag") if one not in info.tags]
        edit.remove_tags = [one for one in info.tags if one not in self._tags]
        if self._ttl != ttl_of(info.ttl_s):
            wanted = ttl_seconds(self._ttl)
            edit.ttl_s = -1.0 if wanted is None else wanted
        if self._span != info.span:
            edit.span = self._span
        if edit != VersionEdit():
            version.edit(edit)
            self._take(version)

    def _open_draft(self) -> ArtifactDraft:
        if self._draft is None or self._is_final:
            raise InvalidRequest(
                detail=f"{self._name} is {'logged' if self._run or self._version else 'final'} and cannot be changed. "
                "For a version with changes: draft = artifact.new_draft()"
            )
        return self._draft

    def _load_base(self, draft: ArtifactDraft, connection: Connection | None = None, project: ProjectPath | None = None) -> None:
        """Of an incremental draft: learn what its base consists of. Without a version yet it begins empty."""
        if not draft.base_ref or draft.base is not None:
            return
        from assay.client import bases
        from assay.sdk.artifact_version import CommittedVersion

        if connection is None or project is None:
            from assay.sdk import lifetime
            from assay.sdk.query import Api

            api, current = Api(), lifetime.current()
            connection = api.connection
            project = api.project_path(_home_of(current) if current is not None else None)
        info = bases.find(connection, project, self._name, draft.base_ref)
        if info is None:
            draft.base_ref = ""
            return
        draft.begin_with(CommittedVersion(connection, info).manifest(), info.version, str(project))

    @property
    def default_root(self) -> Path:
        """Where `download` puts it unless told otherwise."""
        base = os.environ.get("ASSAY_ARTIFACT_DIR") or os.environ.get("WANDB_ARTIFACT_DIR") or "artifacts"
        return Path(base) / self.name


def _home_of(run: Run) -> str:
    """The run's project; of its default entity while the server has not said which."""
    return f"{run.entity}/{run.project}" if run.entity else run.project
