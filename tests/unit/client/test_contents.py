from __future__ import annotations

import hashlib
import os
import resource
from pathlib import Path

import pytest

from assay.client.contents import ContentCache
from assay.client.digests import DigestCache
from assay.client.linking import scratch_name
from assay.wire.errors import InvalidRequest


def name(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.fixture
def digests(tmp_path: Path) -> DigestCache:
    return DigestCache(tmp_path / "digests.sqlite")


@pytest.fixture
def cache(tmp_path: Path, digests: DigestCache) -> ContentCache:
    return ContentCache(digests, tmp_path / "cache", cap_bytes=1000)


def put(cache: ContentCache, digests: DigestCache, content: bytes) -> str:
    with cache.incoming(name(content)) as partial:
        partial.write_bytes(content)
        kept = cache.keep(partial, name(content), len(content))
    digests.keep([(str(cache.path(name(content))), kept)])
    return name(content)


def test_what_was_kept_is_given_out(cache: ContentCache, digests: DigestCache, tmp_path: Path) -> None:
    digest = put(cache, digests, b"one")
    assert cache.take(digest, 3, tmp_path / "out", "auto")
    assert (tmp_path / "out").read_bytes() == b"one"
    assert not cache.take(name(b"two"), 3, tmp_path / "two", "auto")
    assert not (tmp_path / "two").exists()


def test_a_copy_may_be_written_and_a_link_is_for_reading(cache: ContentCache, digests: DigestCache, tmp_path: Path) -> None:
    digest = put(cache, digests, b"one")
    cache.take(digest, 3, tmp_path / "copy", "copy")
    (tmp_path / "copy").write_bytes(b"two")
    cache.take(digest, 3, tmp_path / "link", "auto")
    assert (tmp_path / "link").read_bytes() == b"one"
    if (tmp_path / "link").stat().st_ino == cache.path(digest).stat().st_ino:
        assert not (tmp_path / "link").stat().st_mode & 0o222


def test_what_is_put_where_it_is_already_leaves_nothing_beside_it(
    cache: ContentCache, digests: DigestCache, tmp_path: Path
) -> None:
    digest = put(cache, digests, b"one")
    (tmp_path / "folder").mkdir()
    for _ in range(2):  # as another process does that downloads to the same folder
        cache.take(digest, 3, tmp_path / "folder" / "out", "auto")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["out"]


@pytest.mark.parametrize("letter", ["a", "é", "字", "😀"])
def test_a_name_as_long_as_a_file_system_takes_is_placed(
    cache: ContentCache, digests: DigestCache, tmp_path: Path, letter: str
) -> None:
    digest = put(cache, digests, b"one")
    target = tmp_path / (letter * (255 // len(letter.encode())))
    assert cache.take(digest, 3, target, "copy")
    assert target.read_bytes() == b"one"
    target.with_name(scratch_name(target, "0123456789ab")).touch()  # as of a long file


def test_content_that_was_written_through_a_link_is_dropped(cache: ContentCache, digests: DigestCache) -> None:
    digest = put(cache, digests, b"one")
    path = cache.path(digest)
    path.chmod(0o600)
    path.write_bytes(b"two")
    assert cache.find(digest, 3) is None
    assert not path.exists()


def test_content_whose_digest_is_forgotten_is_hashed_once_more(cache: ContentCache, digests: DigestCache) -> None:
    digest = put(cache, digests, b"one")
    digests.forget([str(cache.path(digest))])
    assert cache.find(digest, 3) == cache.path(digest)
    assert cache.find(digest, 4) is None  # another size cannot be it


def test_the_cap_holds_and_what_was_used_last_stays(cache: ContentCache, digests: DigestCache) -> None:
    names = [put(cache, digests, bytes([n]) * 300) for n in range(4)]
    for used_at, digest in enumerate(names):
        stamp = cache.path(digest).stat()
        os.utime(cache.path(digest), ns=(10**18 + used_at, stamp.st_mtime_ns))
    assert cache.find(names[0], 300)  # used just now
    assert cache.trim() == 300
    assert [bool(cache.find(digest, 300)) for digest in names] == [True, False, True, True]
    use = cache.use()
    assert (use.file_count, use.size, use.cap) == (3, 900, 1000)
    assert cache.trim(0) == 900
    assert cache.use().file_count == 0


def test_two_processes_gather_the_same_content_apart(cache: ContentCache) -> None:
    with cache.incoming(name(b"x")) as first, cache.incoming(name(b"x")) as second:
        assert first != second
    with cache.incoming(name(b"x")) as again:
        assert again == first  # what an earlier try left is used


def test_what_another_process_is_writing_stays(cache: ContentCache, digests: DigestCache) -> None:
    folder = cache.path(put(cache, digests, b"one")).parent
    young, old = folder / ".young", folder / ".old"
    for path in (young, old):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    with cache.incoming(name(b"x")) as first, cache.incoming(name(b"x")) as second:
        assert cache.trim(0) == 3 + 4
        assert first.exists()
        assert second.exists()
    assert young.exists()
    assert not old.exists()


def test_a_disk_that_fills_up_leaves_no_part_of_a_content(cache: ContentCache) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))  # takes a part, as a disk does that has room for no more
    try:
        with pytest.raises(OSError, match="File too large"):
            cache.keep_bytes(bytes(1000), name(bytes(1000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path for path in cache.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("text", ["much", "-1", "nan"])
def test_a_cap_that_is_no_size_is_refused_by_name(digests: DigestCache, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ASSAY_CACHE_GB", text)
    with pytest.raises(InvalidRequest, match="ASSAY_CACHE_GB"):
        ContentCache(digests)
