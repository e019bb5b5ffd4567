"""A version is whole and verified, or it is not there."""

from __future__ import annotations

import io
import struct

import msgspec
import pytest

from assay.server.domain.errors import DigestMismatch
from assay.wire import limits
from assay.wire.errors import Conflict, Forbidden, InvalidName, InvalidRequest, NotFound, TooLarge
from assay.wire.manifest import Entry, Manifest
from assay.wire.messages import artifacts as messages
from assay.wire.messages.projects import ProjectEdit
from assay.wire.names import ProjectPath, RunPath
from tests.unit.server.services.artifacts.conftest import HOME, Shelf, digest_of, entry_of, packed


def test_a_committed_version_is_what_was_added(shelf: Shelf) -> None:
    run = shelf.run()
    version = shelf.log(
        {"a.txt": b"one", "data/b.bin": b"two"}, run_id=run.run_id, aliases=["best"], tags=["raw"], metadata={"rows": 2},
        description="of cats", role="train", step=7,
    )  # fmt: skip
    assert (version.path, version.version, version.number) == ("ann/digits/cats:v0", "v0", 0)
    assert (version.size, version.new_size, version.file_count, version.step) == (6, 6, 2, 7)
    assert (version.aliases, version.tags, version.metadata) == (["best", "latest"], ["raw"], {"rows": 2})
    assert version.created_by is not None
    assert (version.created_by.project, version.created_by.run_id, version.created_by.role) == ("ann/digits", "r1", "train")
    assert version.digest == shelf.manifest().digest
    assert shelf.read("data/b.bin") == b"two"
    assert shelf.catalog.artifacts.version(shelf.house.ann, HOME, "cats", "best") == version
    assert shelf.catalog.artifacts.version(shelf.house.ann, HOME, "cats", version.digest) == version


def test_equal_content_is_the_version_that_exists_and_takes_the_aliases(shelf: Shelf) -> None:
    shelf.run("r2")
    first = shelf.log({"a": b"one", "b": b"two"})
    other = shelf.log({"a": b"three"})
    again = shelf.log({"b": b"two", "a": b"one"}, aliases=["best"], tags=["seen twice"], run_id="r2")
    assert (first.version, other.version, again.version) == ("v0", "v1", "v0")
    assert again.aliases == ["best", "latest"]
    assert again.tags == ["seen twice"]
    outputs = shelf.catalog.artifact_runs.of_run(shelf.house.ann, shelf.run("r2")).outputs
    assert [each.version for each in outputs] == ["v0"]
    moves = shelf.catalog.artifacts.alias_moves(shelf.house.ann, HOME, "cats").moves
    assert [(move.alias, move.from_version, move.to_version) for move in moves] == [
        ("latest", "v1", "v0"), ("best", "", "v0"), ("latest", "v0", "v1"), ("latest", "", "v0"),
    ]  # fmt: skip


def test_tags_that_equal_content_brings_are_an_edit_that_the_log_knows(shelf: Shelf) -> None:
    shelf.log({"a": b"one"}, tags=["raw"])
    for _ in range(2):  # the second time nothing changes
        assert shelf.log({"a": b"one"}, tags=["checked"]).tags == ["raw", "checked"]
    with shelf.catalog.stores.metadata.read() as unit:
        lines = [(line.action, line.subject, line.data) for line in unit.audit.list(0, 100)]
        events = [event.kind for event in unit.events.after(0, 100)]
    edits = [line for line in lines if line[0] == "artifact:edit"]
    assert edits == [("artifact:edit", "ann/digits/cats:v0", {"fields": ["tags"]})]
    assert events.count("ArtifactVersionEdited") == 1


def test_only_what_is_new_is_asked_for(shelf: Shelf) -> None:
    first = shelf.draft({})
    assert shelf.fill(first, {"a": b"one", "b": b"two", "c": b"one"}) == 2
    second = shelf.draft({}, name="dogs")
    assert shelf.fill(second, {"x": b"two", "y": b"three"}) == 1


def test_a_commit_is_refused_until_every_content_has_arrived(shelf: Shelf) -> None:
    draft = shelf.catalog.drafts.open(shelf.house.ann, HOME, messages.DraftRequest("cats", "dataset"))
    page = messages.EntriesPage({"a": entry_of(b"one"), "b": entry_of(b"two")})
    missing = shelf.catalog.drafts.add(shelf.house.ann, HOME, draft.id, page).missing
    ticket = shelf.catalog.files.open_ticket("PUT", missing[0].url.removeprefix("/blobs/"))
    shelf.catalog.files.receive(ticket, io.BytesIO(b"one"))
    with pytest.raises(InvalidRequest, match="1 files has not arrived.*'b'"):
        shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft.id, messages.CommitRequest())
    with pytest.raises(NotFound):
        shelf.catalog.artifacts.collection(shelf.house.ann, HOME, "cats")
    shelf.catalog.drafts.receive(shelf.house.ann, HOME, draft.id, packed([b"two"]))
    version = shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft.id, messages.CommitRequest())
    assert version.file_count == 2


