"""Every BlobStore keeps the same promises; the folder of files keeps some of its own."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

import pytest

from assay.server.adapters.blobs_file import FileBlobStore
from assay.testing.conformance.blobs import BIG, BlobStoreSuite, digest_of, put
from assay.testing.memory.blobs import MemoryBlobStore
from assay.wire.errors import StorageFull


class TestMemoryBlobStore(BlobStoreSuite):
    @pytest.fixture
    def store(self) -> MemoryBlobStore:
        return MemoryBlobStore()


class TestFileBlobStore(BlobStoreSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FileBlobStore:
        return FileBlobStore(tmp_path / "blobs")

    def test_only_the_owner_can_read_it(self, store: FileBlobStore, tmp_path: Path) -> None:
        put(store, b"one")
        for path in (tmp_path / "blobs").rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path

    def test_a_temporary_file_of_a_crash_is_removed_at_the_next_open(self, store: FileBlobStore, tmp_path: Path) -> None:
        orphan = tmp_path / "blobs" / ".incoming" / "left-behind"
        orphan.write_bytes(b"half")
        digest = put(store, b"one")
        again = FileBlobStore(tmp_path / "blobs")
        assert not orphan.exists()
        assert again.has("ann", digest)

    def test_a_batch_that_a_crash_left_is_removed_at_the_next_open(self, store: FileBlobStore, tmp_path: Path) -> None:
        batch = tmp_path / "blobs" / ".incoming" / "left.batch"
        batch.mkdir()
        (batch / "lock").touch()
        (batch / "0").write_bytes(b"half")
        FileBlobStore(tmp_path / "blobs")
        assert not batch.exists()

    def test_opening_leaves_a_batch_alone_that_is_being_written(
        self, store: FileBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flushed: list[Path] = []

        def flush(folder: Path) -> None:
            FileBlobStore(tmp_path / "blobs")
            flushed.append(folder)

        monkeypatch.setattr("assay.server.adapters.blobs_file.store.flush_file_system", flush)
        store.put_many("ann", [(digest_of(b"one"), b"one")])
        assert store.has("ann", digest_of(b"one"))
        assert len(flushed) == 2

    def test_a_disk_that_fills_up_keeps_none_of_many(
        self, store: FileBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(folder: Path) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patched:
            patched.setattr("assay.server.adapters.blobs_file.store.flush_file_system", full)
            with pytest.raises(StorageFull, match=str(tmp_path)):
                store.put_many("ann", [(digest_of(b"one"), b"one")])
        assert list((tmp_path / "blobs" / ".incoming").iterdir()) == []
        assert list(store.digests("ann")) == []

    def test_opening_leaves_a_file_alone_that_is_being_written(self, store: FileBlobStore, tmp_path: Path) -> None:
        class OpensAnother(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                FileBlobStore(tmp_path / "blobs")
                return super().read(size)

        store.put("ann", digest_of(b"one"), OpensAnother(b"one"), 3)
        assert store.has("ann", digest_of(b"one"))

    def test_damage_is_found_and_named(self, store: FileBlobStore, tmp_path: Path) -> None:
        digest = put(store, b"one")
        put(store, b"two")
        (path,) = (tmp_path / "blobs").rglob(digest.removeprefix("sha256:"))
        path.write_bytes(b"0ne")
        (sentence,) = store.verify()
        assert str(path) in sentence

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_a_full_disk_is_a_clear_error_and_leaves_nothing(
        self, store: FileBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        def full(descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(StorageFull, match=str(tmp_path)):
                put(store, BIG)
        assert list((tmp_path / "blobs" / ".incoming").iterdir()) == []
        assert not store.has("ann", digest_of(BIG))
        put(store, BIG)
        assert store.has("ann", digest_of(BIG))
