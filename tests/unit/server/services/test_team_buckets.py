"""A team's own bucket: what goes there, what stays elsewhere, what happens when it lets nobody in any more."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.domain.buckets import TeamBucket
from assay.server.domain.errors import (
    BucketNotTaken,
    StoreRefused,
    StoreUnreachable,
    TeamBucketLocked,
    TeamBucketRefused,
    TeamBucketUnreachable,
)
from assay.server.domain.homes import run_space
from assay.server.domain.runs import RunFile
from assay.server.services import places
from assay.server.services.catalog import Catalog
from assay.server.services.sealing import Seal
from assay.server.services.stores import Stores
from assay.server.workers.tasks import bucket_tasks
from assay.testing.factories import a_batch
from assay.testing.memory.blobs import MemoryBlobStore
from assay.wire import limits, records
from assay.wire.errors import Forbidden, InvalidRequest, NotFound, Unavailable
from assay.wire.messages import artifacts as messages
from assay.wire.messages.buckets import BucketKeys, BucketWanted
from assay.wire.messages.runs import FileDraft, FilesDraft, RunSelection, RunStart, RunTransfer
from assay.wire.names import ProjectPath, RunPath
from tests.unit.server.services.artifacts.conftest import Shelf, digest_of, entry_of, packed
from tests.unit.server.services.conftest import House

pytest.importorskip("cryptography")
SECRET = "a-secret-that-nobody-may-see"
RED, BLUE = ProjectPath("red", "plans"), ProjectPath("blue", "plans")
GRACE_S = limits.GRACE_DAYS * 86_400 + 1


@dataclass
class Cloud:
    """Buckets by address. `secret` is what opens them, `away` those that do not answer; `asked` counts."""

    stores: dict[str, CloudStore] = field(default_factory=dict)
    secret: str = SECRET
    away: set[str] = field(default_factory=set)
    asked: int = 0
    hold: Callable[[], object] = lambda: None

    def open(self, row: TeamBucket, keys: Mapping[str, str], is_quick: bool) -> CloudStore:
        del is_quick
        contents = self.stores.setdefault(row.address, CloudStore(self, row.address, "")).contents
        store = CloudStore(self, row.address, keys["secret_access_key"])
        store.contents = contents
        return store


class CloudStore(MemoryBlobStore):
    def __init__(self, cloud: Cloud, address: str, secret: str) -> None:
        super().__init__()
        self._cloud, self._address, self._secret = cloud, address, secret

    def __getattribute__(self, name: str) -> Any:
        if name in {"put", "put_many", "has", "size", "read", "delete", "digests"}:
            cloud = self._cloud
            cloud.asked += 1
            cloud.hold()
            if self._address in cloud.away:
                raise StoreUnreachable(bucket=self._address, reason="no connection")
            if self._secret != cloud.secret:
                raise StoreRefused(bucket=self._address, reason="AccessDenied")
        return super().__getattribute__(name)


@dataclass
class Yard:
    """The house, with a team `blue`, an admin `adm` of team `red`, and a cloud."""

    house: House
    cloud: Cloud
    adm: Actor
    bob: Actor
    own: MemoryBlobStore
    shelf: Shelf

    @property
    def catalog(self) -> Catalog:
        return self.house.catalog

    def set(self, address: str = "s3://reds/assay", secret: str = SECRET) -> Any:
        wanted = BucketWanted(address, {"access_key_id": "AKIA", "secret_access_key": secret}, region="us-east-1")
        return self.catalog.buckets.set(self.adm, "red", wanted)

    def log(self, files: dict[str, bytes], home: ProjectPath = RED, **asked: Any) -> messages.ArtifactVersion:
        return self.shelf.log(dict(files), home, self.adm if home == RED else self.bob, **asked)

    def read(self, path: str, ref: str = "latest", name: str = "cats", home: ProjectPath = RED) -> bytes:
        who = self.adm if home == RED else self.bob
        place, entry = self.catalog.artifacts.file(who, home, name, ref, path)
        return b"".join(self.catalog.artifacts.pieces(place, entry, 0, entry.size))

    def in_bucket(self, address: str = "s3://reds/assay") -> set[bytes]:
        contents = self.cloud.stores[address].contents
        return {data for (space, _), data in contents.items() if space != "mark"}

    def own_contents(self) -> set[bytes]:
        return set(self.own.contents.values())


@pytest.fixture
def yard(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Yard:
    monkeypatch.setattr(places, "_ROW_S", 0.0)
    monkeypatch.setattr(places, "_FRESH_S", 0.0)
    monkeypatch.setattr(places, "_REST_S", 0.0)
    cloud, before, own = Cloud(), house.catalog.stores, MemoryBlobStore()
    stores = Stores(before.metadata, before.metrics, own, before.bus, before.now)
    house.catalog = Catalog(stores, random=Random(7), open_bucket=cloud.open, seal=Seal(tmp_path / "bucket.key"))
    catalog = house.catalog
    catalog.teams.add(SYSTEM, "blue")
    actors = []
    for name, team in (("adm", "red"), ("bob", "blue")):
        catalog.accounts.add_user(SYSTEM, name)
        catalog.teams.set_member(SYSTEM, team, name, "admin")
        actors.append(catalog.accounts.by_key(catalog.accounts.new_key_for(SYSTEM, name, "test").secret))
    return Yard(house, cloud, *actors, own, Shelf(house))


def test_new_contents_go_to_the_bucket_and_old_ones_stay(yard: Yard) -> None:
    yard.log({"a": b"one", "b": b"two"})
    before = yard.own_contents()
    shown = yard.set()
    assert [(each.address, each.is_current, each.state) for each in shown.buckets] == [("s3://reds/assay", True, "unknown")]
    yard.log({"b": b"two", "c": b"three"})
    yard.log({"x": b"blue's"}, BLUE)
    assert {b"two", b"three"} < yard.in_bucket()
    assert yard.own_contents() - before >= {b"blue's"}
    assert b"three" not in yard.own_contents()
    assert (yard.read("a", "v0"), yard.read("b", "v0"), yard.read("b", "v1"), yard.read("c", "v1")) == (
        b"one", b"two", b"two", b"three",
    )  # fmt: skip
    assert yard.read("x", home=BLUE) == b"blue's"
    assert yard.catalog.artifact_check.verify() == []


def test_what_is_in_one_place_is_not_there_for_another(yard: Yard) -> None:
    yard.log({"a": b"one"})
    yard.set()
    draft = yard.catalog.drafts.open(yard.adm, RED, messages.DraftRequest("dogs", "dataset"))
    page = messages.EntriesPage({"a": entry_of(b"one")})
    assert [each.digest for each in yard.catalog.drafts.add(yard.adm, RED, draft.id, page).missing] == [digest_of(b"one")]
    with pytest.raises(InvalidRequest, match="has not arrived"):
        yard.catalog.drafts.commit(yard.adm, RED, draft.id, messages.CommitRequest())


def test_leaving_leaves_contents_where_they_are(yard: Yard) -> None:
    yard.set()
    yard.log({"a": b"one"})
    shown = yard.catalog.buckets.unset(yard.adm, "red")
    assert [each.is_current for each in shown.buckets] == [False]
    yard.log({"b": b"two"})
    assert b"two" in yard.own_contents()
    assert b"one" not in yard.own_contents()
    assert yard.read("a", "v0") == b"one"
    yard.set("s3://others")
    yard.log({"c": b"three"})
    assert b"three" in yard.in_bucket("s3://others")
    again = yard.set()
    assert [(each.id, each.address, each.is_current) for each in again.buckets] == [
        (1, "s3://reds/assay", True), (2, "s3://others", False),
    ]  # fmt: skip
    assert [yard.read(name, ref) for name, ref in (("a", "v0"), ("b", "v1"), ("c", "v2"))] == [b"one", b"two", b"three"]
    assert yard.catalog.artifact_check.verify() == []


def test_a_version_that_is_sent_again_goes_along(yard: Yard) -> None:
    first = yard.log({"a": b"one"})
    yard.set()
    again = yard.log({"a": b"one"})
    assert (again.version, again.digest) == (first.version, first.digest)
    yard.catalog.retention.release()
    yard.house.clock.advance(GRACE_S)
    assert yard.catalog.contents.free()[0] == 2  # the content and the list of files
    assert yard.own_contents() == set()
    assert yard.read("a") == b"one"
    assert yard.catalog.artifact_check.verify() == []


def test_a_draft_from_before_goes_where_it_was_begun_and_takes_nothing_back(yard: Yard) -> None:
    early = yard.shelf.draft({"a": b"one"}, RED, yard.adm)
    late = yard.shelf.draft({"b": b"two"}, RED, yard.adm, name="dogs")
    yard.set()
    yard.log({"a": b"one"})
    yard.catalog.drafts.commit(yard.adm, RED, early, messages.CommitRequest())
    assert yard.catalog.drafts.commit(yard.adm, RED, late, messages.CommitRequest()).version == "v0"
    assert yard.read("b", name="dogs") == b"two"
    with yard.catalog.stores.metadata.read() as unit:
        project = unit.projects.get("red", "plans")
        assert project is not None
        assert sorted(version.bucket for version in unit.artifacts.all_versions([project.key])) == [0, 1]


def test_what_a_version_builds_on_is_brought_along(yard: Yard) -> None:
    yard.log({"a": b"one", "b": b"two"})
    yard.set()
    yard.log({"c": b"three"}, base="v0")
    assert yard.in_bucket() >= {b"one", b"two", b"three"}
    yard.cloud.secret = "changed"
    assert yard.read("a", "v0") == b"one"
    yard.cloud.secret = SECRET
    assert [yard.read(name, "v1") for name in "abc"] == [b"one", b"two", b"three"]
    assert yard.catalog.artifact_check.verify() == []


def test_wrong_keys_are_not_taken_and_the_old_ones_stay(yard: Yard) -> None:
    with pytest.raises(BucketNotTaken, match=r"s3://reds/assay was not taken: it failed to reach \(AccessDenied\)"):
        yard.set(secret="wrong")
    assert yard.catalog.buckets.get(yard.adm, "red").buckets == []
    yard.set()
    wrong = BucketKeys({"access_key_id": "AKIA", "secret_access_key": "wrong"})
    with pytest.raises(BucketNotTaken) as told:
        yard.catalog.buckets.rotate(yard.adm, "red", wrong)
    assert "wrong" not in str(told.value)
    yard.log({"a": b"one"})
    yard.cloud.secret = "rotated"
    with pytest.raises(TeamBucketRefused):
        yard.read("a")
    yard.house.clock.advance(60)
    right = BucketKeys({"access_key_id": "AKIB", "secret_access_key": "rotated"})
    (shown,) = yard.catalog.buckets.rotate(yard.adm, "red", right).buckets
    assert shown.rotated_at - shown.created_at == 60
    assert yard.read("a") == b"one"


def test_keys_that_open_another_bucket_of_the_name_are_not_taken(yard: Yard) -> None:
    yard.set()
    yard.log({"a": b"one"})
    kept = dict(yard.cloud.stores["s3://reds/assay"].contents)
    yard.cloud.stores["s3://reds/assay"].contents.clear()
    keys = BucketKeys({"access_key_id": "B", "secret_access_key": SECRET})
    for attempt in (lambda: yard.catalog.buckets.rotate(yard.adm, "red", keys), yard.set):
        with pytest.raises(BucketNotTaken, match="it is another bucket, or it was emptied"):
            attempt()
    yard.cloud.stores["s3://reds/assay"].contents.update(kept)
    yard.catalog.buckets.rotate(yard.adm, "red", keys)
    assert yard.read("a") == b"one"


def test_while_one_looks_at_a_bucket_that_is_away_the_others_do_not_wait(yard: Yard) -> None:
    yard.set()
    yard.log({"a": b"one"})
    yard.cloud.away.add("s3://reds/assay")
    with pytest.raises(TeamBucketUnreachable):
        yard.read("a")
    looking, go_on = threading.Event(), threading.Event()
    yard.cloud.hold = lambda: (looking.set(), go_on.wait(10))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(yard.read, "a")
        assert looking.wait(10)
        yard.cloud.hold = lambda: pytest.fail("a second one asked")
        with pytest.raises(TeamBucketUnreachable, match="no answer in time"):
            yard.read("a")
        go_on.set()
        with pytest.raises(TeamBucketUnreachable, match="no connection"):
            first.result(10)


def test_a_revoked_bucket_is_told_and_contained(yard: Yard) -> None:
    yard.log({"o": b"own"}, name="elsewhere")
    yard.set()
    yard.log({"a": b"one"})
    yard.log({"x": b"blue's"}, BLUE)
    yard.cloud.secret = "revoked"
    told = r"bucket s3://reds/assay of the team red refuses this server \(AccessDenied\).*team bucket rotate red"
    with pytest.raises(TeamBucketRefused, match=told):
        yard.read("a")
    with pytest.raises(TeamBucketRefused, match=told):
        yard.log({"b": b"two"})
    assert yard.read("x", home=BLUE) == b"blue's"
    assert yard.read("o", name="elsewhere") == b"own"
    yard.log({"y": b"more"}, BLUE)
    run = RunPath("red", "plans", "r1")
    yard.catalog.runs.start(yard.adm, run, RunStart("w"), "http://here")
    assert yard.catalog.space.space(yard.adm, "red", "project").stored > 0
    assert yard.catalog.buckets.get(yard.adm, "red").buckets[0].state == "refused"
    assert [team for team, _ in yard.catalog.buckets.problems()] == ["red"]
    assert "s3://reds/assay" in " ".join(yard.catalog.artifact_check.verify())
    listed = yard.catalog.artifacts.versions(yard.adm, RED, "cats", "", 10)
    assert listed.total == 1
    yard.cloud.secret = SECRET
    assert yard.catalog.buckets.look() == [1]
    assert yard.read("a") == b"one"
    yard.log({"b": b"two"})
    assert yard.catalog.buckets.get(yard.adm, "red").buckets[0].state == "open"
    assert yard.catalog.buckets.problems() == []


def test_freeing_waits_for_a_bucket_and_for_nothing_else(yard: Yard) -> None:
    yard.set()
    for home in (RED, BLUE):
        yard.log({"a": b"one"}, home)
        who = yard.adm if home == RED else yard.bob
        yard.catalog.artifact_edits.delete_version(who, home, "cats", "v0", with_aliases=True, is_dry=False)
    yard.cloud.secret = "revoked"
    yard.catalog.manifests._remembered.clear()
    yard.house.clock.advance(GRACE_S)
    yard.catalog.retention.work()
    yard.house.clock.advance(GRACE_S)
    yard.catalog.retention.work()
    assert yard.own_contents() == set()
    assert b"one" in yard.in_bucket()
    with yard.catalog.stores.metadata.read() as unit:
        assert len(unit.contents.queued_releases(10)) == 1
    yard.cloud.secret = SECRET
    look = next(task for task in bucket_tasks(yard.catalog) if "let nobody in" in task.name)
    look.do()
    yard.house.clock.advance(GRACE_S)
    yard.catalog.retention.work()
    assert yard.in_bucket() == set()


def test_what_cannot_be_deleted_halfway_is_deleted_later(yard: Yard) -> None:
    yard.set()
    for data in (b"one", b"two"):
        yard.shelf.draft({"a": data}, RED, yard.adm)
    yard.house.clock.advance(GRACE_S)
    assert len(yard.in_bucket()) == 2
    real, left = Cloud.open, [1]

    class Failing(CloudStore):
        def delete(self, space: str, digest: str) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise StoreRefused(bucket="b", reason="AccessDenied")
            super().delete(space, digest)

    def open_failing(row: TeamBucket, keys: Mapping[str, str], is_quick: bool) -> CloudStore:
        found = Failing(yard.cloud, row.address, keys["secret_access_key"])
        found.contents = real(yard.cloud, row, keys, is_quick).contents
        return found

    yard.catalog.places.forget(1)
    yard.catalog.places._open_bucket = open_failing
    assert yard.catalog.contents.free()[0] == 1
    left[0] = 9
    assert yard.catalog.contents.free()[0] == 1
    assert yard.in_bucket() == set()


def test_a_bucket_that_does_not_answer_is_not_asked_again_at_once(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    yard.set()
    yard.log({"a": b"one"})
    monkeypatch.setattr(places, "_REST_S", 60.0)
    yard.cloud.away.add("s3://reds/assay")
    with pytest.raises(TeamBucketUnreachable, match="no connection"):
        yard.read("a")
    asked = yard.cloud.asked
    for _ in range(5):
        with pytest.raises(TeamBucketUnreachable, match="cannot be reached"):
            yard.read("a")
    assert yard.cloud.asked == asked


def test_keys_are_sealed_and_are_in_no_answer_and_no_log(yard: Yard, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    yard.set()
    yard.cloud.secret = "other"
    with pytest.raises(BucketNotTaken):
        yard.set(secret=SECRET)
    answers = msgspec.json.encode([yard.catalog.buckets.get(yard.adm, "red"), yard.catalog.buckets.all(SYSTEM)]).decode()
    with yard.catalog.stores.metadata.read() as unit:
        (row,) = unit.buckets.all()
        lines = [line for line in unit.audit.list(0, 1000) if line.action.startswith("bucket:")]
    assert SECRET.encode() not in row.keys
    assert [line.action for line in lines] == ["bucket:set"]
    for text in (answers, repr(lines), caplog.text, repr(row), repr(BucketWanted("s3://b", {"k": SECRET}))):
        assert SECRET not in text
    assert (tmp_path / "bucket.key").stat().st_mode & 0o777 == 0o600


def test_without_the_key_file_the_bucket_is_locked_and_other_keys_open_it(yard: Yard, tmp_path: Path) -> None:
    yard.set()
    yard.log({"a": b"one"})
    (tmp_path / "bucket.key").unlink()
    yard.catalog.places.forget(1)
    with pytest.raises(TeamBucketLocked, match=r"cannot be read on this server \(bucket.key is not there\)"):
        yard.read("a")
    (tmp_path / "bucket.key").write_text("00" * 32)
    with pytest.raises(TeamBucketLocked, match="is not the key they were sealed with"):
        yard.read("a")
    assert not yard.catalog.buckets.check(yard.adm, "red").is_fine
    yard.catalog.buckets.rotate(yard.adm, "red", BucketKeys({"access_key_id": "A", "secret_access_key": SECRET}))
    assert yard.read("a") == b"one"


def test_sealed_keys_cannot_be_put_below_another_endpoint(yard: Yard) -> None:
    yard.set()
    yard.log({"a": b"one"})
    with yard.catalog.stores.metadata.begin() as unit:
        row = unit.buckets.get(1)
        assert row is not None
        unit.buckets.save(replace(row, endpoint="https://evil.example"))
    with pytest.raises(TeamBucketLocked):
        yard.read("a")


def test_who_may(yard: Yard) -> None:
    yard.set()
    buckets, keys = yard.catalog.buckets, BucketKeys({"access_key_id": "A", "secret_access_key": SECRET})
    wanted = BucketWanted("s3://mine", keys.keys, region="us-east-1")
    assert buckets.get(yard.house.vic, "red").buckets
    for actor in (yard.house.ann, yard.house.vic):  # a member and a viewer
        for attempt in (
            lambda actor=actor: buckets.set(actor, "red", wanted), lambda actor=actor: buckets.rotate(actor, "red", keys),
            lambda actor=actor: buckets.unset(actor, "red"), lambda actor=actor: buckets.check(actor, "red"),
            lambda actor=actor: buckets.all(actor),
        ):  # fmt: skip
            with pytest.raises(Forbidden):
                attempt()
    for attempt in (
        lambda: buckets.get(yard.bob, "red"), lambda: buckets.set(yard.bob, "red", wanted),
        lambda: buckets.check(yard.bob, "red"), lambda: buckets.rotate(yard.bob, "blue", keys, 1),
        lambda: buckets.set(SYSTEM, "ann", wanted), lambda: buckets.get(SYSTEM, "nobody"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            attempt()
    assert buckets.set(SYSTEM, "red", wanted).buckets[0].address == "s3://mine"


def test_a_check_says_what_works(yard: Yard) -> None:
    yard.set()
    steps = yard.catalog.buckets.check(yard.adm, "red").steps
    assert [(step.what, step.is_fine) for step in steps] == [
        ("reach", True), ("write", True), ("read", True), ("delete", True), ("sign", False),
    ]  # fmt: skip
    assert "pass through the server" in steps[-1].text
    assert yard.in_bucket() == set()
    yard.cloud.secret = "revoked"
    found = yard.catalog.buckets.check(yard.adm, "red")
    assert (found.is_fine, [(step.what, step.text) for step in found.steps]) == (False, [("reach", "AccessDenied")])


def send_file(yard: Yard, run: RunPath, path: str, data: bytes, *, commit: bool = True) -> str:
    """Announce, send, and commit; the address it was sent to."""
    file = FileDraft(path, digest_of(data), len(data))
    (ticket,) = yard.catalog.files.draft(yard.adm, run, FilesDraft([file])).tickets
    if ticket.upload_url:
        opened = yard.catalog.files.open_ticket("PUT", ticket.upload_url.removeprefix("/blobs/"))
        yard.catalog.files.receive(opened, BytesIO(data))
    if commit:
        yard.catalog.files.draft(yard.adm, run, FilesDraft([file], commit=True))
    return ticket.upload_url


def files_of(yard: Yard, run: RunPath) -> list[RunFile]:
    with yard.catalog.stores.metadata.read() as unit:
        found = unit.projects.get(run.entity, run.project)
        assert found is not None
        row = unit.runs.get(found.key, run.run_id)
        assert row is not None
        return unit.runs.files(row.key)


def test_files_of_runs_go_to_the_bucket_too(yard: Yard) -> None:
    run = RunPath("red", "plans", "r1")
    yard.catalog.runs.start(yard.adm, run, RunStart("w"), "http://here")
    send_file(yard, run, "a.txt", b"early")
    send_file(yard, run, "b.txt", b"between", commit=False)
    yard.set()
    file = FileDraft("b.txt", digest_of(b"between"), 7)
    yard.catalog.files.draft(yard.adm, run, FilesDraft([file], commit=True))
    send_file(yard, run, "c.txt", b"late")
    assert [(file.path, file.bucket) for file in files_of(yard, run)] == [("a.txt", 0), ("b.txt", 0), ("c.txt", 1)]
    assert b"late" in yard.in_bucket()
    assert b"late" not in yard.own_contents()
    page = yard.catalog.files.list(yard.adm, run, "", 10)
    contents = []
    for shown in page.files:
        ticket = yard.catalog.files.open_ticket("GET", shown.url.removeprefix("/blobs/"))
        contents.append(b"".join(yard.catalog.files.read(ticket, 0, shown.size)))
    assert contents == [b"early", b"between", b"late"]
    archive = zipfile.ZipFile(BytesIO(b"".join(yard.catalog.files.archive(yard.adm, run))))
    assert [archive.read(name) for name in archive.namelist()] == contents
    assert yard.catalog.files.preview(yard.adm, run, "c.txt").text == "late"
    yard.cloud.secret = "revoked"
    with pytest.raises(TeamBucketRefused):
        yard.catalog.files.draft(yard.adm, run, FilesDraft([FileDraft("d.txt", digest_of(b"x"), 1)]))
    with pytest.raises(TeamBucketRefused):
        yard.catalog.files.archive(yard.adm, run)
    assert yard.catalog.files.preview(yard.adm, run, "a.txt").text == "early"


def test_files_of_a_purged_run_go_when_the_bucket_lets_us_in(yard: Yard) -> None:
    run = RunPath("red", "plans", "r1")
    yard.set()
    yard.catalog.runs.start(yard.adm, run, RunStart("w"), "http://here")
    send_file(yard, run, "a.txt", b"late")
    yard.cloud.secret = "revoked"
    yard.catalog.bulk.delete(yard.adm, RED, RunSelection(ids=["r1"]))
    yard.house.clock.advance(100)
    assert yard.catalog.runs.purge_old(1) == 1
    yard.catalog.buckets.work()
    assert yard.in_bucket() == {b"late"}
    yard.cloud.secret = SECRET
    yard.catalog.buckets.work()
    assert yard.in_bucket() == set()
    with yard.catalog.stores.metadata.read() as unit:
        assert unit.buckets.clearings(1, 10) == []


def test_files_in_a_bucket_move_within_the_team_alone(yard: Yard) -> None:
    run = RunPath("red", "plans", "r1")
    yard.set()
    yard.catalog.runs.start(yard.adm, run, RunStart("w1"), "http://here")
    send_file(yard, run, "a.txt", b"kept")
    yard.catalog.ingest.append(yard.adm, run, a_batch(events=[records.Finish("finished", 0, 1.0)]))
    yard.catalog.endings.work()
    yard.catalog.teams.set_member(SYSTEM, "blue", "adm", "member")
    both = yard.catalog.accounts.by_key(yard.catalog.accounts.new_key_for(SYSTEM, "adm", "both").secret)
    transfers = yard.catalog.transfers
    for go in (transfers.move, transfers.copy):
        refused = go(both, RED, RunTransfer(to=str(BLUE), ids=["r1"])).refused
        assert "a bucket of red, which stays that team's" in refused[0].reason
    assert transfers.copy(both, RED, RunTransfer(to="red/other", ids=["r1"])).refused == []
    assert transfers.move(both, RED, RunTransfer(to="red/third", ids=["r1"])).refused == []
    for project in ("other", "third"):
        there = RunPath("red", project, "r1")
        assert {file.path: file.bucket for file in files_of(yard, there)}["a.txt"] == 1
        assert yard.catalog.files.preview(both, there, "a.txt").text == "kept"


def test_a_file_that_reaches_the_bucket_while_its_run_goes_to_another_team_keeps_it_where_it_is(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunPath("red", "plans", "r1")
    yard.set()
    yard.catalog.runs.start(yard.adm, run, RunStart("w1"), "http://here")
    yard.catalog.ingest.append(yard.adm, run, a_batch(events=[records.Finish("finished", 0, 1.0)]))
    yard.catalog.endings.work()
    yard.catalog.teams.set_member(SYSTEM, "blue", "adm", "member")
    both = yard.catalog.accounts.by_key(yard.catalog.accounts.new_key_for(SYSTEM, "adm", "both").secret)
    metrics = yard.catalog.stores.metrics
    copy = metrics.copy

    def and_send(pairs: Any) -> None:
        copy(pairs)
        send_file(yard, run, "a.txt", b"late")

    monkeypatch.setattr(metrics, "copy", and_send)
    (refused,) = yard.catalog.transfers.move(both, RED, RunTransfer(to=str(BLUE), ids=["r1"])).refused
    assert "a bucket of red, which stays that team's" in refused.reason
    assert yard.catalog.files.preview(yard.adm, run, "a.txt").text == "late"


def test_a_record_of_a_file_does_not_say_that_it_is_elsewhere_or_shorter(yard: Yard) -> None:
    run = RunPath("red", "plans", "r1")
    yard.set()
    yard.catalog.runs.start(yard.adm, run, RunStart("w1"), "http://here")
    send_file(yard, run, "a.txt", b"kept")
    (before,) = files_of(yard, run)
    record = records.File("a.txt", "now", digest=before.digest, size=1)
    yard.house.clock.advance(10)
    yard.catalog.ingest.append(yard.adm, run, a_batch(events=[record]))
    (after,) = files_of(yard, run)
    assert (after.bucket, after.size, after.updated_at) == (1, 4, before.updated_at + 10)
    assert yard.catalog.files.preview(yard.adm, run, "a.txt").text == "kept"


def test_a_project_goes_although_its_bucket_lets_nobody_in(yard: Yard) -> None:
    yard.set()
    yard.log({"a": b"one"})
    yard.catalog.runs.start(yard.adm, RunPath("red", "plans", "r1"), RunStart("w"), "http://here")
    yard.cloud.secret = "revoked"
    yard.catalog.projects.delete(yard.adm, RED)
    with pytest.raises(NotFound):
        yard.catalog.projects.get(yard.adm, RED)


def test_places_are_told_apart_in_the_figures(yard: Yard) -> None:
    yard.log({"a": b"one"})
    assert yard.catalog.space.space(yard.adm, "red", "project").places == []
    yard.set()
    yard.log({"b": b"three"})
    found = yard.catalog.space.space(yard.adm, "red", "project")
    assert [each.bucket for each in found.places] == ["", "s3://reds/assay"]
    assert sum(each.stored for each in found.places) == found.stored
    assert yard.catalog.buckets.get(yard.adm, "red").buckets[0].stored == found.places[1].stored > 0
    share = found.shares[0]
    assert share.own_size == found.stored


def test_a_packed_body_and_a_ticket_both_find_the_place(yard: Yard) -> None:
    yard.set()
    draft = yard.catalog.drafts.open(yard.adm, RED, messages.DraftRequest("dogs", "dataset"))
    page = messages.EntriesPage({"a": entry_of(b"one"), "b": entry_of(b"two")})
    missing = {each.digest: each.url for each in yard.catalog.drafts.add(yard.adm, RED, draft.id, page).missing}
    ticket = yard.catalog.files.open_ticket("PUT", missing[digest_of(b"one")].removeprefix("/blobs/"))
    yard.catalog.files.receive(ticket, BytesIO(b"one"))
    yard.catalog.drafts.receive(yard.adm, RED, draft.id, packed([b"two"]))
    yard.catalog.drafts.commit(yard.adm, RED, draft.id, messages.CommitRequest())
    asked = messages.ContentsRequest([digest_of(b"one"), digest_of(b"two")])
    body = b"".join(yard.catalog.artifacts.packed(yard.adm, RED, "dogs", "v0", asked))
    assert body == packed([b"one", b"two"])
    yard.cloud.secret = "revoked"
    with pytest.raises(TeamBucketRefused):
        yard.catalog.artifacts.packed(yard.adm, RED, "dogs", "v0", asked)


def test_a_page_that_is_refused_is_not_added(yard: Yard) -> None:
    yard.set()
    draft = yard.catalog.drafts.open(yard.adm, RED, messages.DraftRequest("dogs", "dataset"))
    yard.cloud.secret = "revoked"
    for _ in range(3):
        with pytest.raises(Unavailable):
            yard.catalog.drafts.add(yard.adm, RED, draft.id, messages.EntriesPage({"a": entry_of(b"one")}))
    with yard.catalog.stores.metadata.read() as unit:
        found = unit.artifacts.draft(draft.id)
        assert found is not None and found.page_count == 0


def test_the_console_of_a_run_waits_for_the_bucket(yard: Yard) -> None:
    run = RunPath("red", "plans", "r1")
    yard.set()
    yard.catalog.runs.start(yard.adm, run, RunStart("w"), "http://here")
    end_with_console(yard, run)
    yard.cloud.secret = "revoked"
    assert yard.catalog.endings.work() == 1
    assert yard.catalog.endings.retry() == 1
    assert files_of(yard, run) == []
    yard.cloud.secret = SECRET
    assert yard.catalog.endings.retry() == 0
    (file,) = files_of(yard, run)
    assert (file.path, file.bucket) == ("output.log", 1)
    assert (run_space(1, 1), file.digest) in yard.cloud.stores["s3://reds/assay"].contents


def end_with_console(yard: Yard, run: RunPath) -> None:
    events = [records.Console("stdout", [1.0], ["hello"]), records.Finish("finished", 0, 1_760_000_100.0)]
    yard.catalog.ingest.append(yard.adm, run, a_batch([], writer="w", first_seq=0, events=events))