def test_a_blob_that_lies_there_without_being_noted_does_not_count(shelf: Shelf) -> None:
    shelf.log({"x": b"x"})
    data = b"left by a crash"
    shelf.catalog.stores.blobs.put_many("entity-1", [(digest_of(data), data)])
    draft = shelf.draft({})
    assert shelf.fill(draft, {"a": data}) == 1


def test_asking_for_a_commit_again_answers_the_same(shelf: Shelf) -> None:
    draft = shelf.draft({"a": b"one"})
    first = shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest())
    assert shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest()) == first
    with pytest.raises(Conflict, match="committed"):
        shelf.fill(draft, {"b": b"two"})
    shelf.catalog.drafts.discard(shelf.house.ann, HOME, draft)
    assert shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest()) == first
    with shelf.catalog.stores.metadata.read() as unit:
        kinds = [event.kind for event in unit.events.after(0, 99)]
    assert kinds.count("ArtifactVersionCommitted") == kinds.count("AliasMoved") == 1


def test_what_somebody_wrote_of_the_project_during_a_commit_stays(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = shelf.draft({"a.txt": b"one"})
    catalog, ann = shelf.catalog, shelf.house.ann
    keep = catalog.manifests.keep

    def slowly(home: int, manifest: Manifest) -> str:
        catalog.projects.edit(ann, HOME, ProjectEdit(description="Cats, by hand"))
        return keep(home, manifest)

    monkeypatch.setattr(catalog.manifests, "keep", slowly)
    catalog.drafts.commit(ann, HOME, draft, messages.CommitRequest())
    assert catalog.projects.get(ann, HOME).description == "Cats, by hand"


def test_the_manifest_must_be_the_one_the_client_holds(shelf: Shelf) -> None:
    draft = shelf.draft({"a": b"one"})
    with pytest.raises(Conflict, match="Nothing was committed"):
        shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest("sha256:" + "0" * 64))
    version = shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest())
    draft = shelf.draft({"a": b"one"})
    again = shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest(version.digest))
    assert again.version == "v0"


def test_a_draft_may_begin_with_a_version_and_say_only_what_changes(shelf: Shelf) -> None:
    shelf.log({"a": b"one", "b": b"two", "c": b"three"})
    draft = shelf.draft({"a": b"ONE", "d": b"four"}, base="v0")
    shelf.catalog.drafts.add(shelf.house.ann, HOME, draft, messages.EntriesPage(remove=["b", "not there"]))
    version = shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest())
    assert {path: shelf.read(path) for path in shelf.manifest().entries} == {"a": b"ONE", "c": b"three", "d": b"four"}
    assert (version.version, version.size, version.new_size) == ("v1", 12, 7)
    with pytest.raises(NotFound):
        shelf.draft({}, base="v9")


