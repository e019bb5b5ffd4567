"""The built application as the server hands it out, also when it is built again under a running server."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.testing import TestClient

from assay.server.api.static import HANDLERS, StaticFiles


def build(root: Path, word: str, at: int) -> None:
    """A build whose only asset is named after `word`."""
    (root / "assets").mkdir(parents=True, exist_ok=True)
    for old in (root / "assets").iterdir():
        old.unlink()
    (root / "assets" / f"{word}.js").write_text(f"say('{word}')")
    (root / "assets" / f"{word}.js.gz").write_bytes(gzip.compress(f"say('{word}')".encode()))
    (root / "index.html").write_text(f'<base href="/" /><script src="./assets/{word}.js"></script>')
    os.utime(root / "index.html", ns=(at, at))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    build(tmp_path, "first", 1)
    return tmp_path


@pytest.fixture
def client(root: Path) -> TestClient[Litestar]:
    return TestClient(Litestar(HANDLERS, state=State({"static": StaticFiles(root)})))


def test_an_asset_comes_in_the_encoding_that_the_browser_takes(client: TestClient[Litestar]) -> None:
    plain = client.get("/assets/first.js", headers={"accept-encoding": "identity"})
    assert plain.text == "say('first')" and "content-encoding" not in plain.headers
    packed = client.get("/assets/first.js", headers={"accept-encoding": "gzip"})
    assert packed.text == "say('first')" and packed.headers["content-encoding"] == "gzip"
    assert client.get("/assets/first.js", headers={"if-none-match": packed.headers["etag"]}).status_code == 304
    assert client.get("/assets/../index.html").headers["content-type"].startswith("text/html")


def test_an_asset_that_is_only_kept_packed_is_unpacked_for_who_takes_no_gzip(root: Path) -> None:
    (root / "assets" / "large.js").with_suffix(".js.gz").write_bytes(gzip.compress(b"say('large')"))
    client = TestClient(Litestar(HANDLERS, state=State({"static": StaticFiles(root)})))
    for encoding in ("gzip", "identity"):
        answer = client.get("/assets/large.js", headers={"accept-encoding": encoding})
        assert answer.text == "say('large')"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers.get("content-encoding", "identity") == encoding


def test_a_build_under_a_running_server_is_taken_up_with_the_next_page(client: TestClient[Litestar], root: Path) -> None:
    build(root, "second", 2)
    gone = client.get("/assets/first.js")
    assert gone.status_code == 404
    assert "assets/second.js" in client.get("/any/page").text
    assert client.get("/assets/second.js").text == "say('second')"
