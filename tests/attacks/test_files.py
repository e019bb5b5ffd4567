"""Names of files that climb, and signed addresses that were changed (S1, S23)."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import httpx
import msgspec
import pytest

from assay.testing.servers import RunningServer

CONTENT = b"some bytes of a run" * 100
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
OCTETS = {"content-type": "application/octet-stream"}


@pytest.fixture(scope="module")
def run(shared_server: RunningServer) -> str:
    with _api(shared_server) as api:
        me = api.get("/api/v1/me").json()["username"]
        address = f"/api/v1/projects/{me}/files/runs/r1"
        api.put(address, json={"writer": "w"}).raise_for_status()
    return address


def _api(server: RunningServer) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"}, timeout=30)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "C:\\x", "\\\\h\\s", "a/../../b", "a\0b", "a//b", "./a", "..", "CON", "a/nul.txt", "x ", "x.", "\u2025/x",
     "a\u0301", "a\n", "x" * 4096, "a:b", ""],
)  # fmt: skip
def test_a_path_that_could_leave_its_folder_is_refused(shared_server: RunningServer, run: str, name: str) -> None:
    before = _names(shared_server.data.parent)
    with _api(shared_server) as api:
        draft = {"files": [{"path": name, "digest": DIGEST, "size": len(CONTENT)}], "commit": False}
        answer = api.post(f"{run}/files", json=draft)
        listed = [file["path"] for file in api.get(f"{run}/files").json()["files"]]
    if answer.status_code == 200:  # harmless look-alikes are names like any other: never a path on the server
        assert name == "\u2025/x"
    else:
        assert answer.status_code == 422
    assert name not in listed
    assert _names(shared_server.data.parent) == before


def _upload_url(server: RunningServer, run: str, content: bytes) -> str:
    with _api(server) as api:
        return str(api.post(f"{run}/files", json=_draft("a.txt", content)).json()["tickets"][0]["upload_url"])


def _draft(path: str, content: bytes, *, commit: bool = False) -> dict[str, object]:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return {"files": [{"path": path, "digest": digest, "size": len(content)}], "commit": commit}


def test_content_must_be_what_was_announced(shared_server: RunningServer, run: str) -> None:
    url = shared_server.url + _upload_url(shared_server, run, b"announced")
    assert httpx.put(url, content=b"different", headers=OCTETS).status_code == 422
    assert httpx.put(url, content=b"announced and more", headers=OCTETS).status_code == 413
    assert httpx.put(url, content=b"announced", headers=OCTETS).status_code == 204


def test_no_part_of_a_signed_address_can_be_changed(shared_server: RunningServer, run: str) -> None:
    upload = _upload_url(shared_server, run, CONTENT)
    assert httpx.put(shared_server.url + upload, content=CONTENT, headers=OCTETS).status_code == 204
    with _api(shared_server) as api:
        draft = {"files": [{"path": "a.txt", "digest": DIGEST, "size": len(CONTENT)}], "commit": True}
        api.post(f"{run}/files", json=draft).raise_for_status()
        download = next(file["url"] for file in api.get(f"{run}/files").json()["files"] if file["path"] == "a.txt")
    good = httpx.get(shared_server.url + download)
    assert good.content == CONTENT
    assert good.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in good.headers["content-security-policy"]
    payload, signature = download.removeprefix("/blobs/").split(".")
    fields = msgspec.msgpack.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    for place, other in enumerate(["PUT", "run-999", "sha256:" + "0" * 64, 1, 9e12, "evil.html"]):
        changed = list(fields)
        changed[place] = other
        forged = base64.urlsafe_b64encode(msgspec.msgpack.encode(changed)).decode().rstrip("=")
        assert httpx.get(f"{shared_server.url}/blobs/{forged}.{signature}").status_code == 403, place
    for text in (payload, f"{payload}.", f".{signature}", f"{payload}.{signature}=", f"{payload}.{signature[:-2]}AA", "x.y"):
        assert httpx.get(f"{shared_server.url}/blobs/{text}").status_code == 403, text
    # An address for reading does not write, and the other way round.
    assert httpx.put(shared_server.url + download, content=CONTENT, headers=OCTETS).status_code == 403
    assert httpx.get(shared_server.url + upload).status_code == 403


def test_ranges_are_answered_within_the_file_only(shared_server: RunningServer, run: str) -> None:
    content = b"read in parts" * 100
    httpx.put(shared_server.url + _upload_url(shared_server, run, content), content=content, headers=OCTETS).raise_for_status()
    with _api(shared_server) as api:
        api.post(f"{run}/files", json=_draft("parts.txt", content, commit=True)).raise_for_status()
        url = shared_server.url + next(f["url"] for f in api.get(f"{run}/files").json()["files"] if f["path"] == "parts.txt")
    for header, expected in (("bytes=0-4", content[:5]), ("bytes=-3", content[-3:]), ("bytes=10-", content[10:])):
        answer = httpx.get(url, headers={"range": header})
        assert (answer.status_code, answer.content) == (206, expected)
    assert httpx.get(url, headers={"range": "bytes=999999-"}).status_code == 416
    assert httpx.get(url, headers={"range": "bytes=0-1,5-6"}).status_code == 200
    assert httpx.get(url, headers={"range": "bytes=" + "0-," * 5000}).status_code in (200, 400, 431)
