"""Artifacts: drafts that become versions, collections, versions, their files; what runs took in and made."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response
from litestar.response import Stream

from assay.server.api.pool import in_thread
from assay.server.api.raw import whole_body
from assay.server.api.rest.files import content_answer, zip_answer
from assay.server.api.rest.paths import PROJECT, RUN, project_path, run_path
from assay.server.api.routing import delete, get, patch, post, put
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import artifacts as messages
from assay.wire.messages.files import FilePreview

ARTIFACTS = PROJECT + "/artifacts"
DRAFT = ARTIFACTS + "/drafts/{draft_id:str}"
ARTIFACT = ARTIFACTS + "/{name:str}"
ENTITY = "/api/v1/entities/{entity:str}"
VERSION = ARTIFACT + "/versions/{ref:str}"


@post(ARTIFACTS + "/drafts", permission="artifact:write", status_code=201)
def open_draft(entity: str, project: str, data: messages.DraftRequest, actor: Actor, catalog: Catalog) -> messages.Draft:
    """Open a draft of a new version: add entries, send what is missing, commit. Writers that share an id share the draft."""
    return catalog.drafts.open(actor, project_path(entity, project), data)


@post(DRAFT + "/entries", permission="artifact:write")
def add_entries(
    entity: str, project: str, draft_id: str, data: messages.EntriesPage, actor: Actor, catalog: Catalog
) -> messages.MissingContents:
    """Add entries to a draft. The answer says which contents are not here yet and where to put each."""
    return catalog.drafts.add(actor, project_path(entity, project), draft_id, data)


@post(
    DRAFT + "/contents", permission="artifact:write", accepts=frozenset({"application/octet-stream"}), status_code=204
)  # fmt: skip
async def put_contents(
    entity: str, project: str, draft_id: str, request: Request[Any, Any, Any], actor: Actor, catalog: Catalog
) -> None:
    """Send many small contents in one body: for each a header's length (four bytes, least first), the header as msgpack
    [digest, size], the bytes. All of them are kept, or none."""
    body = await whole_body(request)
    await in_thread(catalog.drafts.receive, actor, project_path(entity, project), draft_id, body)


@post(DRAFT + "/commit", permission="artifact:write")
def commit_draft(
    entity: str, project: str, draft_id: str, data: messages.CommitRequest, actor: Actor, catalog: Catalog
) -> messages.ArtifactVersion:
    """Make a draft a version, or answer with the version that has the same content. Safe to repeat."""
    return catalog.drafts.commit(actor, project_path(entity, project), draft_id, data)


@delete(DRAFT, permission="artifact:write")
def discard_draft(entity: str, project: str, draft_id: str, actor: Actor, catalog: Catalog) -> None:
    """Forget a draft. What was committed stays."""
    catalog.drafts.discard(actor, project_path(entity, project), draft_id)


@get(PROJECT + "/artifact-types", permission="artifact:read")
def list_artifact_types(entity: str, project: str, actor: Actor, catalog: Catalog) -> messages.ArtifactTypes:
    """Types of artifacts that the project has, with counts and sizes."""
    return catalog.artifacts.types(actor, project_path(entity, project))


@get(ARTIFACTS, permission="artifact:read")
def list_artifacts(
    entity: str, project: str, actor: Actor, catalog: Catalog, type: str = "", search: str = "", cursor: str = "",  # noqa: A002
    limit: int = 100,
) -> messages.CollectionPage:  # fmt: skip
    """The project's artifacts by name, each with its latest version."""
    return catalog.artifacts.collections(actor, project_path(entity, project), type, search, cursor, limit)


@get(ARTIFACT, permission="artifact:read")
def get_artifact(entity: str, project: str, name: str, actor: Actor, catalog: Catalog) -> messages.ArtifactCollection:
    """One artifact with its latest version."""
    return catalog.artifacts.collection(actor, project_path(entity, project), name)


@get(ARTIFACT + "/versions", permission="artifact:read")
def list_versions(
    entity: str, project: str, name: str, actor: Actor, catalog: Catalog, cursor: str = "", limit: int = 100,
    deleted: bool = False,
) -> messages.VersionPage:  # fmt: skip
    """Versions of an artifact, newest first; with `deleted` also those that were deleted."""
    return catalog.artifacts.versions(actor, project_path(entity, project), name, cursor, limit, with_deleted=deleted)


