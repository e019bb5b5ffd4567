"""Contents that clients put into a store of their own addresses: the server believes none of them unread."""

from __future__ import annotations

from random import Random

import pytest

from assay.server.services.catalog import Catalog
from assay.server.services.stores import Stores
from assay.testing.memory.blobs import MemoryBlobStore
from assay.wire.errors import InvalidRequest, Unavailable
from assay.wire.messages import artifacts as messages
from tests.unit.server.services.artifacts.conftest import HOME, Shelf, digest_of, entry_of
from tests.unit.server.services.conftest import House


class SigningStore(MemoryBlobStore):
    """Anybody who has an address may put anything there, as with an object store."""

    can_sign = True

    def signed_url(self, method: str, space: str, digest: str, expires_s: int) -> str:
        return f"https://bucket.example/{method}/{space}/{digest}"

    def upload(self, url: str, data: bytes) -> None:
        space, digest = url.rsplit("/", 2)[1:]
        self.contents[space, digest] = data


@pytest.fixture
def store(house: House) -> SigningStore:
    before, store = house.catalog.stores, SigningStore()
    house.catalog = Catalog(Stores(before.metadata, before.metrics, store, before.bus, before.now), random=Random(7))
    return store


def add(shelf: Shelf, files: dict[str, bytes]) -> tuple[str, dict[str, str]]:
    """(a draft with these files, digest → where to put it)."""
    draft = shelf.catalog.drafts.open(shelf.house.ann, HOME, messages.DraftRequest("cats", "dataset"))
    page = messages.EntriesPage({path: entry_of(data) for path, data in files.items()})
    missing = shelf.catalog.drafts.add(shelf.house.ann, HOME, draft.id, page).missing
    return draft.id, {each.digest: each.url for each in missing}


def commit(shelf: Shelf, draft: str) -> messages.ArtifactVersion:
    return shelf.catalog.drafts.commit(shelf.house.ann, HOME, draft, messages.CommitRequest())


@pytest.fixture
def shelf(house: House, store: SigningStore) -> Shelf:
    return Shelf(house)


def test_what_was_put_directly_is_read_before_it_counts(shelf: Shelf, store: SigningStore) -> None:
    draft, urls = add(shelf, {"a": b"one", "b": b"two"})
    assert all(url.startswith("https://bucket.example/PUT/entity-") for url in urls.values())
    store.upload(urls[digest_of(b"one")], b"one")
    with pytest.raises(InvalidRequest, match="'b'"):
        commit(shelf, draft)
    store.upload(urls[digest_of(b"two")], b"two")
    assert commit(shelf, draft).file_count == 2
    assert shelf.read("b") == b"two"
    _, urls = add(shelf, {"c": b"one", "d": b"three"})
    assert list(urls) == [digest_of(b"three")]
    assert shelf.catalog.artifact_check.verify() == []


@pytest.mark.parametrize("wrong", [b"0ne", b"on", b"one and more", b""])
def test_a_swapped_or_cut_content_is_found_before_the_commit_and_removed(shelf: Shelf, store: SigningStore, wrong: bytes) -> None:
    draft, urls = add(shelf, {"a": b"one"})
    store.upload(urls[digest_of(b"one")], wrong)
    with pytest.raises(InvalidRequest, match="has not arrived"):
        commit(shelf, draft)
    assert store.contents == {key: data for key, data in store.contents.items() if key[1] != digest_of(b"one")}
    store.upload(urls[digest_of(b"one")], b"one")
    assert commit(shelf, draft).version == "v0"


def test_a_content_freed_between_the_look_and_the_note_is_looked_at_again(shelf: Shelf, store: SigningStore) -> None:
    draft, urls = add(shelf, {"a": b"one"})
    store.upload(urls[digest_of(b"one")], b"one")
    read, contents = store.read, shelf.catalog.stores.metadata

    def freed_meanwhile(space: str, digest: str, start: int = 0, end: int | None = None) -> object:
        store.read = read  # type: ignore[method-assign]
        pieces = list(read(space, digest, start, end))
        with contents.begin() as unit:
            unit.contents.forget(1, [])
        return iter(pieces)

    store.read = freed_meanwhile  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable, match="ask for the commit again"):
        commit(shelf, draft)
    assert commit(shelf, draft).version == "v0"
