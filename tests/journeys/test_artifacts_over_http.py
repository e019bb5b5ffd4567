"""Artifacts as a client sends, finds and reads them, against a real server."""

from __future__ import annotations

import hashlib
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import pytest

from assay.testing.servers import RunningServer
from assay.wire import limits
from assay.wire.manifest import Manifest

OCTETS = {"content-type": "application/octet-stream"}


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def blocks_of(data: bytes) -> list[bytes]:
    whole = limits.BLOCK_BYTES
    return [data[at : at + whole] for at in range(0, len(data), whole)] if len(data) > whole else []


class Sender:
    """A client of one project."""

    def __init__(self, server: RunningServer, project: str) -> None:
        self.http = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"}, timeout=120)
        self.entity = self.http.get("/api/v1/me").json()["username"]
        self.home = f"/api/v1/projects/{self.entity}/{project}"
        self.sent_bytes = 0

    def log(self, files: dict[str, bytes], *, packed: bool = True, **asked: Any) -> dict[str, Any]:
        request = {"name": "cats", "type": "dataset", **asked}
        draft = self.http.post(f"{self.home}/artifacts/drafts", json=request).raise_for_status().json()["id"]
        address = f"{self.home}/artifacts/drafts/{draft}"
        add = {
            path: {"digest": digest_of(d), "size": len(d), "blocks": [digest_of(b) for b in blocks_of(d)]}
            for path, d in files.items()
        }
        missing = self.http.post(f"{address}/entries", json={"add": add}).raise_for_status().json()["missing"]
        contents = {digest_of(each): each for data in files.values() for each in blocks_of(data) or [data]}
        self.sent_bytes = sum(len(contents[each["digest"]]) for each in missing)
        if packed and self.sent_bytes < 32 * limits.MIB:
            body = b""
            for each in missing:
                header = msgspec.msgpack.encode([each["digest"], each["size"]])
                body += struct.pack("<I", len(header)) + header + contents[each["digest"]]
            self.http.post(f"{address}/contents", content=body, headers=OCTETS).raise_for_status()
        else:
            for each in missing:
                self.http.put(each["url"], content=contents[each["digest"]], headers=OCTETS).raise_for_status()
        answer = self.http.post(f"{address}/commit", json={}).raise_for_status().json()
        assert isinstance(answer, dict)
        return answer

    def get(self, path: str, /, **query: Any) -> Any:
        return self.http.get(f"{self.home}/artifacts/{path}", params=query).raise_for_status().json()


@pytest.fixture
def sender(shared_server: RunningServer, request: pytest.FixtureRequest) -> Sender:
    return Sender(shared_server, request.node.name.replace("[", "-").rstrip("]")[:100])


