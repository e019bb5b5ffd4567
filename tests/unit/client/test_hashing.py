from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.client import hashing
from assay.client.hashing import each, hash_file
from assay.wire import limits
from assay.wire.errors import FileChanged, NotFound

BLOCK = limits.BLOCK_BYTES


def name(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.mark.parametrize("is_threaded", [False, True])
@pytest.mark.parametrize("size", [0, 1, 4096, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 17])
def test_one_pass_names_the_file_and_its_blocks(tmp_path: Path, size: int, is_threaded: bool) -> None:
    content = os.urandom(min(size, BLOCK + 1)) * (size // (BLOCK + 1) + 1)
    content = content[:size]
    (tmp_path / "file").write_bytes(content)
    with ThreadPoolExecutor(2) as beside:
        found = hash_file(tmp_path / "file", beside=beside if is_threaded else None)
    blocks = tuple(name(content[at : at + BLOCK]) for at in range(0, size, BLOCK)) if size > BLOCK else ()
    assert (found.digest, found.size, found.blocks) == (name(content), size, blocks)


@pytest.mark.parametrize("size", [100, 2 * BLOCK])
def test_a_file_that_grows_while_it_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(size))
    real_open = hashing.open_regular

    def open_and_write(which: Path | str) -> int:
        fd = real_open(which)
        monkeypatch.setattr(hashing.os, "fstat", _after_first_look(path, hashing.os.fstat))
        return fd

    monkeypatch.setattr(hashing, "open_regular", open_and_write)
    with pytest.raises(FileChanged, match="changed while it was read"):
        hash_file(path)


def _after_first_look(path: Path, fstat: object) -> object:
    looks = 0

    def look(fd: int) -> os.stat_result:
        nonlocal looks
        looks += 1
        info = fstat(fd)  # type: ignore[operator]
        if looks == 1:
            with path.open("ab") as out:
                out.write(b"more")
        return info  # type: ignore[no-any-return]

    return look


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "nothing", Path("/dev/zero")):
        with pytest.raises(NotFound):
            hash_file(path)


def test_work_in_threads_is_answered_in_order_and_ends_with_the_first_error() -> None:
    assert list(each(lambda n: n * n, range(100), threads=3)) == [n * n for n in range(100)]
    begun: list[int] = []

    def work(n: int) -> int:
        begun.append(n)
        if n == 3:
            raise ValueError(n)
        return n

    with pytest.raises(ValueError, match="3"):
        list(each(work, range(10_000), threads=2))
    assert len(begun) < 100


def test_items_are_taken_as_they_are_needed() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    answers = each(lambda n: n, items(), threads=2)
    assert [next(answers) for _ in range(5)] == [1, 2, 3, 4, 5]
    answers.close()  # type: ignore[attr-defined]
    assert taken < 50