@get(ARTIFACT + "/aliases", permission="artifact:read")
def alias_history(entity: str, project: str, name: str, actor: Actor, catalog: Catalog) -> messages.AliasMoves:
    """How an artifact's aliases moved, newest first."""
    return catalog.artifacts.alias_moves(actor, project_path(entity, project), name)


@get(VERSION, permission="artifact:read")
def get_version(entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog) -> messages.ArtifactVersion:
    """A version by number (`v3`), alias or digest; or what stands for a span of time (`2017..2019`)."""
    return catalog.artifacts.version(actor, project_path(entity, project), name, ref)


@get(VERSION + "/entries", permission="artifact:read")
def list_entries(
    entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog, folder: str = "", search: str = "",
    cursor: str = "", limit: int = 1_000,
) -> messages.EntryListing:  # fmt: skip
    """One folder of a version, or the files below it whose path contains a text."""
    return catalog.artifacts.entries(actor, project_path(entity, project), name, ref, folder, search, cursor, limit)


@get(VERSION + "/manifest", permission="artifact:read")
def get_manifest(entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog) -> Response[Any]:
    """What a version contains, whole, as msgpack."""
    pieces = catalog.artifacts.manifest(actor, project_path(entity, project), name, ref)
    return Stream(pieces, media_type="application/msgpack", headers={"cache-control": "private, no-store"})


@post(VERSION + "/contents", permission="artifact:read")
def address_contents(
    entity: str, project: str, name: str, ref: str, data: messages.ContentsRequest, actor: Actor, catalog: Catalog
) -> messages.ContentAddresses:
    """Where to read contents of a version, for a limited time."""
    return catalog.artifacts.addresses(actor, project_path(entity, project), name, ref, data)


@post(VERSION + "/packed", permission="artifact:read")
def get_packed(
    entity: str, project: str, name: str, ref: str, data: messages.ContentsRequest, actor: Actor, catalog: Catalog
) -> Response[Any]:  # fmt: skip
    """Small contents of a version in one stream, framed as a body of packed contents is."""
    pieces = catalog.artifacts.packed(actor, project_path(entity, project), name, ref, data)
    return Stream(pieces, media_type="application/octet-stream", headers={"cache-control": "private, no-store"})


@get(VERSION + "/preview", permission="artifact:read")
def preview_entry(entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog, path: str = "") -> FilePreview:
    """What is in a file of a version: text, rows, tensors, cells, bounded; and the address to read all of it from."""
    return catalog.artifacts.preview(actor, project_path(entity, project), name, ref, path)


@get(VERSION + "/file", permission="artifact:read")
def get_entry(
    entity: str, project: str, name: str, ref: str, request: Request[Any, Any, Any], actor: Actor, catalog: Catalog,
    path: str = "",
) -> Response[Any]:  # fmt: skip
    """A file of a version, whole or one range of it. Pictures, films and sounds are shown, all else is a download."""
    home, entry = catalog.artifacts.file(actor, project_path(entity, project), name, ref, path)
    return content_answer(
        request,
        entry.size,
        entry.digest,
        path.rpartition("/")[2],
        lambda start, end: catalog.artifacts.pieces(home, entry, start, end),
        is_fixed=False,  # an alias moves, and a version can be deleted
    )


@get(VERSION + "/files.zip", permission="artifact:read")
def zip_version(entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog, under: str = "") -> Response[Any]:
    """A version's files as one zip file, or those below a folder. References are listed in a text file in it."""
    file_name, pieces = catalog.artifacts.archive(actor, project_path(entity, project), name, ref, under)
    return zip_answer(file_name, pieces)


@get(VERSION + "/used-by", permission="artifact:read")
def list_users(entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog) -> messages.UsedBy:
    """Runs that took a version in, newest first."""
    return messages.UsedBy(catalog.artifacts.used_by(actor, project_path(entity, project), name, ref))


@get(VERSION + "/compare", permission="artifact:read")
def compare_versions(
    entity: str, project: str, name: str, ref: str, request: Request[Any, Any, Any], actor: Actor, catalog: Catalog
) -> messages.VersionComparison:
    """What changed from another version (`?with=v1`, an alias, or `project/name:v1`) to this one: files and metadata."""
    other = str(request.query_params.get("with", ""))
    return catalog.comparisons.compare(actor, project_path(entity, project), name, ref, other)


