"""Contents on a disk that fails: nothing is acknowledged that a loss of power could take (V4, V5)."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from assay.server.adapters.blobs_file import FileBlobStore, store
from assay.wire import failpoints

DATA = b"what is kept"
DIGEST = f"sha256:{hashlib.sha256(DATA).hexdigest()}"


def put(blobs: FileBlobStore) -> None:
    blobs.put("ann", DIGEST, BytesIO(DATA), len(DATA))


def put_many(blobs: FileBlobStore) -> None:
    blobs.put_many("ann", [(DIGEST, DATA)])


@pytest.mark.parametrize(("name", "send"), [("flush_folder", put), ("flush_file_system", put_many)])
def test_a_name_that_was_not_flushed_is_flushed_before_the_content_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, send: Callable[[FileBlobStore], None]
) -> None:
    blobs = FileBlobStore(tmp_path)
    flushed: list[Path] = []
    real = getattr(store, name)

    def failing(folder: Path) -> None:
        if blobs.has("ann", DIGEST):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(folder)

    def noting(folder: Path) -> None:
        flushed.append(folder)
        real(folder)

    monkeypatch.setattr(store, name, failing)
    for _ in range(2):  # the content has its name since the first, and that proves nothing
        with pytest.raises(OSError, match="Input/output"):
            send(blobs)
    monkeypatch.setattr(store, name, noting)
    send(blobs)
    assert flushed
    assert b"".join(blobs.read("ann", DIGEST)) == DATA
    assert not list((tmp_path / ".incoming").iterdir())


@pytest.mark.parametrize(
    ("point", "send"), [(name, "put_many" if "blobs." in name else "put") for name in failpoints.NAMES if "blob" in name]
)
def test_a_content_is_whole_or_absent_wherever_keeping_it_ends(tmp_path: Path, point: str, send: str) -> None:
    code = f"from tests.faults import test_blob_faults as t; t.{send}(t.FileBlobStore({str(tmp_path)!r}))"
    ended = subprocess.run([sys.executable, "-c", code], env=os.environ | {failpoints.VARIABLE: f"{point}:1:kill"}, check=False)
    assert ended.returncode == -9
    blobs = FileBlobStore(tmp_path)
    assert blobs.has("ann", DIGEST) == point.endswith("named")
    assert blobs.verify() == []
    assert not list((tmp_path / ".incoming").iterdir()), "what was left half done is cleared away at the next start"
    put(blobs)
    assert b"".join(blobs.read("ann", DIGEST)) == DATA
