"""A server that is killed while artifacts are committed (V3): a version is whole or it is not there, an acknowledged one stays,
and no alias points at nothing."""

from __future__ import annotations

import hashlib
import struct
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec

from assay.server.bootstrap import open_catalog
from assay.server.data_folder import DataFolder
from assay.testing.servers import RunningServer
from assay.wire.manifest import Manifest
from tests.infra.storms import Storm

OCTETS = {"content-type": "application/octet-stream"}


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Logger(threading.Thread):
    """Logs one version after another, each step again until it is answered; remembers what was acknowledged."""

    def __init__(self, server: RunningServer, home: str, name: str) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._home = home
        self._name = name
        self.acked: dict[str, dict[str, bytes]] = {}
        self.failures: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        n = 0
        while not self.stopping.is_set():
            files = {f"f{k}": f"{self._name} {n} {k}".encode() if k else b"the same" for k in range(20)}
            n += 1
            draft = self._ask("drafts", {"name": self._name, "type": "dataset", "aliases": ["best"], "shared_id": f"s{n}"})
            add = {path: {"digest": digest_of(data), "size": len(data)} for path, data in files.items()}
            missing = self._ask(f"drafts/{draft.get('id')}/entries", {"add": add}).get("missing", [])
            contents = {digest_of(data): data for data in files.values()}
            body = b""
            for each in missing:
                header = msgspec.msgpack.encode([each["digest"], each["size"]])
                body += struct.pack("<I", len(header)) + header + contents[each["digest"]]
            self._ask(f"drafts/{draft.get('id')}/contents", body)
            answer = self._ask(f"drafts/{draft.get('id')}/commit", {})
            if "version" in answer:
                self.acked[answer["version"]] = files

    def _ask(self, path: str, body: Any) -> dict[str, Any]:
        while not self.stopping.is_set():
            headers = {"authorization": f"Bearer {self._server.key}"}
            sent = (
                {"content": body, "headers": headers | OCTETS} if isinstance(body, bytes) else {"json": body, "headers": headers}
            )
            try:
                answer = httpx.post(f"{self._server.url}{self._home}/{path}", timeout=20, **sent)
            except httpx.HTTPError:
                time.sleep(0.01)
                continue
            if answer.status_code >= 500:
                time.sleep(0.01)
                continue
            if not answer.is_success:
                self.failures.append(f"{path}: {answer.status_code} {answer.text[:300]}")
                return {}
            return answer.json() if answer.content else {}
        return {}


def test_a_version_is_whole_or_absent_whenever_the_server_is_killed(tmp_path: Path, storm: Storm) -> None:
    kills = storm.times(6, 500)
    server = RunningServer(tmp_path / "data").start()
    me = httpx.get(f"{server.url}/api/v1/me", headers={"authorization": f"Bearer {server.key}"}).json()["username"]
    home = f"/api/v1/projects/{me}/kills/artifacts"
    loggers = [Logger(server, home, name) for name in ("one", "two")]
    for logger in loggers:
        logger.start()
    try:
        for _ in range(kills):
            before = sum(len(logger.acked) for logger in loggers)
            deadline = time.monotonic() + 60
            while sum(len(logger.acked) for logger in loggers) < before + 2 and time.monotonic() < deadline:
                time.sleep(0.005)
            assert sum(len(logger.acked) for logger in loggers) > before, server.output[-2000:]
            time.sleep(storm.dice.random() * 0.05)
            server.kill()
            server.start()
        for logger in loggers:
            logger.stopping.set()
            logger.join()
            assert logger.failures == []
        api = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"}, timeout=60)
        for logger in loggers:
            page = api.get(f"{home}/{logger._name}/versions", params={"limit": 1000}).json()
            numbers = [version["number"] for version in page["versions"]]
            assert sorted(numbers) == list(range(len(numbers)))
            there = {version["version"] for version in page["versions"]}
            assert set(logger.acked) <= there
            assert sorted(alias for version in page["versions"] for alias in version.get("aliases", [])) == ["best", "latest"]
            for version in list(logger.acked)[-3:]:
                answer = api.get(f"{home}/{logger._name}/versions/{version}/manifest")
                manifest = msgspec.msgpack.decode(answer.content, type=Manifest)
                assert set(manifest.entries) == set(logger.acked[version])
                for path, data in logger.acked[version].items():
                    got = api.get(f"{home}/{logger._name}/versions/{version}/file", params={"path": path})
                    assert got.content == data
    finally:
        for logger in loggers:
            logger.stopping.set()
        server.stop()
    with open_catalog(DataFolder(tmp_path / "data")) as catalog:
        assert catalog.artifact_check.verify() == []
        assert catalog.stores.metadata.verify() == []
        assert catalog.stores.blobs.verify() == []
    acked = sum(len(logger.acked) for logger in loggers)
    storm.tell(injected="kill -9 of the server while versions are committed", times=kills, acked=acked, lost=0)