@get(VERSION + "/compare/table", permission="artifact:read")
async def compare_tables(
    entity: str, project: str, name: str, ref: str, request: Request[Any, Any, Any], actor: Actor, catalog: Catalog,
    path: str = "", key: list[str] | None = None, change: str = "", offset: int = 0, limit: int = 100,
) -> messages.TableComparison:  # fmt: skip
    """Which rows of one table differ from another version (`?with=v1&path=train.csv`), told apart by `key` (repeatable; found
    where it is not given), of one kind of `change` or of all."""
    other = str(request.query_params.get("with", ""))
    answer: messages.TableComparison = await request.app.state.few["comparisons of tables"].call(
        catalog.table_comparisons.compare, actor, project_path(entity, project), name, ref, other, path, key or [], change,
        offset, limit,
    )  # fmt: skip
    return answer


@get(VERSION + "/compare/metrics", permission="artifact:read")
def compare_metrics(
    entity: str, project: str, name: str, ref: str, request: Request[Any, Any, Any], actor: Actor, catalog: Catalog
) -> messages.MetricsComparison:
    """Numbers of another version (`?with=v1`) and of this one beside each other: of the runs that made them, and of their
    metadata."""
    other = str(request.query_params.get("with", ""))
    return catalog.metric_comparisons.compare(actor, project_path(entity, project), name, ref, other)


@get(VERSION + "/leakage", permission="artifact:read")
def find_leakage(
    entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog, training: str = "", ignore: str = ""
) -> messages.LeakageReport:
    """Rows of a version's tables that stand in a training set too (`?training=name:v1`), columns to ignore left out."""
    return catalog.leakage.report(actor, project_path(entity, project), name, ref, training, ignore)


@get(ENTITY + "/space", permission="artifact:read")
def get_space(entity: str, actor: Actor, catalog: Catalog, by: str = "project") -> messages.Space:
    """What an entity's artifacts and run files take up, by project, type, artifact, run or age."""
    return catalog.space.space(actor, entity, by)


@get(ENTITY + "/space/versions", permission="artifact:read")
def get_space_versions(entity: str, actor: Actor, catalog: Catalog) -> messages.Duplicates:
    """Versions to look at when space is short: equal ones, unused ones, the largest."""
    return catalog.space.duplicates(actor, entity)


@get(VERSION + "/lineage", permission="artifact:read")
def get_lineage(
    entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog, direction: str = "both", depth: int = -1,
    direct: bool = True, each: bool = False,
) -> messages.Lineage:  # fmt: skip
    """What a version came from and what came of it, as a graph to draw: at most 300 nodes, the rest stands in groups. Five and
    more that are equal stand in one, unless `each` is asked for."""
    path = project_path(entity, project)
    return catalog.lineage.lineage(actor, path, name, ref, direction, depth, is_direct=direct, is_each=each)


@get(VERSION + "/reach", permission="artifact:read")
def get_reach(
    entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog, direction: str = "down", depth: int = -1,
    type: str = "",  # noqa: A002
) -> messages.Reach:  # fmt: skip
    """Versions, runs and aliases below a version, or above it, as lists; of one type, or so many steps away."""
    return catalog.lineage.reach(actor, project_path(entity, project), name, ref, direction, depth, type)


@post(PROJECT + "/inputs/compare", permission="artifact:read")
def compare_inputs(
    entity: str, project: str, data: messages.InputsQuery, actor: Actor, catalog: Catalog
) -> messages.InputsComparison:
    """Whether runs took in the same data, role by role, by the digests of what they took in."""
    return catalog.lineage.compare_inputs(actor, project_path(entity, project), data)


@patch(ARTIFACT, permission="artifact:edit")
def edit_artifact(
    entity: str, project: str, name: str, data: messages.CollectionEdit, actor: Actor, catalog: Catalog
) -> messages.ArtifactCollection:
    """Change an artifact's name, description, tags or lifetime."""
    return catalog.artifact_edits.edit_collection(actor, project_path(entity, project), name, data)


@delete(ARTIFACT, permission="artifact:delete", status_code=200)
def delete_artifact(
    entity: str, project: str, name: str, actor: Actor, catalog: Catalog, with_aliases: bool = False, is_dry: bool = False
) -> messages.Deletion:
    """Delete an artifact with all its versions, or say what that would free. Versions can be restored for a time."""
    path = project_path(entity, project)
    return catalog.artifact_edits.delete_collection(actor, path, name, with_aliases=with_aliases, is_dry=is_dry)


