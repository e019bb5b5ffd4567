"""Other secrets to sign and seal with: what was handed out before ends, what is kept stays readable at every moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from assay.server.domain.accounts import SYSTEM
from assay.server.domain.buckets import TeamBucket
from assay.server.domain.errors import TeamBucketLocked
from assay.server.services import rotation
from assay.server.services.catalog import Catalog
from assay.server.services.places import seal_text
from assay.server.services.rotation import SigningSecret
from assay.server.services.sealing import Seal
from assay.server.services.tickets import Tickets
from assay.testing.memory.blobs import MemoryBlobStore
from assay.wire.errors import Forbidden, InvalidRequest, TicketRefused
from tests.unit.server.services.conftest import House

pytest.importorskip("cryptography")
SECRET = "a-secret-that-nobody-may-see"


class Store:
    """What a team's bucket is opened as: it knows the keys it was opened with."""

    opened: ClassVar[list[str]] = []

    def __call__(self, row: TeamBucket, keys: dict[str, str], is_quick: bool) -> MemoryBlobStore:
        del row, is_quick
        self.opened.append(keys["secret_access_key"])
        return MemoryBlobStore()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "bucket.key"


@pytest.fixture
def catalog(house: House, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    monkeypatch.setattr(rotation, "_REMEMBER_S", 0.0)
    return Catalog(house.catalog.stores, open_bucket=Store(), seal=Seal(key_file))


def add_bucket(catalog: Catalog, address: str = "s3://reds/assay", secret: str = SECRET) -> TeamBucket:
    with catalog.stores.metadata.begin() as unit:
        entity = unit.teams.entity("red")
        assert entity is not None
        row = TeamBucket(0, entity.id, address, "", "us-east-1", True, True, "assay-1", b"", 1.0, "ann", 1.0, "ann")
        return unit.buckets.add(replace(row, keys=catalog.places.sealed(row, {"secret_access_key": secret})))


def kept(catalog: Catalog, key_file: Path) -> list[str]:
    with catalog.stores.metadata.read() as unit:
        return [Seal(key_file).open(row.keys, seal_text(row)) for row in unit.buckets.all()]


def test_addresses_of_before_end_and_new_ones_work_in_every_process(house: House, catalog: Catalog) -> None:
    here, there = (Tickets(SigningSecret(catalog.stores), house.clock) for _ in range(2))
    address = here.sign("GET", "run-1", "sha256:" + "0" * 64, 1).removeprefix("/blobs/")
    assert there.open("GET", address).space == "run-1"
    catalog.rotation.rotate(SYSTEM)
    for tickets in (here, there):
        with pytest.raises(TicketRefused, match="signature"):
            tickets.open("GET", address)
    again = there.sign("GET", "run-1", "sha256:" + "0" * 64, 1).removeprefix("/blobs/")
    assert here.open("GET", again).space == "run-1"


def test_a_secret_is_asked_for_once_a_second(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = SigningSecret(house.catalog.stores)
    before = secret()
    monkeypatch.setattr(house.catalog.stores.metadata, "read", lambda: pytest.fail("a store was asked"))
    assert secret() == before


def test_keys_of_buckets_are_sealed_anew_and_the_old_key_is_forgotten(catalog: Catalog, key_file: Path) -> None:
    add_bucket(catalog)
    add_bucket(catalog, "s3://reds/other", "another secret")
    old_key, texts = key_file.read_text(), kept(catalog, key_file)
    with catalog.stores.metadata.read() as unit:
        old_rows = [row.keys for row in unit.buckets.all()]
    done = catalog.rotation.rotate(SYSTEM)
    assert (done.sealed, done.unreadable) == (2, [])
    assert kept(catalog, key_file) == texts
    assert old_key.strip() not in key_file.read_text()
    assert len(key_file.read_text().split()) == 1
    assert key_file.stat().st_mode & 0o777 == 0o600
    with catalog.stores.metadata.read() as unit:
        assert not {row.keys for row in unit.buckets.all()} & set(old_rows)
        entry = unit.audit.list(0, 1_000)[-1]
    assert (entry.action, entry.data) == ("secrets:rotate", {"sealed": 2, "unreadable": []})
    assert [path.name for path in key_file.parent.iterdir()] == ["bucket.key"]


def test_one_that_was_interrupted_is_made_whole_by_the_next(catalog: Catalog, key_file: Path) -> None:
    add_bucket(catalog)
    texts = kept(catalog, key_file)
    Seal(key_file).widen()
    add_bucket(catalog, "s3://reds/meanwhile")
    assert len(key_file.read_text().split()) == 2
    assert kept(catalog, key_file)[0] == texts[0]
    assert catalog.rotation.rotate(SYSTEM).sealed == 2
    assert len(key_file.read_text().split()) == 1
    assert kept(catalog, key_file) == [texts[0], texts[0]]


def test_of_two_at_once_neither_forgets_the_others_key(catalog: Catalog, key_file: Path) -> None:
    add_bucket(catalog)
    seal = Seal(key_file)
    first = seal.widen()
    second = seal.widen()
    seal.narrow(first)
    assert len(key_file.read_text().split()) == 3
    assert kept(catalog, key_file)
    catalog.rotation.rotate(SYSTEM)
    assert second not in key_file.read_text()


def test_a_bucket_whose_keys_no_key_opens_is_named_and_left_as_it_is(catalog: Catalog, key_file: Path) -> None:
    add_bucket(catalog, "s3://reds/lost")
    key_file.unlink()
    add_bucket(catalog, "s3://reds/good")
    with catalog.stores.metadata.read() as unit:
        lost = unit.buckets.all()[0]
    done = catalog.rotation.rotate(SYSTEM)
    assert (done.sealed, done.unreadable) == (1, [("red", "s3://reds/lost")])
    with catalog.stores.metadata.read() as unit:
        assert unit.buckets.all()[0] == lost


@pytest.mark.parametrize("text", ["", "not hex", "00" * 31, "00" * 32 + "\n" + "00" * 3])
def test_with_a_damaged_key_nothing_is_changed(house: House, catalog: Catalog, key_file: Path, text: str) -> None:
    add_bucket(catalog)
    key_file.write_text(text)
    tickets = Tickets(SigningSecret(catalog.stores), house.clock)
    address = tickets.sign("GET", "run-1", "sha256:" + "0" * 64, 1).removeprefix("/blobs/")
    with pytest.raises(InvalidRequest, match=r"Nothing was changed: bucket\.key"):
        catalog.rotation.rotate(SYSTEM)
    assert key_file.read_text() == text
    assert tickets.open("GET", address)


def test_without_buckets_there_is_no_key_afterwards_either(catalog: Catalog, key_file: Path) -> None:
    assert catalog.rotation.rotate(SYSTEM).sealed == 0
    assert not key_file.exists()


def test_only_admins_of_the_installation_may(house: House, catalog: Catalog) -> None:
    with pytest.raises(Forbidden):
        catalog.rotation.rotate(house.ann)


def test_a_server_that_remembers_a_row_opens_it_as_it_is_now(catalog: Catalog) -> None:
    row = add_bucket(catalog)
    catalog.places._row(row.key)  # remembered with its old seal, not opened yet
    catalog.rotation.rotate(SYSTEM)
    Store.opened.clear()
    try:
        catalog.places.look(row.key)
    except TeamBucketLocked as error:
        pytest.fail(f"told as locked: {error}")
    assert set(Store.opened) == {SECRET}
