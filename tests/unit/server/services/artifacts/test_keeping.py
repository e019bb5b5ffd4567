"""Editing, deleting, restoring, expiring, freeing: nothing that is named goes, everything else does in the end."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO

import pytest

from assay.server.ports.metadata import Unit
from assay.wire import limits
from assay.wire.errors import Conflict, Forbidden, Gone, InvalidName, InvalidRequest, NotFound, TooLarge, Unavailable
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath
from tests.unit.server.services.artifacts.conftest import HOME, Shelf, digest_of

DAY = 86_400.0
GRACE = limits.GRACE_DAYS * DAY


def edit(shelf: Shelf, ref: str = "latest", **fields: object) -> messages.ArtifactVersion:
    return shelf.catalog.artifact_edits.edit_version(shelf.house.ann, HOME, "cats", ref, messages.VersionEdit(**fields))


def delete(shelf: Shelf, ref: str, *, with_aliases: bool = False, is_dry: bool = False) -> messages.Deletion:
    return shelf.catalog.artifact_edits.delete_version(
        shelf.house.ann, HOME, "cats", ref, with_aliases=with_aliases, is_dry=is_dry
    )


def blobs(shelf: Shelf, entity_id: int = 1) -> set[str]:
    return set(shelf.catalog.stores.blobs.digests(f"entity-{entity_id}"))


def test_what_is_given_changes_and_the_rest_stays(shelf: Shelf) -> None:
    shelf.log({"a": b"one"}, tags=["x", "y"], description="before", metadata={"n": 1})
    shelf.log({"a": b"two"}, aliases=["best"])
    version = edit(shelf, "v0", add_aliases=["best", "b c"], add_tags=["z"], remove_tags=["x"], metadata={"n": 2}, ttl_s=DAY)
    assert (version.aliases, version.tags, version.description) == (["b c", "best"], ["y", "z"], "before")
    assert (version.metadata, version.ttl_s, version.expires_at) == ({"n": 2}, DAY, version.created_at + DAY)
    assert edit(shelf, "v1").aliases == ["latest"]
    version = edit(shelf, "v0", remove_aliases=["b c", "never there"], ttl_s=-1.0, description="after")
    assert (version.aliases, version.ttl_s, version.description) == (["best"], None, "after")
    spanned = edit(shelf, "v0", span=messages.TimeSpan(0.0, 5.0))
    assert spanned.span == messages.TimeSpan(0.0, 5.0)
    with pytest.raises(InvalidName):
        edit(shelf, add_aliases=["v1"])
    with pytest.raises(TooLarge):
        edit(shelf, add_tags=[f"t{n}" for n in range(limits.ALIASES + 1)])
    with pytest.raises(InvalidRequest):
        edit(shelf, ttl_s=-2.0)


def test_an_artifact_is_renamed_with_everything(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    shelf.log({"a": b"two"}, name="dogs")
    edits, ann = shelf.catalog.artifact_edits, shelf.house.ann
    changed = edits.edit_collection(ann, HOME, "cats", messages.CollectionEdit(name="lions", description="d", add_tags=["t"]))
    assert (changed.name, changed.description, changed.tags) == ("lions", "d", ["t"])
    assert shelf.read("a", name="lions") == b"one"
    with pytest.raises(NotFound):
        shelf.read("a")
    with pytest.raises(Conflict):
        edits.edit_collection(ann, HOME, "lions", messages.CollectionEdit(name="dogs"))
    with pytest.raises(InvalidName):
        edits.edit_collection(ann, HOME, "lions", messages.CollectionEdit(name="drafts"))


def test_deleting_says_first_what_it_would_do(shelf: Shelf) -> None:
    run = shelf.run()
    shelf.log({"a": b"one", "b": b"shared"})
    shelf.log({"a": b"two", "b": b"shared"})
    shelf.catalog.artifact_runs.use(shelf.house.ann, run, messages.UseRequest("cats:v0"))
    plan = delete(shelf, "v0", is_dry=True)
    manifest = sum(size for size, count in shelf.counts().values() if count == 1) - len(b"one") - len(b"two")
    assert (plan.version_count, plan.is_dry, [user.run_id for user in plan.used_by]) == (1, True, ["r1"])
    assert len(b"one") < plan.freed < len(b"one") + manifest
    assert shelf.read("a", ref="v0") == b"one"
    done = delete(shelf, "v0")
    assert (done.version_count, done.freed, done.is_dry) == (1, plan.freed, False)
    with pytest.raises(Gone, match="can be restored"):
        shelf.read("a", ref="v0")
    assert shelf.catalog.artifacts.version(shelf.house.ann, HOME, "cats", "v0").state == "deleted"


def test_a_version_that_an_alias_points_at_stays_unless_told_otherwise(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    shelf.log({"a": b"two"}, aliases=["production"])
    with pytest.raises(Conflict, match="production"):
        delete(shelf, "v1")
    assert delete(shelf, "v1", is_dry=True).kept == [("ann/digits/cats:v1", "the alias 'production' points at it")]
    delete(shelf, "v1", with_aliases=True)
    assert shelf.catalog.artifacts.version(shelf.house.ann, HOME, "cats", "latest").version == "v0"
    with pytest.raises(NotFound):
        shelf.catalog.artifacts.version(shelf.house.ann, HOME, "cats", "production")


def test_a_deleted_version_comes_back_until_its_space_is_freed(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    shelf.log({"a": b"two"})
    delete(shelf, "v0")
    edits = shelf.catalog.artifact_edits
    assert edits.restore(shelf.house.ann, HOME, "cats", "v0").state == "committed"
    assert edits.restore(shelf.house.ann, HOME, "cats", "v0").version == "v0"
    assert shelf.read("a", ref="v0") == b"one"
    delete(shelf, "v0")
    shelf.house.clock.advance(GRACE + 1)
    shelf.catalog.retention.work()
    with pytest.raises(Gone, match="Its content was freed"):
        edits.restore(shelf.house.ann, HOME, "cats", "v0")
    shown = shelf.catalog.artifacts.versions(shelf.house.ann, HOME, "cats", "", 9, with_deleted=True)
    assert [(each.version, each.state) for each in shown.versions] == [("v1", "committed"), ("v0", "deleted")]


def test_numbers_go_on_after_a_deletion(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    delete(shelf, "v0")
    assert shelf.log({"a": b"one"}).version == "v1"


def test_an_artifact_is_deleted_with_all_versions_and_comes_back_with_one(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    shelf.log({"a": b"two"}, aliases=["best"])
    remove = shelf.catalog.artifact_edits.delete_collection
    with pytest.raises(Conflict, match="best"):
        remove(shelf.house.ann, HOME, "cats", with_aliases=False, is_dry=False)
    assert remove(shelf.house.ann, HOME, "cats", with_aliases=False, is_dry=True).kept[0][0] == "ann/digits/cats:v1"
    assert remove(shelf.house.ann, HOME, "cats", with_aliases=True, is_dry=False).version_count == 2
    with pytest.raises(NotFound):
        shelf.catalog.artifacts.collection(shelf.house.ann, HOME, "cats")
    shelf.catalog.artifact_edits.restore(shelf.house.ann, HOME, "cats", "v0")
    collection = shelf.catalog.artifacts.collection(shelf.house.ann, HOME, "cats")
    assert (collection.version_count, collection.latest.version if collection.latest else "") == (1, "v0")
    remove(shelf.house.ann, HOME, "cats", with_aliases=True, is_dry=False)
    again = shelf.log({"m": b"three"}, type="model")
    assert (again.version, again.type) == ("v2", "model")


def test_an_alias_that_is_set_while_its_artifact_is_deleted_keeps_it(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.log({"a": b"one"})
    metadata = shelf.catalog.stores.metadata
    begin = metadata.begin

    def begin_later() -> AbstractContextManager[Unit]:
        monkeypatch.setattr(metadata, "begin", begin)
        edit(shelf, "v0", add_aliases=["production"])  # somebody was quicker
        return begin()

    monkeypatch.setattr(metadata, "begin", begin_later)
    with pytest.raises(Conflict, match="production"):
        shelf.catalog.artifact_edits.delete_collection(shelf.house.ann, HOME, "cats", with_aliases=False, is_dry=False)
    assert shelf.read("a", ref="production") == b"one"


def test_many_versions_are_deleted_at_once_and_named_ones_kept(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    shelf.log({"a": b"two"}, aliases=["best"])
    shelf.log({"a": b"three"}, ProjectPath("ann", "other"))
    asked = messages.VersionsRequest(["ann/digits/cats:v0", "digits/cats:v1", "ann/other/cats:v0"])
    done = shelf.catalog.artifact_edits.delete_versions(shelf.house.ann, "ann", asked)
    assert (done.version_count, done.kept) == (2, [("ann/digits/cats:v1", "the alias 'best' points at it")])
    for bad in ("cats:v0", "red/plans/cats:v0"):
        with pytest.raises(InvalidRequest):
            shelf.catalog.artifact_edits.delete_versions(shelf.house.ann, "ann", messages.VersionsRequest([bad]))
    with pytest.raises(Forbidden):
        shelf.catalog.artifact_edits.delete_versions(shelf.house.vic, "red", messages.VersionsRequest([]))
    with pytest.raises(NotFound):
        shelf.catalog.artifact_edits.delete_versions(shelf.house.zoe, "red", messages.VersionsRequest([]))


def test_space_is_freed_only_of_what_no_version_names(shelf: Shelf) -> None:
    shelf.log({"a": b"one", "b": b"shared"})
    shelf.log({"a": b"two", "b": b"shared"})
    before = blobs(shelf)
    delete(shelf, "v0")
    for _ in range(3):
        shelf.catalog.retention.work()
    assert blobs(shelf) == before
    shelf.house.clock.advance(GRACE + 1)
    shelf.catalog.retention.work()
    assert blobs(shelf) == before
    assert shelf.counts()[digest_of(b"one")] == (3, 0)
    shelf.house.clock.advance(GRACE + 1)
    shelf.catalog.retention.work()
    assert before - blobs(shelf) >= {digest_of(b"one")}
    assert len(before - blobs(shelf)) == 2
    assert shelf.read("b") == b"shared"
    assert shelf.catalog.artifact_check.verify() == []


def test_a_content_that_a_draft_names_again_is_not_freed_under_it(shelf: Shelf) -> None:
    shelf.log({"a": b"one"})
    shelf.log({"a": b"two"})
    delete(shelf, "v0")
    shelf.house.clock.advance(GRACE + 1)
    shelf.catalog.retention.work()
    shelf.house.clock.advance(GRACE - 10)
    draft = shelf.draft({})
    assert shelf.fill(draft, {"z": b"one"}) == 0
    shelf.house.clock.advance(20)
    shelf.catalog.retention.work()
    version = shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest())
    assert shelf.read("z", ref=version.version) == b"one"


def test_a_content_that_is_being_freed_is_asked_for_again(shelf: Shelf) -> None:
    shelf.log({"keep": b"k"})
    draft = shelf.draft({"a": b"one"})
    shelf.house.clock.advance(GRACE + 1)
    with shelf.catalog.stores.metadata.begin() as unit:
        assert digest_of(b"one") in [digest for _, digest, _ in unit.contents.take_idle(shelf.house.clock() - GRACE, 99)]
    with pytest.raises(InvalidRequest, match="has not arrived"):
        shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest())
    again = shelf.catalog.drafts.open(shelf.house.ann, HOME, messages.DraftRequest("cats", "dataset"))
    with pytest.raises(Unavailable, match="being freed"):
        shelf.fill(again.id, {"a": b"one"})
    shelf.catalog.contents.free()
    assert digest_of(b"one") not in blobs(shelf)
    assert shelf.fill(again.id, {"a": b"one"}) == 1
    shelf.catalog.drafts.commit(shelf.house.ann, HOME, again.id, messages.CommitRequest())
    assert shelf.catalog.artifact_check.verify() == []


def test_a_blob_that_goes_while_its_twin_arrives_is_noticed(shelf: Shelf) -> None:
    shelf.log({"keep": b"k"})
    shelf.draft({"a": b"one"})
    shelf.house.clock.advance(GRACE + 1)
    store = shelf.catalog.stores.blobs
    put = store.put

    def freed_meanwhile(space: str, digest: str, content: BinaryIO, size: int) -> None:
        put(space, digest, content, size)  # finds it in place
        store.put = put  # type: ignore[method-assign]
        shelf.catalog.contents.free()

    store.put = freed_meanwhile  # type: ignore[method-assign]
    with pytest.raises(Unavailable, match="while it arrived"):
        shelf.catalog.contents.keep(1, digest_of(b"one"), b"one")
    assert digest_of(b"one") not in shelf.counts()
    shelf.catalog.contents.keep(1, digest_of(b"one"), b"one")
    assert shelf.catalog.artifact_check.verify() == []


def test_a_forgotten_draft_leaves_nothing(shelf: Shelf) -> None:
    shelf.log({"keep": b"k"})
    draft = shelf.draft({"a": b"one"})
    other = shelf.draft({"b": b"two"})
    shelf.catalog.drafts.discard(shelf.house.ann, HOME, other)
    for days in (limits.DRAFT_DAYS, limits.GRACE_DAYS):
        shelf.house.clock.advance(days * DAY + 1)
        shelf.catalog.retention.work()
    for gone in (draft, other):
        with pytest.raises(NotFound):
            shelf.catalog.drafts.commit(shelf.house.ann, HOME, gone, messages.CommitRequest())
    assert not {digest_of(b"one"), digest_of(b"two")} & blobs(shelf)


def test_a_projects_artifacts_go_with_it(shelf: Shelf) -> None:
    other = ProjectPath("ann", "other")
    shelf.log({"a": b"one", "b": b"shared"})
    shelf.log({"b": b"shared"}, other)
    shelf.catalog.projects.delete(shelf.house.ann, HOME)
    assert shelf.catalog.artifact_check.verify() == []
    shelf.catalog.retention.work()
    assert shelf.catalog.artifact_check.verify() == []
    shelf.house.clock.advance(GRACE + 1)
    shelf.catalog.retention.work()
    assert digest_of(b"one") not in blobs(shelf)
    assert digest_of(b"shared") in blobs(shelf)
    assert shelf.catalog.artifact_check.verify() == []


def test_versions_expire_by_the_most_exact_rule_and_never_under_an_alias(shelf: Shelf) -> None:
    shelf.log({"a": b"0"}, name="rule")
    shelf.log({"a": b"1"}, name="rule")
    shelf.log({"a": b"0"}, name="own", ttl_s=0.0)
    shelf.log({"a": b"1"}, name="own")
    shelf.log({"a": b"0"}, name="named", aliases=["best"])
    shelf.log({"a": b"1"}, name="named")
    shelf.log({"a": b"0"}, name="model", type="model")
    shelf.log({"a": b"1"}, name="model", type="model")
    shelf.log({"a": b"0"}, name="line")
    shelf.log({"a": b"1"}, name="line")
    retention, ann = shelf.catalog.retention, shelf.house.ann
    rules = messages.RetentionRules([messages.RetentionRule("", "", DAY), messages.RetentionRule("digits", "model", 9 * DAY)])
    assert retention.set_rules(ann, "ann", rules) == retention.rules(ann, "ann")
    shelf.catalog.artifact_edits.edit_collection(ann, HOME, "line", messages.CollectionEdit(ttl_s=5 * DAY))
    assert shelf.catalog.artifacts.version(ann, HOME, "model", "v0").expires_at == shelf.house.clock() + 9 * DAY
    assert retention.report(ann, "ann").version_count == 0
    shelf.house.clock.advance(2 * DAY)
    report = retention.report(ann, "ann")
    assert (report.version_count, report.is_dry) == (1, True)
    assert ("ann/digits/named:v0", "the alias 'best' points at it") in report.kept
    assert len(report.kept) == 4
    assert retention.expire() == 1
    assert shelf.catalog.artifacts.version(ann, HOME, "rule", "v0").state == "expired"
    assert retention.expire() == 0
    shelf.house.clock.advance(4 * DAY)
    assert retention.expire() == 1
    assert shelf.catalog.artifacts.version(ann, HOME, "line", "v0").state == "expired"
    shelf.house.clock.advance(4 * DAY)
    assert retention.expire() == 1
    assert shelf.catalog.artifacts.version(ann, HOME, "own", "v0").state == "committed"


def test_rules_are_an_admins_and_must_make_sense(shelf: Shelf) -> None:
    set_rules = shelf.catalog.retention.set_rules
    with pytest.raises(Forbidden):
        set_rules(shelf.house.ann, "red", messages.RetentionRules([]))
    with pytest.raises(NotFound):
        set_rules(shelf.house.ann, "ann", messages.RetentionRules([messages.RetentionRule("nothing", "", 1.0)]))
    with pytest.raises(InvalidName):
        set_rules(shelf.house.ann, "ann", messages.RetentionRules([messages.RetentionRule("", "", 1.0)] * 2))
    with pytest.raises(InvalidRequest):
        set_rules(shelf.house.ann, "ann", messages.RetentionRules([messages.RetentionRule("", "", -1.0)]))


def test_the_check_names_what_is_wrong(shelf: Shelf) -> None:
    shelf.log({"a": b"one", "b": b"two"})
    assert shelf.catalog.artifact_check.verify() == []
    shelf.catalog.stores.blobs.delete("entity-1", digest_of(b"one"))
    with shelf.catalog.stores.metadata.begin() as unit:
        unit.contents.name(1, [digest_of(b"two")])
    wrong = shelf.catalog.artifact_check.verify()
    assert len(wrong) == 2
    assert any(digest_of(b"one") in line and "missing" in line for line in wrong)
    assert any(digest_of(b"two") in line and "counts 2 versions; 1 name it" in line for line in wrong)


def test_a_list_of_files_that_is_damaged_keeps_no_other_space_from_being_given_back(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in (b"one", b"two", b"three"):
        shelf.log({"a": content})
    catalog, ann = shelf.catalog, shelf.house.ann
    with catalog.stores.metadata.read() as unit:
        collection = unit.artifacts.collection(unit.projects.get("ann", "digits").key, "cats")
        damaged = unit.artifacts.version(collection.key, 0).manifest
    raw = catalog.manifests.raw
    catalog.manifests._remembered.clear()
    monkeypatch.setattr(
        catalog.manifests, "raw", lambda home, digest: iter([b"\xc1"]) if digest == damaged else raw(home, digest)
    )
    assert catalog.space.space(ann, "ann", "artifact").shares[0].version_count == 3
    for ref in ("v0", "v1"):
        delete(shelf, ref)
    for _ in range(2):
        shelf.house.clock.advance(GRACE + 1)
        catalog.retention.work()
    assert digest_of(b"two") not in shelf.counts()
    assert digest_of(b"one") in shelf.counts()
    monkeypatch.undo()
    for _ in range(2):
        shelf.house.clock.advance(GRACE + 1)
        catalog.retention.work()
    assert digest_of(b"one") not in shelf.counts()
    assert digest_of(b"three") in shelf.counts()
