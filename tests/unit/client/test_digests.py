from __future__ import annotations

import gc
import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest

from assay.client.digests import DigestCache
from assay.client.hashing import Hashed, Stamp, hash_file

LATER = 10_000_000_000


@pytest.fixture
def cache(tmp_path: Path) -> DigestCache:
    return DigestCache(tmp_path / "cache" / "digests.sqlite")


def known(cache: DigestCache, path: Path) -> Hashed | None:
    return cache.find([(str(path), Stamp.of(path.stat()))]).get(str(path))


def test_an_unchanged_file_is_known_with_its_blocks(cache: DigestCache, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(9 * 1024 * 1024))
    hashed = hash_file(path)
    cache.keep([(str(path), hashed)], now_ns=hashed.stamp.mtime_ns + LATER)
    assert known(cache, path) == hashed
    assert len(hashed.blocks) == 2


def test_a_path_that_is_no_utf_8_is_known_too(cache: DigestCache, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xe9t\xe9")
    path.write_bytes(b"one")
    hashed = hash_file(path)
    cache.keep([(str(path), hashed)], now_ns=hashed.stamp.mtime_ns + LATER)
    assert known(cache, path) == hashed
    cache.forget([str(path)])
    assert known(cache, path) is None


@pytest.mark.parametrize("what", ["size", "time", "inode"])
def test_a_file_with_another_stamp_is_unknown(cache: DigestCache, tmp_path: Path, what: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    hashed = hash_file(path)
    cache.keep([(str(path), hashed)], now_ns=hashed.stamp.mtime_ns + LATER)
    times = (hashed.stamp.mtime_ns, hashed.stamp.mtime_ns)
    if what == "size":
        path.write_bytes(b"more")
        os.utime(path, ns=times)
    elif what == "time":
        os.utime(path, ns=(times[0], times[1] + 1))
    else:
        other = tmp_path / "other"
        other.write_bytes(b"two")
        os.utime(other, ns=times)
        other.replace(path)
    assert known(cache, path) is None


def test_a_file_that_changed_just_now_is_not_trusted(cache: DigestCache, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    hashed = hash_file(path)
    cache.keep([(str(path), hashed)], now_ns=hashed.stamp.mtime_ns + 1_000_000_000)
    assert known(cache, path) is None
    cache.keep([(str(path), hashed)], now_ns=hashed.stamp.mtime_ns + 3_000_000_000)
    assert known(cache, path) == hashed


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 1000])
def test_a_damaged_cache_costs_time_alone_and_is_there_again_next_time(tmp_path: Path, damage: bytes) -> None:
    place = tmp_path / "digests.sqlite"
    place.write_bytes(damage)
    path = tmp_path / "file"
    path.write_bytes(b"one")
    hashed = hash_file(path)
    first = DigestCache(place)
    first.keep([(str(path), hashed)], now_ns=hashed.stamp.mtime_ns + LATER)
    assert known(first, path) in (None, hashed)
    first.close()
    second = DigestCache(place)
    second.keep([(str(path), hashed)], now_ns=hashed.stamp.mtime_ns + LATER)
    assert known(second, path) == hashed


def test_a_folder_that_takes_no_file_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = DigestCache(tmp_path / "file" / "digests.sqlite")
    hashed = hash_file(tmp_path / "file")
    cache.keep([("x", hashed)], now_ns=hashed.stamp.mtime_ns + LATER)
    assert cache.find([("x", hashed.stamp)]) == {}


def _write(place: Path, worker: int) -> None:
    cache = DigestCache(place)
    for n in range(20):
        rows = [
            (f"/{worker}/{n}/{i}", Hashed("sha256:" + f"{worker}{n:02}{i:02}".rjust(64, "0"), i, (), Stamp(i, 1, i)))
            for i in range(50)
        ]
        cache.keep(rows, now_ns=LATER)
    cache.close()


def test_several_processes_write_one_cache(tmp_path: Path) -> None:
    place = tmp_path / "digests.sqlite"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write, args=(place, worker)) for worker in (1, 2, 3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    cache = DigestCache(place)
    asked = [(f"/{w}/{n}/{i}", Stamp(i, 1, i)) for w in (1, 2, 3) for n in range(20) for i in range(50)]
    assert len(cache.find(asked)) == len(asked)


def test_a_cache_that_nobody_closed_closes_its_database(tmp_path: Path) -> None:
    cache = DigestCache(tmp_path / "digests.sqlite")
    cache.forget(["a"])
    database = cache._database
    assert database is not None
    del cache
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        database.execute("SELECT 1")
