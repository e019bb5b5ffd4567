"""`assay.Api()`: the way in to everything that was recorded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

from assay.client import calls
from assay.client.http import LOOK_THERE, Connection
from assay.client.target import resolve
from assay.sdk import terminal
from assay.sdk.query import frames, paths
from assay.sdk.query.frames import Format
from assay.sdk.query.projects import Project, Projects
from assay.sdk.query.runs import Run, Runs, arrow_history, query_of
from assay.wire.errors import Gone, InvalidRequest, NotFound
from assay.wire.messages.accounts import Me
from assay.wire.messages.series import HistoryRequest
from assay.wire.names import ProjectPath, RunPath

if TYPE_CHECKING:
    from assay.sdk.artifact import Artifact
    from assay.sdk.query.artifacts import ArtifactCollection, ArtifactType

_AT_ONCE = 4  # requests in flight of a bulk read; more would only queue on the server


class Api:
    """Reads from one server: the one that `assay login`, `ASSAY_BASE_URL` or `overrides` names, else this user's own.

    `overrides`: base_url, entity, project. Passing trouble (a restart, a busy moment) is waited out for up to `timeout` seconds
    before its error is raised."""

    def __init__(self, overrides: dict[str, str] | None = None, timeout: float | None = None, api_key: str | None = None) -> None:
        overrides = overrides or {}
        target = resolve(overrides.get("base_url"), api_key)
        if target is None:
            raise InvalidRequest(
                detail="No server is set and none of yours runs here. Run `assay login`, or start one: assay server start"
            )
        self._connection = Connection(
            target, timeout_s=60.0, patience_s=timeout if timeout is not None else 10.0, safe=LOOK_THERE
        )
        self._entity = overrides.get("entity") or os.environ.get("ASSAY_ENTITY") or os.environ.get("WANDB_ENTITY") or ""
        self._project = overrides.get("project") or os.environ.get("ASSAY_PROJECT") or os.environ.get("WANDB_PROJECT") or ""
        self._me: Me | None = None

    def __repr__(self) -> str:
        return f"<Api {self._connection.url}>"

    @property
    def viewer(self) -> Me:
        """Who is asking."""
        if self._me is None:
            self._me = calls.me(self._connection)
        return self._me

    @property
    def default_entity(self) -> str:
        return self._entity or self.viewer.default_entity

    def run(self, path: str) -> Run:
        """`entity/project/run_id`; what is missing in front comes from the defaults. A run that was moved to another project is
        found there, with a word about it. Raises NotFound."""
        asked = self._run_path(path)
        found = Run(self._connection, calls.get_run(self._connection, asked))
        if "/".join(found.path) != str(asked):
            terminal.say(f"run {asked} was moved; it is {'/'.join(found.path)} now")
        return found

    def runs(
        self,
        path: str | None = None,
        filters: dict[str, Any] | str | None = None,
        order: str = "+created_at",
        per_page: int = 50,
        include_sweeps: bool = True,
    ) -> Runs:
        """The runs of a project that match `filters` (Mongo's form or the text form of the run list), in `order`."""
        del include_sweeps
        project = self._project_path(path)
        return Runs(self._connection, project, query_of(paths.filter_of(filters), paths.sort_keys(order), per_page))

    def project(self, name: str, entity: str | None = None) -> Project:
        """Raises NotFound."""
        path = self._project_path(f"{entity}/{name}" if entity else name)
        return Project(self._connection, calls.get_project(self._connection, path))

    def projects(self, entity: str | None = None, per_page: int = 200) -> Projects:
        return Projects(self._connection, entity, per_page)

    def history(
        self,
        runs: Iterable[Run | str],
        keys: Sequence[str] | None = None,
        *,
        min_step: int = 0,
        max_step: int | None = None,
        format: Format = "arrow",  # noqa: A002 - the word people know
    ) -> Any:
        """Every row of many runs as one table with a column `run`: Arrow streams from the server, joined here. A metric that is
        not of one kind in all of them is JSON text.

        Values travel as columns and never become Python objects on the way to Arrow, polars or pandas."""
        arrow = frames.library("pyarrow")
        asked = [run if isinstance(run, Run) else self.run(run) for run in runs]
        query = HistoryRequest(keys=list(keys or []), first_step=min_step, last_step=max_step)

        def read(run: Run) -> Any:
            path = RunPath(run.entity, run.project, run.id)
            return arrow_history(self._connection, path, query, run.info.started_at, {"run": run.id})

        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="assay-history") as pool:
            tables = list(pool.map(read, asked))
        if not tables:
            return frames.table_as(arrow.table({"run": arrow.array([], arrow.string())}), format)
        return frames.table_as(frames.joined(tables), format)

    def artifact(self, name: str, type: str | None = None) -> Artifact:  # noqa: A002 - the word people know
        """`[[entity/]project/]name[:version, alias or digest]`, or `name@2017..2019` by the time its data covers.

        Raises NotFound."""
        from assay.sdk.artifact import Artifact
        from assay.sdk.artifact_version import resolve

        project, collection, ref = self.artifact_path(name)
        found = Artifact.of(resolve(self._connection, project, collection, ref))
        if type is not None and found.type != type:
            raise InvalidRequest(detail=f"{found.qualified_name} is of type {found.type}, not {type}.")
        return found

    def artifacts(self, type_name: str, name: str, per_page: int = 50, tags: Sequence[str] | None = None) -> Iterator[Artifact]:
        """The versions of a collection, newest first."""
        from assay.sdk.query.artifacts import versions_of

        del per_page
        project, collection, _ = self.artifact_path(name)
        for found in versions_of(self._connection, project, collection):
            if found.type != type_name:
                raise InvalidRequest(detail=f"{project}/{collection} is of type {found.type}, not {type_name}.")
            if tags is None or set(tags) <= set(found.tags):
                yield found

    def artifact_types(self, project: str | None = None) -> list[ArtifactType]:
        from assay.sdk.query.artifacts import list_types

        return list_types(self._connection, self._project_path(project))

    def artifact_type(self, type_name: str, project: str | None = None) -> ArtifactType:
        """Raises NotFound."""
        for found in self.artifact_types(project):
            if found.name == type_name:
                return found
        raise NotFound(what="artifact type", name=type_name)

    def artifact_collections(self, project_name: str, type_name: str, per_page: int = 50) -> list[ArtifactCollection]:
        from assay.sdk.query.artifacts import list_collections

        del per_page
        return list(list_collections(self._connection, self._project_path(project_name), type_name))

    def artifact_collection(self, type_name: str, name: str) -> ArtifactCollection:
        """Raises NotFound."""
        from assay.client import artifact_calls
        from assay.sdk.query.artifacts import ArtifactCollection

        project, collection, _ = self.artifact_path(name)
        found = ArtifactCollection(self._connection, artifact_calls.get_collection(self._connection, project, collection))
        if found.type != type_name:
            raise InvalidRequest(detail=f"{project}/{collection} is of type {found.type}, not {type_name}.")
        return found

    def artifact_exists(self, name: str, type: str | None = None) -> bool:  # noqa: A002 - the word people know
        """Whether there is such a version; a deleted one, which `artifact` still answers by its number, is not."""
        try:
            found = self.artifact(name)
        except (NotFound, Gone):
            return False
        return found.state == "COMMITTED" and type in (None, found.type)

    def artifact_collection_exists(self, name: str, type: str) -> bool:  # noqa: A002 - the word people know
        try:
            self.artifact_collection(type, name)
        except (NotFound, InvalidRequest):
            return False
        return True

    def create_custom_chart(
        self,
        entity: str,
        name: str,
        display_name: str,
        spec_type: Literal["vega2"],
        access: Literal["private"],
        spec: Mapping[str, Any] | str,
    ) -> str:
        """Save a Vega-Lite specification with `${field:NAME}` and `${string:NAME}` in it as a preset of a team or user. Answers
        its name, `entity/name`, for `plot_table` and panels. One that is there gets a new version. `access` can only be private:
        a preset is seen by the members of its entity."""
        if spec_type != "vega2":
            raise InvalidRequest(detail=f"spec_type is {spec_type!r}; a preset is Vega-Lite, called 'vega2'")
        if access != "private":
            raise InvalidRequest(detail=f"access is {access!r}; a preset is seen by the members of {entity} alone: 'private'")
        from assay.sdk.query import presets

        return presets.save(self._connection, entity, name, display_name, spec)

    @property
    def connection(self) -> Connection:
        """To the server that this reads from."""
        return self._connection

    def project_path(self, path: str | None) -> ProjectPath:
        """`entity/project`, completed from the defaults. Raises InvalidName."""
        return self._project_path(path)

    def flush(self) -> None:
        """Forget what was learnt about the caller. Runs and pages are asked for anew by every call anyway."""
        self._me = None

    def _run_path(self, path: str) -> RunPath:
        return paths.run_path(path, self._entity_for(path, parts=3), self._project)

    def _project_path(self, path: str | None) -> ProjectPath:
        return paths.project_path(path, self._entity_for(path, parts=2), self._project)

    def artifact_path(self, name: str) -> tuple[ProjectPath, str, str]:
        """Project, name and reference of `[[entity/]project/]name[:ref]`, completed from the defaults. Raises InvalidRequest."""
        from assay.sdk.artifact_version import parse

        is_complete = name.removeprefix("assay://").rpartition("/")[0].count("/") >= 1
        return parse(name, "" if is_complete else self.default_entity, self._project)

    def _entity_for(self, path: str | None, parts: int) -> str:
        """The default entity, asked for only when `path` does not name one."""
        text = (path or "").strip("/")
        is_named = "://" in text or len([part for part in text.split("/") if part and part != "runs"]) >= parts
        return "" if is_named else self.default_entity