@patch(VERSION, permission="artifact:edit")
def edit_version(
    entity: str, project: str, name: str, ref: str, data: messages.VersionEdit, actor: Actor, catalog: Catalog
) -> messages.ArtifactVersion:
    """Change what is said of a version: aliases, tags, description, metadata, lifetime, span of time."""
    return catalog.artifact_edits.edit_version(actor, project_path(entity, project), name, ref, data)


@delete(VERSION, permission="artifact:delete", status_code=200)
def delete_version(
    entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog, with_aliases: bool = False,
    is_dry: bool = False,
) -> messages.Deletion:  # fmt: skip
    """Delete a version, or say what that would free. It can be restored for a time."""
    path = project_path(entity, project)
    return catalog.artifact_edits.delete_version(actor, path, name, ref, with_aliases=with_aliases, is_dry=is_dry)


@post(VERSION + "/restore", permission="artifact:delete")
def restore_version(entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog) -> messages.ArtifactVersion:
    """Bring a deleted version back, by its number."""
    return catalog.artifact_edits.restore(actor, project_path(entity, project), name, ref)


@post(ENTITY + "/versions/delete", permission="artifact:delete")
def delete_versions(entity: str, data: messages.VersionsRequest, actor: Actor, catalog: Catalog) -> messages.Deletion:
    """Delete versions of an entity's projects, or say what that would do: what it frees, what is kept, who used them."""
    return catalog.artifact_edits.delete_versions(actor, entity, data)


@get(ENTITY + "/retention", permission="artifact:read")
def get_retention(entity: str, actor: Actor, catalog: Catalog) -> messages.RetentionRules:
    """How long an entity's versions are kept where neither they nor their artifact say."""
    return catalog.retention.rules(actor, entity)


@put(ENTITY + "/retention", permission="artifact:rules")
def set_retention(entity: str, data: messages.RetentionRules, actor: Actor, catalog: Catalog) -> messages.RetentionRules:
    """Set an entity's rules, instead of those there were."""
    return catalog.retention.set_rules(actor, entity, data)


@get(ENTITY + "/retention/report", permission="artifact:read")
def retention_report(entity: str, actor: Actor, catalog: Catalog) -> messages.Deletion:
    """What would expire if it were done now, and what is kept although its time is over."""
    return catalog.retention.report(actor, entity)


@post(RUN + "/inputs", permission="run:write")
def use_artifact(
    entity: str, project: str, run_id: str, data: messages.UseRequest, actor: Actor, catalog: Catalog
) -> messages.ArtifactVersion:
    """Say that a run took a version in, also for a run that ended."""
    return catalog.artifact_runs.use(actor, run_path(entity, project, run_id), data)


@post(RUN + "/outputs", permission="run:write")
def add_output(
    entity: str, project: str, run_id: str, data: messages.OutputRequest, actor: Actor, catalog: Catalog
) -> messages.ArtifactVersion:
    """Say that a run made a version that exists, also for a run that ended."""
    return catalog.artifact_runs.output(actor, run_path(entity, project, run_id), data)


@get(RUN + "/artifacts", permission="run:read")
def run_artifacts(entity: str, project: str, run_id: str, actor: Actor, catalog: Catalog) -> messages.RunArtifacts:
    """What a run took in and what it made."""
    return catalog.artifact_runs.of_run(actor, run_path(entity, project, run_id))


@post(PROJECT + "/checkpoints/query", permission="run:read")
def query_checkpoints(
    entity: str, project: str, data: messages.CheckpointQuery, actor: Actor, catalog: Catalog
) -> messages.CheckpointPage:
    """Versions that some runs made at a step: the marks on their curves."""
    return catalog.artifact_runs.checkpoints(actor, project_path(entity, project), data.runs)


HANDLERS = [
    open_draft, add_entries, put_contents, commit_draft, discard_draft, list_artifact_types, list_artifacts, get_artifact,
    list_versions, alias_history, get_version, list_entries, get_manifest, address_contents, get_packed, preview_entry, get_entry,
    zip_version,
    list_users, compare_versions, compare_tables, compare_metrics, find_leakage, get_lineage, get_reach, compare_inputs,
    edit_artifact, delete_artifact, edit_version, delete_version, restore_version, delete_versions, get_retention,
    set_retention, retention_report, get_space, get_space_versions, use_artifact, add_output, run_artifacts, query_checkpoints,
]  # fmt: skip