def test_a_version_that_has_no_room_for_more_aliases_is_committed_all_the_same(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ALIASES", 3)
    shelf.log({"a": b"one"}, aliases=["a", "b"])
    shelf.run("again")
    again = shelf.log({"a": b"one"}, aliases=["b", "c", "d"], run_id="again")
    assert (again.version, again.aliases, again.frozen_aliases) == ("v0", ["a", "b", "c", "latest"], ["d"])
    assert again.created_by is not None
    shelf.log({"a": b"two"})
    edits = shelf.catalog.artifact_edits
    with pytest.raises(TooLarge, match="list of aliases"):
        edits.edit_version(shelf.house.ann, HOME, "cats", "v0", messages.VersionEdit(add_aliases=["d"]))
    edits.delete_version(shelf.house.ann, HOME, "cats", "v1", with_aliases=False, is_dry=False)
    assert shelf.catalog.artifacts.version(shelf.house.ann, HOME, "cats", "latest").version == "v0"


def test_many_writers_of_one_id_fill_one_draft(shelf: Shelf) -> None:
    first = shelf.draft({"part-0": b"0"}, shared_id="epoch-1")
    second = shelf.draft({"part-1": b"1"}, shared_id="epoch-1")
    assert first == second
    version = shelf.catalog.drafts.commit(shelf.house.ann, HOME, first, messages.CommitRequest())
    assert version.file_count == 2
    with pytest.raises(Conflict):
        shelf.draft({"part-2": b"2"}, shared_id="epoch-2")
        shelf.draft({"part-2": b"2"}, shared_id="epoch-2", type="model")


def test_what_each_writer_of_one_id_asked_for_counts(shelf: Shelf) -> None:
    for number in range(3):
        shelf.run(f"part-{number}")
    shelf.draft({"0": b"0"}, shared_id="job", run_id="part-0", metadata={"parts": 1, "by": 0}, aliases=["latest"], tags=["x"])
    shelf.draft({"1": b"1"}, shared_id="job", run_id="part-1", role="shard", description="of all", step=7)
    for _ in range(2):  # as after an answer that was lost
        last = shelf.draft({"2": b"2"}, shared_id="job", run_id="part-2", metadata={"parts": 3}, aliases=["best"], ttl_s=5.0)
    version = shelf.catalog.drafts.commit(shelf.house.ann, HOME, last, messages.CommitRequest())
    assert (version.aliases, version.tags, version.metadata) == (["best", "latest"], ["x"], {"parts": 3, "by": 0})
    assert (version.description, version.step, version.ttl_s) == ("of all", 7, 5.0)
    made = [shelf.catalog.artifact_runs.of_run(shelf.house.ann, RunPath("ann", "digits", f"part-{n}")) for n in range(3)]
    assert [(one.outputs[0].version, one.outputs[0].role) for one in made] == [("v0", ""), ("v0", "shard"), ("v0", "")]


def test_a_large_file_is_read_back_across_its_blocks(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 10)
    data = bytes(range(35))
    version = shelf.log({"big": data, "small": b"x"})
    assert version.size == 36
    assert shelf.read("big") == data
    assert shelf.read("big", start=5, end=31) == data[5:31]
    assert shelf.read("big", start=10, end=20) == data[10:20]
    assert shelf.read("big", start=20, end=20) == b""
    listing = shelf.catalog.artifacts.entries(shelf.house.ann, HOME, "cats", "latest", "", "", "", 10)
    ticket = shelf.catalog.files.open_ticket("GET", listing.files[0].url.removeprefix("/blobs/"))
    assert (ticket.size, ticket.digest) == (35, digest_of(data))
    assert b"".join(shelf.catalog.files.read(ticket, 3, 33)) == data[3:33]
    with pytest.raises(InvalidRequest, match="expected 4 digests"):
        shelf.draft({"big": Entry(digest_of(data), 35)})


def test_contents_are_shared_within_an_entity_and_not_beyond(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    red = ProjectPath("red", "plans")
    draft = shelf.draft({}, red)
    assert shelf.fill(draft, {"a": b"one"}, red) == 1
    other = ProjectPath("ann", "other")
    assert shelf.fill(shelf.draft({}, other), {"b": b"one"}, other) == 0


def test_packed_contents_are_checked_to_the_byte(shelf: Shelf) -> None:
    draft = shelf.draft({})
    good = packed([b"one", b"two"])

    def send(body: bytes) -> None:
        shelf.catalog.drafts.receive(shelf.house.ann, HOME, draft, body)

    send(good)
    for cut in range(1, len(good)):
        with_cut = good[:cut]
        if with_cut != packed([b"one"]):
            with pytest.raises(InvalidRequest):
                send(with_cut)
    header = msgspec.msgpack.encode([digest_of(b"one"), 3])
    with pytest.raises(DigestMismatch):
        send(struct.pack("<I", len(header)) + header + b"two")
    for bad in (b"\xff" * 40, struct.pack("<I", 0) + b"x", struct.pack("<I", 3) + b"\xc1\xc1\xc1"):
        with pytest.raises(InvalidRequest):
            send(bad)
    huge = msgspec.msgpack.encode([digest_of(b"one"), limits.BLOCK_BYTES + 1])
    with pytest.raises(TooLarge):
        send(struct.pack("<I", len(huge)) + huge + b"one")


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/etc/x",
        "C:\\x",
        "a/../../b",
        "a\0b",
        "a//b",
        "./a",
        "..",
        "CON",
        "a/nul.txt",
        "x ",
        "x.",
        "a\u0301",
        "x" * 4097,
        "",
    ],
)
def test_a_path_that_could_leave_its_folder_is_refused(shelf: Shelf, path: str) -> None:
    with pytest.raises(InvalidName):
        shelf.draft({path: b"x"})


def test_a_file_cannot_be_a_folder_too(shelf: Shelf) -> None:
    draft = shelf.draft({"a/b": b"one", "a/b/c/d": b"two"})
    with pytest.raises(InvalidRequest, match="a/b is a file and also a folder"):
        shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest())


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "drafts"}, {"name": "a/b"}, {"type": ""}, {"aliases": ["v3"]}, {"aliases": ["a:b"]}, {"aliases": ["2017..2018"]},
        {"aliases": ["a/b"]}, {"tags": ["\0"]}, {"role": "\n"}, {"shared_id": "\x1b"},
    ],
)  # fmt: skip
def test_names_that_would_mean_something_else_are_refused(shelf: Shelf, asked: dict[str, object]) -> None:
    with pytest.raises(InvalidName):
        shelf.draft({}, **asked)