def test_a_dataset_goes_up_once_and_comes_back_whole(sender: Sender) -> None:
    big = bytes(range(256)) * (2 * limits.BLOCK_BYTES // 256) + b"the end"
    files = {"train/a.bin": big, "train/b.txt": b"b", "c.csv": b"x,y\n1,2\n"}
    sender.http.put(f"{sender.home}/runs/r1", json={"writer": "w"}).raise_for_status()
    version = sender.log(files, packed=False, run_id="r1", metadata={"rows": 1}, aliases=["best"])
    assert version["version"] == "v0"
    assert version["created_by"]["run_id"] == "r1"
    assert sender.log(files)["version"] == "v0"
    assert sender.sent_bytes == 0
    changed = bytearray(big)
    changed[5] ^= 1
    assert sender.log({**files, "train/a.bin": bytes(changed)})["version"] == "v1"
    assert sender.sent_bytes == limits.BLOCK_BYTES
    answer = sender.http.get(f"{sender.home}/artifacts/cats/versions/best/manifest")
    manifest = msgspec.msgpack.decode(answer.content, type=Manifest)
    assert manifest.digest == version["digest"]
    for path, data in files.items():
        entry = manifest.entries[path]
        digests = [digest for digest, _ in entry.contents]
        asked = sender.http.post(f"{sender.home}/artifacts/cats/versions/v0/contents", json={"digests": digests})
        parts = [httpx.get(sender.http.base_url.join(each["url"])).content for each in asked.json()["contents"]]
        assert b"".join(parts) == data
    listing = sender.get("cats/versions/v0/entries", folder="train")
    url = sender.http.base_url.join(next(each["url"] for each in listing["files"] if each["path"] == "train/a.bin"))
    whole = httpx.get(url)
    assert (whole.content, whole.headers["etag"]) == (big, f'"{digest_of(big)}"')
    first, last = limits.BLOCK_BYTES - 3, limits.BLOCK_BYTES + 3
    part = httpx.get(url, headers={"range": f"bytes={first}-{last}"})
    assert (part.status_code, part.content) == (206, big[first : last + 1])
    direct = sender.http.get(f"{sender.home}/artifacts/cats/versions/v0/file", params={"path": "train/a.bin"})
    assert direct.content == big
    assert direct.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in direct.headers["content-security-policy"]
    preview = sender.get("cats/versions/v0/preview", path="c.csv")
    assert preview["table"]["rows"] == [["1", "2"]]
    comparison = sender.get("cats/versions/v1/compare", **{"with": "v0"})
    assert (comparison["changed_count"], comparison["same_count"]) == (1, 2)
    lineage = sender.get("cats/versions/v0/lineage")
    assert {node["kind"] for node in lineage["nodes"]} == {"run", "version"}
    space = sender.http.get(f"/api/v1/entities/{sender.entity}/space").json()
    assert space["stored"] >= 2 * limits.BLOCK_BYTES


def test_a_signed_address_of_blocks_cannot_be_bent(sender: Sender) -> None:
    big = b"0" * (limits.BLOCK_BYTES + 1)
    sender.log({"a": big, "b": b"secret"}, packed=False)
    url = sender.get("cats/versions/v0/entries")["files"][0]["url"]
    import base64

    payload, signature = url.removeprefix("/blobs/").split(".")
    fields = msgspec.msgpack.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert len(fields) == 8
    for place, other in ((6, "sha256:" + "0" * 64), (7, 1), (1, "entity-999"), (3, 5)):
        changed = list(fields)
        changed[place] = other
        forged = base64.urlsafe_b64encode(msgspec.msgpack.encode(changed)).decode().rstrip("=")
        assert sender.http.get(f"/blobs/{forged}.{signature}").status_code == 403, place


def test_fifty_commits_at_once_get_fifty_numbers(sender: Sender, shared_server: RunningServer) -> None:
    def commit(n: int) -> dict[str, Any]:
        one = Sender(shared_server, sender.home.rpartition("/")[2])
        return one.log({"f": f"content {n % 25}".encode()}, aliases=["newest"])

    sender.log({"f": b"first"})
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(commit, range(50)))
    assert len({answer["version"] for answer in answers}) == 25
    page = sender.get("cats/versions", limit=100)
    assert [version["number"] for version in page["versions"]] == list(range(25, -1, -1))
    aliases = [alias for version in page["versions"] for alias in version.get("aliases", [])]
    assert sorted(aliases) == ["latest", "newest"]


def test_many_processes_fill_one_draft(sender: Sender) -> None:
    request = {"name": "parts", "type": "dataset", "shared_id": "epoch-7"}

    def fill(n: int) -> str:
        draft = sender.http.post(f"{sender.home}/artifacts/drafts", json=request).json()["id"]
        data = f"part {n}".encode()
        page = {"add": {f"part-{n}": {"digest": digest_of(data), "size": len(data)}}}
        for each in sender.http.post(f"{sender.home}/artifacts/drafts/{draft}/entries", json=page).json()["missing"]:
            sender.http.put(each["url"], content=data, headers=OCTETS).raise_for_status()
        return str(draft)

    with ThreadPoolExecutor(8) as pool:
        (draft,) = set(pool.map(fill, range(20)))
    version = sender.http.post(f"{sender.home}/artifacts/drafts/{draft}/commit", json={}).json()
    assert (version["version"], version["file_count"]) == ("v0", 20)


def test_a_file_behind_an_alias_is_the_one_that_the_alias_names_now(shared_server: RunningServer) -> None:
    sender = Sender(shared_server, "moving")
    picture = b"\x89PNG\r\n\x1a\n" + b"first " * 20
    sender.log({"plot.png": picture})
    address = f"{sender.home}/artifacts/cats/versions/latest/file?path=plot.png"
    first = sender.http.get(address)
    assert (first.status_code, first.content) == (200, picture)
    # A browser may keep it, and has to ask whether it is still the one.
    assert first.headers["cache-control"] == "private, no-cache"
    known = {"if-none-match": f'"another", {first.headers["etag"]}'}
    assert (sender.http.get(address, headers=known).status_code, sender.http.get(address, headers=known).content) == (304, b"")
    begun = {"range": "bytes=10-", "if-range": first.headers["etag"]}
    assert (sender.http.get(address, headers=begun).status_code, sender.http.get(address, headers=begun).content) == (
        206,
        picture[10:],
    )

    other = picture.replace(b"first", b"other")
    sender.log({"plot.png": other})
    assert sender.http.get(address, headers=known).content == other
    # The rest of the new picture does not go with the beginning of the old one: all of it comes.
    assert (sender.http.get(address, headers=begun).status_code, sender.http.get(address, headers=begun).content) == (200, other)
