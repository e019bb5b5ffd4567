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
from tests.infra.storms import Storm, die_at

OCTETS = {"content-type": "application/octet-stream"}


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Logger(threading.Thread):
    """Logs one version after another, each step again until it is answered; remembers what was acknowledged."""

    def __init__(self, server: RunningServer, home: str, name: str) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._home = home
        self.artifact = name
        self.acked: dict[str, dict[str, bytes]] = {}
        self.failures: list[str] = []
        self._http = httpx.Client(timeout=20)
        self.stopping = threading.Event()

    def run(self) -> None:
        n = 0
        while not self.stopping.is_set():
            files = {f"f{k}": f"{self.artifact} {n} {k}".encode() if k else b"the same" for k in range(20)}
            n += 1
            draft = self._ask("drafts", {"name": self.artifact, "type": "dataset", "aliases": ["best"], "shared_id": f"s{n}"})
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
                answer = self._http.post(f"{self._server.url}{self._home}/{path}", **sent)
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


POINTS = ("blobs.written", "blobs.named", "unit.ready", "unit.committed")


class Shelf:
    """Two loggers of one server, and the judge of what it kept of their versions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.server = RunningServer(folder).start()
        me = httpx.get(f"{self.server.url}/api/v1/me", headers={"authorization": f"Bearer {self.server.key}"}).json()["username"]
        self._home = f"/api/v1/projects/{me}/kills/artifacts"
        self._loggers = [Logger(self.server, self._home, name) for name in ("one", "two")]

    def __enter__(self) -> Shelf:
        for logger in self._loggers:
            logger.start()
        return self

    def __exit__(self, *_: object) -> None:
        for logger in self._loggers:
            logger.stopping.set()
        self.server.stop()

    @property
    def acked(self) -> int:
        return sum(len(logger.acked) for logger in self._loggers)

    def until_more(self, versions: int) -> None:
        before, deadline = self.acked, time.monotonic() + 120
        while self.acked < before + versions:
            assert time.monotonic() < deadline, self.server.output[-2000:]
            time.sleep(0.005)

    def judge(self) -> None:
        """Every acknowledged version is there, its newest with every byte; numbers have no hole, each alias is in one place."""
        for logger in self._loggers:
            logger.stopping.set()
            logger.join()
            assert logger.failures == []
        api = httpx.Client(base_url=self.server.url, headers={"authorization": f"Bearer {self.server.key}"}, timeout=60)
        for logger in self._loggers:
            home = f"{self._home}/{logger.artifact}/versions"
            versions, cursor = [], ""
            while True:
                page = api.get(home, params={"limit": 1000, "cursor": cursor}).json()
                versions += page["versions"]
                cursor = page.get("next", "")
                if not cursor:
                    break
            numbers = [version["number"] for version in versions]
            assert sorted(numbers) == list(range(len(numbers)))
            assert set(logger.acked) <= {version["version"] for version in versions}
            assert sorted(alias for version in versions for alias in version.get("aliases", [])) == ["best", "latest"]
            for version in list(logger.acked)[-3:]:
                answer = api.get(f"{home}/{version}/manifest")
                manifest = msgspec.msgpack.decode(answer.content, type=Manifest)
                assert set(manifest.entries) == set(logger.acked[version])
                for path, data in logger.acked[version].items():
                    assert api.get(f"{home}/{version}/file", params={"path": path}).content == data
        self.server.stop()
        with open_catalog(DataFolder(self._folder)) as catalog:
            assert catalog.artifact_check.verify() == []
            assert catalog.stores.metadata.verify() == []
            assert catalog.stores.blobs.verify() == []


def test_a_version_is_whole_or_absent_whenever_the_server_is_killed(tmp_path: Path, storm: Storm) -> None:
    kills = storm.times(5, 500)
    with Shelf(tmp_path / "data") as shelf:
        for _ in range(kills):
            shelf.until_more(2)
            time.sleep(storm.dice.random() * 0.05)
            shelf.server.kill()
            shelf.server.start()
        shelf.judge()
    storm.tell(injected="kill -9 of the server while versions are committed", times=kills, acked=shelf.acked, lost=0)


def test_a_version_is_whole_or_absent_wherever_its_commit_ends(tmp_path: Path, storm: Storm) -> None:
    kills = storm.times(len(POINTS), 300)
    with Shelf(tmp_path / "data") as shelf:
        for kill in range(kills):
            point = POINTS[kill % len(POINTS)]
            die_at(shelf.server, point, storm.dice.randrange(*((15, 40) if point.startswith("unit") else (1, 6))))
        shelf.until_more(2)
        shelf.judge()
    storm.tell(injected=f"death of the server at {', '.join(POINTS)}", times=kills, acked=shelf.acked, lost=0)
