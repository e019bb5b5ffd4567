"""References to real places: a web server and an S3 bucket."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.client import references
from assay.client.references import ReferenceChanged
from assay.wire.errors import InvalidRequest, NotFound, ServerUnreachable, TooLarge
from assay.wire.manifest import Entry
from tests.infra import object_stores
from tests.infra.object_stores import RunningStore


class Site:
    """Pages by path: (content, ETag). A path without one is not there."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, str]] = {}
        self.has_head = True
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = site.pages.get(self.path)
                if self.command == "HEAD" and not site.has_head:
                    self.send_response(405)
                    self.end_headers()
                    return
                self.send_response(200 if found else 404)
                content, tag = found or (b"", "")
                self.send_header("Content-Length", str(len(content)))
                if tag:
                    self.send_header("ETag", tag)
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content)

            do_HEAD = do_GET

            def log_message(self, *_: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.mark.parametrize("has_head", [True, False])
def test_a_page_is_known_by_its_etag_and_checked_by_it(site: Site, tmp_path: Path, has_head: bool) -> None:
    site.has_head = has_head
    site.pages["/d/data.csv"] = (b"a,b\n", '"one"')
    found = references.look_up(f"{site.url}/d/data.csv")
    entry = found["data.csv"]
    assert (entry.digest, entry.size, entry.ref) == ("etag:one", 4, f"{site.url}/d/data.csv")
    references.fetch(entry, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"a,b\n"
    assert b"".join(references.read(entry, 2, 4)) == b"b\n"
    site.pages["/d/data.csv"] = (b"other", '"two"')
    with pytest.raises(ReferenceChanged, match="add the reference anew"):
        references.fetch(entry, tmp_path / "other")
    assert not (tmp_path / "other").exists()
    del site.pages["/d/data.csv"]
    with pytest.raises(NotFound):
        references.check(entry)


def test_a_page_without_an_etag_is_taken_as_it_is(site: Site) -> None:
    site.pages["/x"] = (b"abc", "")
    entry = references.look_up(f"{site.url}/x", "name.bin")["name.bin"]
    assert (entry.digest, entry.size) == ("", 3)
    references.check(entry)


def test_a_host_that_is_away_is_told(site: Site) -> None:
    site.close()
    with pytest.raises(ServerUnreachable):
        references.look_up(f"{site.url}/x")


@pytest.fixture
def bucket(s3: RunningStore, monkeypatch: pytest.MonkeyPatch) -> object:
    from obstore.store import S3Store

    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", object_stores.KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", object_stores.SECRET)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return S3Store(
        s3.bucket, endpoint=s3.endpoint, access_key_id=object_stores.KEY_ID, secret_access_key=object_stores.SECRET,
        region="us-east-1", client_options={"allow_http": True},
    )  # fmt: skip


def test_objects_of_a_bucket_alone_and_below_a_prefix(bucket: object, s3: RunningStore, tmp_path: Path) -> None:
    for number in range(5):
        bucket.put(f"raw/part {number}.bin", bytes([number]) * 100)  # type: ignore[attr-defined]
    one = references.look_up(f"s3://{s3.bucket}/raw/part%201.bin")
    assert list(one) == ["part 1.bin"]
    entry = one["part 1.bin"]
    assert entry.size == 100
    assert entry.digest.startswith(("etag:", "version:"))
    every = references.look_up(f"s3://{s3.bucket}/raw/", "data")
    assert sorted(every) == [f"data/part {number}.bin" for number in range(5)]
    references.fetch(every["data/part 3.bin"], tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == bytes([3]) * 100
    assert b"".join(references.read(entry, 10, 20)) == bytes([1]) * 10
    with pytest.raises(TooLarge, match="max_objects"):
        references.look_up(f"s3://{s3.bucket}/raw", max_objects=4)
    bucket.put("raw/part 1.bin", b"changed")  # type: ignore[attr-defined]
    with pytest.raises(ReferenceChanged):
        references.check(entry)
    with pytest.raises(NotFound):
        references.look_up(f"s3://{s3.bucket}/nothing/here")


def test_keys_that_may_not_read_are_told(bucket: object, s3: RunningStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(InvalidRequest, match="keys in this environment"):
        references.look_up(f"s3://{s3.bucket}/raw/")


@pytest.mark.parametrize("uri", ["file://other-host/x", "file:relative", "s3://", "ftp://host/x", "nothing"])
def test_an_address_that_cannot_be_looked_at_is_refused(uri: str) -> None:
    with pytest.raises(InvalidRequest):
        references.look_up(uri)


def test_a_file_that_changes_between_the_look_and_the_reading_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "raw.bin", tmp_path / "out" / "raw.bin"
    source.write_bytes(b"as it was")
    [entry] = references.look_up(source.as_uri()).values()
    check = references.check

    def checked(given: Entry) -> None:
        check(given)
        source.write_bytes(b"otherwise")  # of the same length

    monkeypatch.setattr(references, "check", checked)
    with pytest.raises(ReferenceChanged, match="changed while it was read"):
        references.fetch(entry, target)
    assert list(target.parent.iterdir()) == []
