"""The promises of MetadataStore about artifacts, the contents they name, and faults."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assay.server.domain.artifacts import Acceptance, AliasChange, Fault, Rule
from assay.server.ports.metadata import MetadataStore
from assay.testing.clock import START
from assay.testing.factories import (
    a_collection,
    a_file,
    a_run,
    a_team_bucket,
    a_version,
    an_artifact_draft,
    an_edge,
    stored_project,
)
from assay.wire.errors import Conflict


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


class MetadataArtifactsSuite:
    """Part of MetadataStoreSuite."""

    def test_a_collection_is_found_by_name_and_listed_by_name(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project, other = stored_project(unit), stored_project(unit, project="other")
            cats = unit.artifacts.add_collection(a_collection(project, tags=("a", "b\u00e4"), ttl_s=60.0, description="of cats"))
            dogs = unit.artifacts.add_collection(a_collection(project, name="dogs", type="model"))
            unit.artifacts.add_collection(a_collection(other))
            with pytest.raises(Conflict):
                unit.artifacts.add_collection(a_collection(project))
        with store.read() as unit:
            artifacts = unit.artifacts
            assert artifacts.collection(project.key, "cats") == cats
            assert artifacts.collection(project.key, "mice") is None
            assert artifacts.collections_by_key([dogs.key, cats.key, 999]) == {cats.key: cats, dogs.key: dogs}
            assert artifacts.collections(project.key) == ([cats, dogs], 2)
            assert artifacts.collections(project.key, limit=1) == ([cats], 2)
            assert artifacts.collections(project.key, after="cats") == ([dogs], 2)
            assert artifacts.collections(project.key, type_="model") == ([dogs], 1)
            assert artifacts.collections(project.key, search="of c") == ([cats], 1)
            assert artifacts.collections(project.key, search="ogs") == ([dogs], 1)
            assert artifacts.collections(project.key, search="D\u00d6gs") == ([dogs], 1)

    def test_a_collection_is_renamed_only_to_a_free_name_and_hides_when_deleted(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            cats = unit.artifacts.add_collection(a_collection(project))
            unit.artifacts.add_collection(a_collection(project, name="dogs"))
            with pytest.raises(Conflict):
                unit.artifacts.save_collection(replace(cats, name="dogs"))
            lions = replace(cats, name="lions", tags=("x",), ttl_s=0.0, updated_at=START + 1, next_number=99)
            unit.artifacts.save_collection(lions)
            assert unit.artifacts.collection(project.key, "lions") == replace(lions, next_number=0)
            unit.artifacts.save_collection(replace(lions, deleted_at=START + 2))
            assert unit.artifacts.collection(project.key, "lions") is None
            assert unit.artifacts.collection(project.key, "lions", with_deleted=True) is not None
            assert [each.name for each in unit.artifacts.collections(project.key)[0]] == ["dogs"]

    def test_versions_are_numbered_and_a_number_is_never_given_twice(self, store: MetadataStore) -> None:
        metadata = {"rows": 3, "odd": [1.5, None, True, "\u00e4"], "deep": {"": {}}}
        with store.begin() as unit:
            project = stored_project(unit)
            cats = unit.artifacts.add_collection(a_collection(project))
            first = unit.artifacts.add_version(a_version(cats, metadata=metadata, tags=("t",), span_start=1.0, span_end=2.0))
            second = unit.artifacts.add_version(
                a_version(cats, digest=digest(2), size=5, created_at=START + 1, run_key=7, step=3)
            )
            assert (first.number, second.number) == (0, 1)
            unit.artifacts.save_version(replace(second, deleted_at=START + 2, deleted_as="deleted"))
            third = unit.artifacts.add_version(a_version(cats, digest=digest(3), created_at=START + 3))
            assert third.number == 2
        with store.read() as unit:
            artifacts = unit.artifacts
            assert artifacts.version(cats.key, 0) == first
            assert artifacts.version(cats.key, 1) is None
            assert artifacts.version(cats.key, 1, with_deleted=True) == replace(
                second, deleted_at=START + 2, deleted_as="deleted"
            )
            assert artifacts.versions(cats.key) == ([third, first], 2)
            assert artifacts.versions(cats.key, limit=1) == ([third], 2)
            assert artifacts.versions(cats.key, below=2) == ([first], 2)
            assert [each.number for each in artifacts.versions(cats.key, with_deleted=True)[0]] == [2, 1, 0]
            assert list(artifacts.versions_by_key([first.key, second.key, 999])) == [first.key, second.key]
            assert artifacts.version_of_digest(cats.key, first.digest) == first
            assert artifacts.version_of_digest(cats.key, second.digest) is None
            assert artifacts.newest_numbers([cats.key, 999]) == {cats.key: 2}
            assert artifacts.all_versions([project.key]) == [replace(first, metadata={}), third]
            counted = artifacts.collection(project.key, "cats")
            assert counted is not None
            assert (counted.version_count, counted.size, counted.next_number) == (2, 6, 3)
            assert counted.updated_at == START + 3
            assert artifacts.types(project.key) == [("dataset", 1, 2, 6)]

    def test_of_a_version_only_what_may_change_changes(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            cats = unit.artifacts.add_collection(a_collection(stored_project(unit)))
            version = unit.artifacts.add_version(a_version(cats))
            changed = replace(version, description="d\ud800", metadata={"a": 1}, tags=("x",), ttl_s=5.0, span_start=1.0, size=999)
            unit.artifacts.save_version(changed)
            kept = unit.artifacts.version(cats.key, 0)
            assert kept == replace(changed, size=3, description=kept.description if kept else "")
            unit.artifacts.end_told({version.key: 7.5, version.key + 9: 1.0})
            unit.artifacts.end_told({})
            unit.artifacts.save_version(changed)  # who edits it does not unsay what people were told
            assert unit.artifacts.version(cats.key, 0) == replace(kept, end_told=7.5)
            unit.artifacts.save_version(replace(changed, deleted_at=START + 1))
            assert [each.key for each in unit.artifacts.deleted_versions(START + 2, 10)] == [version.key]
            assert unit.artifacts.deleted_versions(START + 1, 10) == []
            unit.artifacts.save_version(replace(changed, deleted_at=START + 1, manifest=""))
            assert unit.artifacts.deleted_versions(START + 2, 10) == []
            assert unit.artifacts.all_versions([cats.project_key], with_deleted=True) == []

    def test_an_alias_points_at_one_version_and_its_moves_are_kept(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            cats = unit.artifacts.add_collection(a_collection(stored_project(unit)))
            first = unit.artifacts.add_version(a_version(cats))
            second = unit.artifacts.add_version(a_version(cats, digest=digest(2)))
            move = unit.artifacts.move_alias
            assert move(cats.key, "best", first.key, START, "ann")
            assert not move(cats.key, "best", first.key, START + 1, "ann")
            assert move(cats.key, "best", second.key, START + 2, "bob")
            assert move(cats.key, "\u00e4 b", second.key, START + 3, "bob")
            assert unit.artifacts.aliases([first.key, second.key]) == {second.key: ["best", "\u00e4 b"]}
            assert unit.artifacts.alias(cats.key, "best") == second.key
            assert move(cats.key, "best", 0, START + 4, "ann")
            assert not move(cats.key, "best", 0, START + 5, "ann")
            assert unit.artifacts.alias(cats.key, "best") == 0
        with store.read() as unit:
            assert unit.artifacts.alias_changes(cats.key, 3) == [
                AliasChange("best", second.key, 0, START + 4, "ann"),
                AliasChange("\u00e4 b", 0, second.key, START + 3, "bob"),
                AliasChange("best", first.key, second.key, START + 2, "bob"),
            ]

    def test_an_edge_is_kept_once_and_outlives_its_run(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            cats = unit.artifacts.add_collection(a_collection(project))
            version = unit.artifacts.add_version(a_version(cats))
            run, other = unit.runs.add(a_run(project)), unit.runs.add(a_run(project, id="r2"))
            assert unit.artifacts.add_edge(an_edge(version, run, role="train"))
            assert not unit.artifacts.add_edge(an_edge(version, run))
            assert unit.artifacts.add_edge(an_edge(version, run, kind="out"))
            assert unit.artifacts.add_edge(an_edge(version, other))
            assert not unit.artifacts.add_edge(an_edge(version, other, role="test"))
            unit.runs.forget([run.key])
        with store.read() as unit:
            edges = unit.artifacts.edges_of_versions([version.key])
            assert [(edge.run_id, edge.kind, edge.role) for edge in edges] == [
                ("r1", "in", "train"), ("r1", "out", ""), ("r2", "in", "test"),
            ]  # fmt: skip
            assert unit.artifacts.edges_of_runs([other.key, 999]) == edges[2:]
            assert unit.artifacts.edges_of_versions([version.key], "out") == edges[1:2]
            assert unit.artifacts.use_counts([version.key, 999]) == {version.key: 2}
            assert unit.artifacts.edge_count() == 3
            ids, versions, runs, made = unit.artifacts.edge_columns(0)
            assert versions.tolist() == [version.key] * 3
            assert (runs.tolist(), made.tolist()) == ([run.key, run.key, other.key], [0, 1, 0])
            assert unit.artifacts.edge_columns(int(ids[1]))[2].tolist() == [other.key]
            assert [len(column) for column in unit.artifacts.edge_columns(int(ids[2]))] == [0] * 4

    def test_writers_that_share_an_id_get_one_draft_until_it_is_committed(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            first = unit.artifacts.add_draft(an_artifact_draft(project, shared_id="s"))
            assert unit.artifacts.add_draft(an_artifact_draft(project, id="d2", shared_id="s")).id == first.id
            assert unit.artifacts.add_draft(an_artifact_draft(project, id="d3")).id == "d3"
            assert unit.artifacts.add_draft(an_artifact_draft(project, id="d4")).id == "d4"
            unit.artifacts.add_page("d1", 1, b"two")
            unit.artifacts.add_page("d1", 0, b"one")
            assert unit.artifacts.pages("d1") == [b"one", b"two"]
            changed = replace(first, request=b"more", page_count=2, entry_count=9, touched_at=START + 5)
            unit.artifacts.save_draft(changed)
            assert unit.artifacts.draft("d1") == changed
            unit.artifacts.save_draft(replace(first, version_key=5, touched_at=START + 5))
            assert unit.artifacts.pages("d1") == []
            assert unit.artifacts.add_draft(an_artifact_draft(project, id="d5", shared_id="s")).id == "d5"
            unit.artifacts.remove_draft("d5")
            assert unit.artifacts.remove_drafts(START + 1) == 2
            assert [unit.artifacts.draft(name) is None for name in ("d1", "d3", "d4", "d5")] == [False, True, True, True]

    def test_contents_are_counted_by_the_versions_that_name_them(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            contents = unit.contents
            contents.arrived(1, {digest(n): n for n in range(1, 1_200)}, START)
            contents.arrived(2, {digest(1): 1, "md5:" + "a" * 32: 7}, START)
            assert contents.known(1, [digest(3), digest(5_000)]) == {digest(3): (3, 0)}
            assert contents.known(2, [digest(3), "md5:" + "a" * 32]) == {"md5:" + "a" * 32: (7, 0)}
            assert len(contents.known(1, map(digest, range(1_200)))) == 1_199
            contents.name(1, [digest(1), digest(2)])
            contents.name(1, [digest(2), digest(4)])
            assert contents.known(1, [digest(1), digest(2)]) == {digest(1): (1, 1), digest(2): (2, 2)}
            assert contents.totals(2) == (8, 8, 2)
            assert contents.counts(1)[digest(2)] == (2, 2)
            contents.release(1, [digest(1), digest(2)], START + 10)
            assert contents.counts(1)[digest(1)] == (1, 0)
            assert contents.counts(1)[digest(2)] == (2, 1)
            stored, waiting, count = contents.totals(1)
            assert (stored, stored - waiting, count) == (1_199 * 600, 6, 1_199)
            contents.release(1, [digest(1)], START + 11)
            assert contents.counts(1)[digest(1)] == (1, 0)

    def test_what_nobody_names_is_hidden_before_it_is_forgotten(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            contents = unit.contents
            contents.arrived(1, {digest(1): 1, digest(2): 2, digest(3): 3}, START)
            contents.name(1, [digest(1)])
            contents.arrived(1, {digest(1): 1, digest(3): 3}, START + 100)
            assert contents.take_idle(START, 10) == []
            contents.renew(1, [digest(1), digest(2)], START + 40)
            assert contents.take_idle(START + 40, 10) == []
            assert contents.take_idle(START + 50, 10) == [(1, digest(2), 2)]
            assert contents.known(1, [digest(1), digest(2), digest(3)]) == {digest(1): (1, 1), digest(3): (3, 0)}
            assert contents.being_freed(1, [digest(1), digest(2)]) == {digest(2)}
            contents.arrived(1, {digest(2): 2}, START + 200)
            assert contents.known(1, [digest(2)]) == {}
            assert contents.take_idle(START + 150, 1) == [(1, digest(2), 2)]
            before = contents.epoch()
            contents.forget(1, [digest(1), digest(2), digest(3)])
            assert contents.epoch() != before
            assert set(contents.counts(1)) == {digest(1), digest(3)}
            assert contents.being_freed(1, [digest(2)]) == set()

    def test_a_project_goes_with_its_artifacts_and_leaves_what_to_release(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project, other = stored_project(unit), stored_project(unit, project="other")
            entity = unit.teams.entity("ann")
            assert entity is not None
            cats, dogs = (unit.artifacts.add_collection(a_collection(home)) for home in (project, other))
            version = unit.artifacts.add_version(a_version(cats))
            unit.artifacts.add_version(a_version(cats, digest=digest(9), manifest=digest(10), deleted_at=START))
            unit.artifacts.add_version(a_version(cats, digest=digest(11), manifest="", deleted_at=START))
            unit.artifacts.add_version(a_version(dogs))
            unit.artifacts.move_alias(cats.key, "best", version.key, START, "ann")
            unit.artifacts.add_draft(an_artifact_draft(project))
            unit.artifacts.add_page("d1", 0, b"one")
            unit.artifacts.add_edge(an_edge(version, unit.runs.add(a_run(other))))
            unit.contents.queue_release_of_project(project.key)
            unit.projects.delete(project.key)
            assert unit.artifacts.collection(project.key, "cats", with_deleted=True) is None
            assert unit.artifacts.versions_by_key([version.key]) == {}
            assert unit.artifacts.alias_changes(cats.key, 9) == []
            assert unit.artifacts.draft("d1") is None
            assert unit.artifacts.pages("d1") == []
            assert len(unit.artifacts.edge_columns(0)[0]) == 0
            assert unit.artifacts.collection(other.key, "cats") is not None
            queued = unit.contents.queued_releases(10)
            assert sorted(release[1:] for release in queued) == [(entity.id, digest(10)), (entity.id, version.manifest)]
            assert unit.contents.release_done(queued[0][0])
            assert not unit.contents.release_done(queued[0][0])
            assert unit.contents.queued_releases(10) == queued[1:]
            unit.contents.queue_release(5, ["", digest(1)])
            assert unit.contents.queued_releases(10)[-1][1:] == (5, digest(1))

    def test_runs_are_found_by_what_stands_in_their_environment(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project, other = stored_project(unit), stored_project(unit, project="other")
            first = {"git": {"commit": "abc123", "branch": "m"}, "packages": {"torch": "2.1.0"}}
            one = unit.runs.add(a_run(project, environment=first))
            two = unit.runs.add(a_run(project, id="r2", environment={**first, "git": {}}, deleted_at=START))
            unit.runs.add(a_run(project, id="r3"))
            three = unit.runs.add(a_run(other, environment=first))
            found = unit.runs.in_environment
            assert found([project.key], '"commit":"abc123"').tolist() == [one.key]
            assert found([project.key], '"torch":"2.1.0"').tolist() == [one.key, two.key]
            assert found([project.key, other.key], '"torch":"2.1.0"').tolist() == [one.key, two.key, three.key]
            assert found([project.key], "torch_").tolist() == found([], "torch").tolist() == []

    def test_run_files_are_summed_up_by_project(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project, other, empty = (stored_project(unit, project=name) for name in ("digits", "other", "empty"))
            for home, run_id, size in ((project, "r1", 3), (project, "r2", 4), (other, "r1", 5)):
                unit.runs.save_file(unit.runs.add(a_run(home, id=run_id)).key, a_file(size=size))
            assert unit.runs.file_sizes([project.key, empty.key]) == {project.key: 7}
            assert unit.runs.file_sizes([]) == {}

    @pytest.mark.parametrize("count", [3, 700])
    def test_where_many_versions_and_runs_are_is_told_at_once(self, store: MetadataStore, count: int) -> None:
        with store.begin() as unit:
            project, other = stored_project(unit), stored_project(unit, project="other")
            cats, dogs = (unit.artifacts.add_collection(a_collection(home)) for home in (project, other))
            made = [unit.artifacts.add_version(a_version((cats, dogs)[n % 2], digest=digest(n))) for n in range(count)]
            runs = [unit.runs.add(a_run((project, other)[n % 2], id=f"r{n}", deleted_at=n % 3)) for n in range(5)]
            unit.artifacts.move_alias(cats.key, "best", made[2].key, START, "ann")
            keys = np.array([version.key for version in made[1:]] + [made[-1].key + 50, made[1].key], np.int64)
            expected = [[v.key, v.collection_key, v.number, (project, other)[n % 2].key] for n, v in enumerate(made) if n > 0]
            assert unit.artifacts.version_places(keys).tolist() == expected
            assert unit.artifacts.version_places(keys[:0]).shape == (0, 4)
            chosen = np.array([runs[3].key, runs[0].key, 999_999], np.int64)
            assert unit.runs.places(chosen).tolist() == [[runs[0].key, project.key], [runs[3].key, other.key]]
            assert unit.artifacts.aliases(range(made[1].key, made[1].key + 6_000)) == {made[2].key: ["best"]}

    def test_rules_and_faults_come_back_as_they_were_given(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            stored_project(unit)
            unit.teams.add_team("lab", START)
            entity = unit.teams.entity("ann")
            assert entity is not None
            unit.artifacts.set_rules(entity.id, [Rule(3, "model", 60.0), Rule(0, "", 5.0)])
            unit.artifacts.set_rules(entity.id, [Rule(3, "model", 60.0), Rule(0, "", 7.0)])
            fault = Fault("f1", "ann", "version", "ann/digits/cats:v0", "bad l\u00e4bels", "ann", START, (1, 2), (3,), ("best",))
            newer = replace(fault, id="f2", at=START + 1, versions=(), freeze=())
            for one in (fault, newer, replace(fault, id="f3", entity="lab")):
                unit.faults.add(one)
        with store.begin() as unit:
            assert unit.artifacts.rules(entity.id) == [Rule(0, "", 7.0), Rule(3, "model", 60.0)]
            assert unit.artifacts.rules(entity.id + 99) == []
            assert unit.faults.list("ann") == [newer, fault]
            assert len(unit.faults.list(None)) == 3
            unit.faults.save(replace(fault, taken_back_at=START + 9, freeze=("é", "b"), reason="other"))
            assert unit.faults.get("f1") == replace(fault, taken_back_at=START + 9, freeze=("é", "b"))
            assert unit.faults.get("f9") is None

    def test_what_is_accepted_of_a_version_goes_with_it(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            cats = unit.artifacts.add_collection(a_collection(project))
            version = unit.artifacts.add_version(a_version(cats))
            other = unit.artifacts.add_version(a_version(cats, digest=digest(7), manifest=digest(8)))
            for name in ("f2", "f1"):
                unit.faults.add(Fault(name, "ann", "version", "ann/digits/cats:v0", "bad", "ann", START))
            newer, older = (Acceptance(name, version.key, "lo\u00f6ked at", "bob", START) for name in ("f2", "f1"))
            kept = replace(older, version_key=other.key)
            for one in (newer, older, kept, replace(newer, reason="another", by="eve")):
                unit.faults.accept(one)
        with store.begin() as unit:
            assert list(unit.faults.accepted(version.key)) == [older, newer]
            assert list(unit.faults.accepted(version.key + 99)) == []
            unit.faults.withdraw(version.key)
            assert list(unit.faults.accepted(version.key)) == []
            assert list(unit.faults.accepted(other.key)) == [kept]
            unit.projects.delete(project.key)
            assert list(unit.faults.accepted(other.key)) == []

    def test_a_place_has_contents_of_its_own(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            contents = unit.contents
            contents.arrived(7, {digest(1): 1}, START)
            contents.arrived(-7, {digest(1): 1, digest(2): 2}, START + 1)
            contents.name(7, [digest(1)])
            assert contents.known(-7, [digest(1)]) == {digest(1): (1, 0)}
            assert contents.take_idle(START + 9, 10, without=[-7]) == []
            assert contents.take_idle(START + 9, 10) == [(-7, digest(1), 1), (-7, digest(2), 2)]
            assert contents.take_idle(START + 9, 10, without={-7}) == []
            contents.forget(-7, [digest(1), digest(2)])
            assert contents.counts(7) == {digest(1): (1, 1)}
            contents.queue_release(-7, [digest(3), digest(4)])
            first, second = contents.queued_releases(10)
            assert contents.queued_releases(10, after=first[0]) == [second] == [(second[0], -7, digest(4))]

    def test_what_lies_in_a_bucket_says_so(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            cats = unit.artifacts.add_collection(a_collection(project))
            version = unit.artifacts.add_version(a_version(cats, bucket=3))
            plain = unit.artifacts.add_version(a_version(cats, digest=digest(7), manifest=digest(8)))
            assert unit.artifacts.version(cats.key, version.number) == version
            unit.artifacts.save_version(replace(version, bucket=4))
            assert unit.artifacts.versions_by_key([version.key])[version.key].bucket == 4
            draft = unit.artifacts.add_draft(an_artifact_draft(project, bucket=3, base_bucket=2))
            assert unit.artifacts.draft(draft.id) == draft
            run = unit.runs.add(a_run(project))
            for bucket in (0, 5):
                unit.runs.save_file(run.key, a_file(bucket=bucket))
                assert [file.bucket for file in unit.runs.files(run.key)] == [bucket]
            unit.contents.queue_release_of_project(project.key)
            entity = unit.teams.entity("ann")
            assert entity is not None
            released = [release[1:] for release in unit.contents.queued_releases(10)]
            assert sorted(released) == [(-4, version.manifest), (entity.id, plain.manifest)]

    def test_a_team_has_one_bucket_at_a_time_and_none_is_forgotten(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            lab, den = (unit.teams.add_team(name, START) for name in ("lab", "den"))
            assert unit.buckets.current(lab.id) == 0
            first = unit.buckets.add(a_team_bucket(lab.id))
            other = unit.buckets.add(a_team_bucket(den.id, endpoint="https://s3.example", is_trusted=True, is_direct=False))
            assert unit.buckets.current(lab.id) == first.key != other.key
            ended = replace(first, keys=b"others", rotated_at=START + 5, rotated_by="bob", ended_at=START + 9)
            unit.buckets.save(ended)
            assert unit.buckets.current(lab.id) == 0
            second = unit.buckets.add(a_team_bucket(lab.id, folder="assay-2"))
        with store.read() as unit:
            assert unit.buckets.current(lab.id) == second.key
            assert unit.buckets.get(first.key) == ended
            assert unit.buckets.get(99) is None
            assert unit.buckets.all(lab.id) == [ended, second]
            assert unit.buckets.all() == [ended, other, second]
        with store.begin() as unit:
            unit.buckets.queue_clearings(lab.id, [8, 4])
            unit.buckets.queue_clearings(lab.id, [8])
            unit.buckets.queue_clearings(den.id, [])
            assert unit.buckets.clearings(first.key, 10) == unit.buckets.clearings(second.key, 10) == [4, 8]
            assert unit.buckets.clearings(first.key, 1) == [4]
            unit.buckets.cleared(first.key, 4)
            assert unit.buckets.clearings(first.key, 10) == [8]
            assert unit.buckets.clearings(second.key, 10) == [4, 8]
            assert unit.buckets.clearings(other.key, 10) == []