def test_what_is_out_of_bounds_is_refused(shelf: Shelf) -> None:
    with pytest.raises(InvalidRequest):
        shelf.draft({}, ttl_s=-1.0)
    with pytest.raises(InvalidRequest):
        shelf.draft({}, span=messages.TimeSpan(2.0, 1.0))
    with pytest.raises(InvalidRequest):
        shelf.draft({}, step=-5)
    with pytest.raises(TooLarge):
        shelf.draft({}, metadata={"a": "x" * limits.ARTIFACT_METADATA_BYTES})
    deep: dict[str, object] = {}
    for _ in range(limits.NESTING + 1):
        deep = {"a": deep}
    with pytest.raises(TooLarge, match="nested"):
        shelf.draft({}, metadata=deep)
    with pytest.raises(TooLarge, match="nested"):
        shelf.draft({"a": Entry("", -1, ref="s3://b/k", extra=deep)})
    with pytest.raises(TooLarge):
        shelf.draft({}, aliases=[f"a{n}" for n in range(limits.ALIASES + 1)])


@pytest.mark.parametrize("ref", ["ftp://x/y", "s3://a b", "javascript:alert(1)", "s3://", "/etc/passwd", "s3://a\n"])
def test_a_reference_must_be_an_address_of_a_known_kind(shelf: Shelf, ref: str) -> None:
    with pytest.raises(InvalidName):
        shelf.draft({"a": Entry("", -1, ref=ref)})


def test_references_are_kept_as_addresses(shelf: Shelf) -> None:
    ref = Entry("etag:abc", 1_000, ref="s3://bucket/key")
    version = shelf.log({"a": ref, "b": b"one", "c": Entry("", -1, ref="https://example.org/x")})
    assert (version.size, version.new_size, version.file_count) == (1_003, 3, 3)
    assert shelf.manifest().entries["a"] == ref
    with pytest.raises(InvalidRequest, match="s3://bucket/key"):
        shelf.read("a")
    preview = shelf.catalog.artifacts.preview(shelf.house.ann, HOME, "cats", "v0", "a")
    assert (preview.kind, preview.text, preview.url) == ("binary", "s3://bucket/key", "")
    with pytest.raises(InvalidRequest):
        shelf.draft({"a": Entry("made up", 1, ref="s3://b/k")})


def test_a_name_has_one_type_in_a_project(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    with pytest.raises(Conflict, match="of type 'dataset', not 'model'"):
        shelf.draft({}, type="model")


def test_who_may_not_write_learns_nothing_and_who_may_only_read_is_told(shelf: Shelf) -> None:
    red = ProjectPath("red", "plans")
    shelf.log({"a": b"one"}, red)
    with pytest.raises(NotFound):
        shelf.draft({}, red, shelf.house.zoe)
    with pytest.raises(Forbidden):
        shelf.draft({}, red, shelf.house.vic)
    with pytest.raises(NotFound):
        shelf.catalog.artifacts.version(shelf.house.zoe, red, "cats", "v0")
    assert shelf.catalog.artifacts.version(shelf.house.vic, red, "cats", "v0").version == "v0"
    draft = shelf.draft({"a": b"two"})
    with pytest.raises(NotFound):
        shelf.catalog.drafts.commit(shelf.house.ann, red, draft, messages.CommitRequest())


def test_the_run_that_logs_must_exist(shelf: Shelf) -> None:
    with pytest.raises(NotFound, match="r9"):
        shelf.draft({}, run_id="r9")


def test_contents_are_counted_once_per_version_that_names_them(shelf: Shelf) -> None:
    shelf.log({"a": b"one", "b": b"one"})
    shelf.log({"a": b"one", "c": b"two"})
    shelf.log({"a": b"one", "b": b"one"}, name="dogs")
    counts = shelf.counts()
    assert counts[digest_of(b"one")] == (3, 3)
    assert counts[digest_of(b"two")] == (3, 1)
    # Two different manifests, one of them named twice.
    assert sorted(count for digest, (_, count) in counts.items() if digest not in (digest_of(b"one"), digest_of(b"two"))) == [
        1,
        2,
    ]


def test_metadata_with_a_whole_number_that_cannot_be_kept_is_refused(shelf: Shelf) -> None:
    with pytest.raises(InvalidRequest, match="metadata has a whole number"):
        shelf.catalog.drafts.open(shelf.house.ann, HOME, messages.DraftRequest("cats", "dataset", metadata={"seed": 2**64}))
