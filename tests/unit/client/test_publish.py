from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assay.client import digests, publish
from assay.client.digests import DigestCache
from assay.client.hashing import digest_of
from assay.client.publish import LocalFile, hash_all
from assay.wire import limits
from assay.wire.manifest import Entry
from assay.wire.messages.artifacts import EntriesPage

DIGEST = "sha256:" + 64 * "0"


def test_long_files_are_hashed_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent first is known first, however many threads there are."""
    paths = [tmp_path / str(number) for number in range(6)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * (limits.BLOCK_BYTES + 1))
    begun: list[str] = []
    hash_file = publish.hash_file

    def noted(path: str, **options: Any) -> publish.Hashed:
        begun.append(path)
        return hash_file(path, **options)

    monkeypatch.setattr(publish, "hash_file", noted)
    monkeypatch.setattr(publish, "THREADS", 2)
    files = [LocalFile(path.name, str(path)) for path in paths]
    known = list(hash_all(files, DigestCache(tmp_path / "digests.sqlite")))
    assert [one.size for one in known] == [limits.BLOCK_BYTES + 1] * 6
    assert begun == [str(path) for path in paths]


def test_a_file_that_changes_in_the_same_tick_after_it_was_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where those that were read with it took so long that the tick seems past."""
    path, tick = tmp_path / "model.pt", time.time() + 3_600
    later = SimpleNamespace(time_ns=lambda: int((tick + 3_600) * 1e9))
    cache = DigestCache(tmp_path / "digests.sqlite")
    monkeypatch.setattr(digests, "time", later)  # the clock once all are read
    found = []
    for content in (b"first", b"after"):
        path.write_bytes(content)
        os.utime(path, (tick, tick))
        found += [one.digest for one in hash_all([LocalFile("model.pt", str(path))], cache)]
    assert found == [digest_of(b"first"), digest_of(b"after")]


def test_a_page_is_sent_when_enough_was_read_for_it() -> None:
    """Before the next file is waited for, which may take as long to hash as this one takes to send."""
    taken: list[int] = []

    def entries() -> Iterator[tuple[str, Entry, int]]:
        for number in range(3):
            taken.append(number)
            yield f"{number}", Entry(DIGEST, 1), publish._PAGE_BYTES

    pages = publish._pages(entries(), {}, [])
    assert list(next(pages).add) == ["0"]
    assert taken == [0]
    assert [list(page.add) for page in pages] == [["1"], ["2"]]


@pytest.mark.parametrize("gone", [0, 1, limits.ENTRIES_PER_PAGE, limits.ENTRIES_PER_PAGE + 1])
def test_no_page_has_more_than_the_server_takes(gone: int) -> None:
    count = limits.ENTRIES_PER_PAGE + 3
    entries = iter([(f"{number}", Entry(DIGEST, 1), 0) for number in range(count)])
    pages: list[EntriesPage] = list(publish._pages(entries, {"there": Entry(DIGEST, 1)}, [f"gone-{n}" for n in range(gone)]))
    assert all(len(page.add) + len(page.remove) <= limits.ENTRIES_PER_PAGE for page in pages)
    assert sum(len(page.remove) for page in pages) == gone
    assert {path for page in pages for path in page.add} == {*(f"{number}" for number in range(count)), "there"}
