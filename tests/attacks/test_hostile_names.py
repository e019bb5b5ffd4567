"""Hostile names at every door that takes one: the API, the SDK, downloads. A name is refused, or it is a name: nothing outside
the folder that was meant is ever made, changed or read (S1, S2)."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

import assay
from assay.client.digests import DigestCache
from assay.client.fetch import VersionPath, fetch
from assay.client.http import Connection
from assay.client.target import Target
from assay.client.transfer import download
from assay.sdk.query.files import File
from assay.testing.servers import RunningServer
from assay.wire.errors import DiskRefused, PublicError
from assay.wire.manifest import Entry
from assay.wire.messages.runs import RunFile
from assay.wire.names import ProjectPath, RunPath
from tests.attacks.names import CLIMBING, hostile_names

CONTENT = b"content of a file"
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
OWN = {
    "metadata.db", "metadata.db-wal", "metadata.db-shm", "metrics", "blobs", "cache", "lock", "server.json", "local.key",
    "bucket.key", "backups", "place.json",
}  # fmt: skip
SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def cage(tmp_path: Path) -> Iterator[Path]:
    """The folder that a test may write to; what lies around it must stay as it is."""
    inside = tmp_path / "around" / "cage"
    inside.mkdir(parents=True)
    (tmp_path / "around" / "x").write_text("canary")
    (tmp_path / "x").write_text("canary")
    before = _around(tmp_path, inside)
    yield inside
    assert _around(tmp_path, inside) == before


def _around(root: Path, inside: Path) -> dict[str, str]:
    found = {}
    for folder, folders, files in os.walk(root):
        if Path(folder) == inside:
            folders.clear()
            continue
        found[folder] = ""
        found |= {f"{folder}/{file}": (Path(folder) / file).read_text() for file in files}
    return found


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _nobody() -> Connection:
    """To a server that does not answer: a bad name is refused before it is asked."""
    return Connection(Target("http://127.0.0.1:9", "key", "test"), timeout_s=0.2, patience_s=0)


@SETTINGS
@given(name=hostile_names())
def test_a_download_of_an_artifact_stays_in_its_folder(cage: Path, name: str) -> None:
    """Whatever a server, or who answers in its place, says that a version contains."""
    version = VersionPath(ProjectPath("e", "p"), "a", "v0")
    entries = {name: Entry(DIGEST, len(CONTENT))}
    with _nobody() as connection, pytest.raises((PublicError, OSError, ValueError)):
        fetch(connection, version, entries, cage, digests=DigestCache(cage / "d"), cache=None)
    assert all(_is_inside(path, cage) for path in cage.rglob("*"))


def test_a_link_that_lies_where_a_download_is_gathered_is_not_followed(
    shared_server: RunningServer, api: httpx.Client, cage: Path, tmp_path: Path
) -> None:
    """In a folder that others may write to, the name of an unfinished download can be foreseen."""
    draft = {"path": "model.pt", "digest": DIGEST, "size": len(CONTENT)}
    (ticket,) = api.post("runs/r1/files", json={"files": [draft]}).json()["tickets"]
    if ticket["upload_url"]:
        octets = {"content-type": "application/octet-stream"}
        httpx.put(shared_server.url + ticket["upload_url"], content=CONTENT, headers=octets).raise_for_status()
    api.post("runs/r1/files", json={"files": [draft], "commit": True}).raise_for_status()
    (listed,) = (file for file in api.get("runs/r1/files").json()["files"] if file["path"] == "model.pt")
    info = msgspec.convert(listed, RunFile)
    partial = cage / f".model.pt.{DIGEST[-12:]}.part"
    partial.symlink_to(tmp_path / "x")
    with Connection(Target(shared_server.url, shared_server.key, "test")) as connection:
        with pytest.raises(DiskRefused, match="symbolic links.*not followed"):
            download(connection, info, cage / "model.pt")
        partial.unlink()
        assert download(connection, info, cage / "model.pt").read_bytes() == CONTENT


@pytest.mark.parametrize("name", CLIMBING)
def test_a_download_of_a_runs_file_stays_in_its_folder(cage: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    monkeypatch.setattr("assay.sdk.query.files.download", lambda _connection, _info, target: written.append(target))
    monkeypatch.setattr(
        "assay.sdk.query.files._find",
        lambda *_: msgspec.convert({"path": name, "digest": DIGEST, "size": 1, "updated_at": 0.0, "url": ""}, RunFile),
    )
    with _nobody() as connection:
        file = File(
            connection,
            RunPath("e", "p", "r"),
            msgspec.convert({"path": name, "digest": DIGEST, "size": 1, "updated_at": 0.0, "url": ""}, RunFile),
        )
        with pytest.raises((PublicError, OSError)):
            file.download(root=cage, replace=True)
    assert all(_is_inside(path, cage) for path in written)


@SETTINGS
@given(name=hostile_names())
def test_an_artifact_takes_a_file_under_a_name_that_stays_in_a_folder_or_not_at_all(cage: Path, name: str) -> None:
    source = cage / "source"
    source.write_bytes(CONTENT)
    artifact = assay.Artifact("a", "dataset")
    for add in (
        lambda: artifact.add_file(str(source), name=name),
        lambda: artifact.new_file(name, mode="wb").__enter__().write(CONTENT),
        lambda: artifact.add_reference("s3://bucket/key", name=name, checksum=False),
        lambda: artifact.add_dir(str(cage), name=name),
    ):
        try:
            add()
        except (PublicError, OSError, ValueError):
            continue
    for path in artifact.manifest.entries:
        assert _is_inside(cage / path, cage), path
        assert Path(path).is_absolute() is False


@SETTINGS
@given(name=hostile_names())
def test_a_run_keeps_its_files_and_media_in_its_own_folder(offline: assay.Run, cage: Path, name: str) -> None:
    """Keys of logged values are any text: none becomes a path as it is."""
    before = {path for path in cage.rglob("*") if not path.is_relative_to(Path(offline.folder.path))}
    try:
        offline.log({name: assay.Html("<p>")})
        offline.save(str(cage / name), base_path=str(cage))
    except (PublicError, OSError, ValueError):
        pass
    after = {path for path in cage.rglob("*") if not path.is_relative_to(Path(offline.folder.path))}
    assert after == before
    for path in Path(offline.folder.path).rglob("*"):
        assert _is_inside(path.parent, Path(offline.folder.path)), path


@pytest.fixture
def offline(cage: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[assay.Run]:
    monkeypatch.chdir(cage)
    run = assay.init(project="names", mode="offline", dir=str(cage), settings=assay.Settings(silent=True))
    yield run
    run.finish(quiet=True)


@pytest.fixture(scope="module")
def api(shared_server: RunningServer) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {shared_server.key}"}
    with httpx.Client(base_url=shared_server.url, headers=headers, timeout=30, verify=False) as client:
        me = client.get("/api/v1/me").json()["username"]
        client.base_url = f"{shared_server.url}/api/v1/projects/{me}/names/"
        client.put("runs/r1", json={"writer": "w"}).raise_for_status()
        yield client


def _files_of(server: RunningServer) -> set[Path]:
    return {path for path in server.data.parent.rglob("*") if not path.is_relative_to(server.data)}


def _requests(api: httpx.Client, name: str) -> Iterator[tuple[str, Any]]:
    """Every write of the API that takes a name for something that a file system could hold."""
    file = {"path": name, "digest": DIGEST, "size": len(CONTENT)}
    yield "file of a run", lambda: api.post("runs/r1/files", json={"files": [file], "commit": True})
    draft = api.post("artifacts/drafts", json={"name": "a", "type": "t"}).json()["id"]
    page = {"add": {name: {"digest": DIGEST, "size": len(CONTENT)}}}
    yield "entry", lambda: api.post(f"artifacts/drafts/{draft}/entries", json=page)
    yield "artifact", lambda: api.post("artifacts/drafts", json={"name": name, "type": "t"})
    yield "type", lambda: api.post("artifacts/drafts", json={"name": "a", "type": name})
    yield "alias", lambda: api.post("artifacts/drafts", json={"name": "a", "type": "t", "aliases": [name]})
    yield "writer", lambda: api.put("runs/r1", json={"writer": name})
    yield "metric", lambda: api.post("runs/r1/batches", json={"writer": "w", "rows": [{"step": 1, "values": {name: 1.0}}]})
    yield "digest", lambda: api.post("runs/r1/files", json={"files": [{**file, "path": "a", "digest": name}]})
    yield "sha", lambda: api.post("runs/r1/files", json={"files": [{**file, "path": "a", "digest": f"sha256:{name}"}]})


@settings(SETTINGS, max_examples=25)
@given(name=hostile_names().filter(lambda name: name.isascii() or name.encode(errors="replace").decode() == name))
def test_the_server_makes_no_path_of_a_name(shared_server: RunningServer, api: httpx.Client, name: str) -> None:
    before = _files_of(shared_server)
    for what, ask in _requests(api, name):
        answer = ask()
        assert answer.status_code < 500, f"{what} {name!r}: {answer.text}"
    for address in ("runs/r1/files/preview", "artifacts/a/versions/v0/file", "artifacts/a/versions/v0/preview"):
        answer = api.get(address, params={"path": name})
        assert answer.status_code < 500, f"{address} {name!r}: {answer.text}"
        assert "root:" not in answer.text
    assert _files_of(shared_server) == before
    assert {path.name for path in shared_server.data.iterdir()} <= OWN


@pytest.mark.parametrize(
    "path",
    ["/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../../etc/passwd",
     "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/assets//etc/passwd", "//etc/passwd", "/assets/..%5c..%5cetc"],
)  # fmt: skip
def test_the_applications_files_lead_nowhere_else(shared_server: RunningServer, path: str) -> None:
    parts = urlsplit(shared_server.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    assert b"root:" not in received
    assert b" 500 " not in received.partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "uri",
    ["file:///etc/passwd", "file://host/share", "s3://b/../../x", "http://127.0.0.1:9/#/../", "$HOME/x", "~/x", "gopher://h/x",
     "javascript:alert(1)", "data:text/html,x", "\\\\h\\s"],
)  # fmt: skip
def test_the_server_never_reads_what_a_reference_points_at(
    shared_server: RunningServer, api: httpx.Client, door: tuple[int, list[str]], uri: str
) -> None:
    port, knocks = door
    for ref in (uri, f"http://127.0.0.1:{port}/secret"):
        draft = api.post("artifacts/drafts", json={"name": "refs", "type": "t"}).json()["id"]
        added = api.post(f"artifacts/drafts/{draft}/entries", json={"add": {"r": {"digest": "", "size": -1, "ref": ref}}})
        if not added.is_success:
            assert added.status_code == 422
            continue
        api.post(f"artifacts/drafts/{draft}/commit", json={})
        version = api.get("artifacts/refs").json()["latest"]["version"]
        for asked in ("file?path=r", "preview?path=r", "files.zip", "entries"):
            answer = api.get(f"artifacts/refs/versions/{version}/{asked}")
            assert answer.status_code < 500, answer.text
            assert b"root:" not in answer.content
    assert knocks == []
