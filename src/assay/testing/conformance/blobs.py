"""The promises of BlobStore as tests."""

from __future__ import annotations

import hashlib
import io
import threading

import pytest

from assay.server.domain.errors import DigestMismatch
from assay.server.ports.blobs import BlobStore
from assay.wire.errors import InvalidName, NotFound

BIG = bytes(range(256)) * 20_000  # 5 MB: several chunks


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def put(store: BlobStore, data: bytes, space: str = "ann") -> str:
    digest = digest_of(data)
    store.put(space, digest, io.BytesIO(data), len(data))
    return digest


class Unread(io.BytesIO):
    """Content that fails when it is read to its end."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.is_over = False

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data and not self.is_over:
            self.is_over = True
            raise ConnectionError("the sender went away")
        return data


class BlobStoreSuite:
    """Subclass it and give a `store` fixture: every promise of BlobStore is then tested."""

    @pytest.fixture
    def store(self) -> BlobStore:
        raise NotImplementedError

    @pytest.mark.parametrize("data", [b"", b"one", BIG])
    def test_what_was_put_is_read_back_whole(self, store: BlobStore, data: bytes) -> None:
        digest = put(store, data)
        assert store.has("ann", digest)
        assert store.size("ann", digest) == len(data)
        assert b"".join(store.read("ann", digest)) == data

    @pytest.mark.parametrize("algorithm", ["sha256", "md5"])
    def test_a_digest_names_its_algorithm(self, store: BlobStore, algorithm: str) -> None:
        digest = digest_of(b"one", algorithm)
        store.put("ann", digest, io.BytesIO(b"one"), 3)
        assert b"".join(store.read("ann", digest)) == b"one"

    @pytest.mark.parametrize(
        ("start", "end"), [(0, 10), (3, 3), (5, None), (1_048_570, 1_048_590), (len(BIG) - 2, len(BIG) + 5), (len(BIG) + 5, None)]
    )
    def test_a_range_is_that_part_of_the_content(self, store: BlobStore, start: int, end: int | None) -> None:
        digest = put(store, BIG)
        assert b"".join(store.read("ann", digest, start, end)) == BIG[start:end]

    def test_a_mismatch_keeps_nothing(self, store: BlobStore) -> None:
        with pytest.raises(DigestMismatch):
            store.put("ann", digest_of(b"one"), io.BytesIO(b"two"), 3)
        assert not store.has("ann", digest_of(b"one"))
        assert list(store.digests("ann")) == []

    @pytest.mark.parametrize("size", [0, 2, 4])
    def test_a_wrong_size_keeps_nothing(self, store: BlobStore, size: int) -> None:
        with pytest.raises(DigestMismatch):
            store.put("ann", digest_of(b"one"), io.BytesIO(b"one"), size)
        assert not store.has("ann", digest_of(b"one"))

    def test_content_that_breaks_off_keeps_nothing(self, store: BlobStore) -> None:
        with pytest.raises(ConnectionError):
            store.put("ann", digest_of(b"one"), Unread(b"one"), 3)
        assert not store.has("ann", digest_of(b"one"))

    def test_putting_what_is_there_is_free(self, store: BlobStore) -> None:
        digest = put(store, b"one")
        store.put("ann", digest, Unread(b""), 3)
        assert list(store.digests("ann")) == [digest]

    def test_many_are_kept_at_once_and_those_that_are_there_are_passed_over(self, store: BlobStore) -> None:
        there = put(store, b"0")
        contents = [(digest_of(data), data) for data in (str(n).encode() for n in range(50))]
        store.put_many("ann", [*contents, contents[7], (digest_of(b""), b"")])
        assert set(store.digests("ann")) == {there, digest_of(b""), *(digest for digest, _ in contents)}
        assert all(b"".join(store.read("ann", digest)) == data for digest, data in contents)
        assert store.verify() == []
        store.put_many("ann", [])

    def test_one_mismatch_among_many_keeps_none(self, store: BlobStore) -> None:
        with pytest.raises(DigestMismatch):
            store.put_many("ann", [(digest_of(b"one"), b"one"), (digest_of(b"two"), b"2"), (digest_of(b"three"), b"three")])
        assert list(store.digests("ann")) == []
        with pytest.raises(InvalidName):
            store.put_many("ann", [("sha256:../x", b"one")])

    def test_owners_are_kept_apart(self, store: BlobStore) -> None:
        digest = put(store, b"one", "ann")
        assert not store.has("bob", digest)
        assert list(store.digests("bob")) == []
        with pytest.raises(NotFound):
            store.read("bob", digest)
        put(store, b"one", "bob")
        store.delete("ann", digest)
        assert store.has("bob", digest)

    def test_deleting_is_final_and_free_if_it_is_not_there(self, store: BlobStore) -> None:
        digest = put(store, b"one")
        store.delete("ann", digest)
        store.delete("ann", digest)
        assert not store.has("ann", digest)
        with pytest.raises(NotFound):
            store.size("ann", digest)

    def test_digests_lists_what_is_there(self, store: BlobStore) -> None:
        assert set(store.digests("ann")) == set()
        kept = {put(store, bytes([n])) for n in range(20)}
        assert set(store.digests("ann")) == kept

    @pytest.mark.parametrize(
        "digest",
        [
            "",
            "one",
            "sha256:",
            "sha256:" + "A" * 64,
            "sha256:../../../etc/passwd",
            "sha1:" + "a" * 40,
            "sha256:" + "a" * 64 + "\n",
        ],
    )
    def test_only_digests_are_keys(self, store: BlobStore, digest: str) -> None:
        with pytest.raises(InvalidName):
            store.put("ann", digest, io.BytesIO(b"one"), 3)
        with pytest.raises(InvalidName):
            store.read("ann", digest)

    @pytest.mark.parametrize("space", ["", ".", "..", "../ann", "a/b", ".incoming"])
    def test_a_space_is_one_plain_name(self, store: BlobStore, space: str) -> None:
        with pytest.raises(InvalidName):
            store.put(space, digest_of(b"one"), io.BytesIO(b"one"), 3)

    def test_many_putting_the_same_leave_one_whole_copy(self, store: BlobStore) -> None:
        failures: list[BaseException] = []
        barrier = threading.Barrier(8)

        def work() -> None:
            try:
                barrier.wait()
                put(store, BIG)
                assert b"".join(store.read("ann", digest_of(BIG))) == BIG
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert list(store.digests("ann")) == [digest_of(BIG)]
        assert store.verify() == []

    def test_signing_is_a_declared_capability(self, store: BlobStore) -> None:
        digest = put(store, b"one")
        if store.can_sign:
            assert store.signed_url("GET", "ann", digest, 60).startswith("http")
        else:
            with pytest.raises(NotImplementedError):
                store.signed_url("GET", "ann", digest, 60)
