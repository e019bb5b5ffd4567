"""Real object stores for tests, each a process on loopback with a folder of its own: SeaweedFS for S3, Azurite, fake-gcs-server.

None of them is a dependency. They are looked for in `.stores/bin`, where `python tools/stores.py` installs them, in the folders
that `$ASSAY_TEST_STORES` names (separated by `:`), and on PATH."""

from __future__ import annotations

import base64
import contextlib
import email.utils
import hmac
import http.client
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

START_S = 90
KEY_ID, SECRET = "assaytest", "assaytestsecret"
# Azurite's well-known account, the same on every machine.
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@dataclass(frozen=True, slots=True)
class RunningStore:
    endpoint: str
    bucket: str


def program(name: str) -> str:
    """Where the program is. Skips the test that asks if it is nowhere."""
    places = os.environ.get("ASSAY_TEST_STORES", "").split(os.pathsep)
    installed = str(Path(__file__).resolve().parents[2] / ".stores" / "bin")
    path = os.pathsep.join([*filter(None, places), installed, os.environ.get("PATH", "")])
    return shutil.which(name, path=path) or pytest.skip(f"No {name} found: python tools/stores.py installs it")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@contextlib.contextmanager
def seaweed(folder: Path) -> Iterator[RunningStore]:
    """An S3 server with a bucket `assay`, its key pair KEY_ID and SECRET."""
    weed = program("weed")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "s3.json"
    actions = ["Admin", "Read", "List", "Tagging", "Write"]
    identity = {"name": "admin", "credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}], "actions": actions}
    config.write_text(json.dumps({"identities": [identity]}))
    master, volume, filer, s3 = _low_ports(4)
    grpc = _low_ports(4, avoid={master, volume, filer, s3})
    command = [
        weed, "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", f"-master.port={master}",
        f"-volume.port={volume}", "-filer", f"-filer.port={filer}", "-s3", f"-s3.port={s3}", f"-s3.config={config}",
        f"-master.port.grpc={grpc[0]}", f"-volume.port.grpc={grpc[1]}", f"-filer.port.grpc={grpc[2]}", f"-s3.port.grpc={grpc[3]}",
        "-master.telemetry=false", "-volume.max=20", "-master.volumeSizeLimitMB=100",
        # Its catalogs listen on ports of their own, the same for every server, and end it where one is taken.
        "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    endpoint = f"http://127.0.0.1:{s3}"
    with _running(command, folder / "weed.log"):
        _until_answers(endpoint, folder / "weed.log")
        _until_put(endpoint, folder / "weed.log")
        yield RunningStore(endpoint, "assay")


@contextlib.contextmanager
def azurite(folder: Path) -> Iterator[RunningStore]:
    """A blob service with a container `assay`."""
    found = program("azurite-blob")
    folder.mkdir(parents=True, exist_ok=True)
    [port] = free_ports(1)
    command = [
        found, "--silent", "--location", str(folder), "--blobHost", "127.0.0.1", "--blobPort", str(port),
        "--skipApiVersionCheck", "--disableTelemetry",
    ]  # fmt: skip
    endpoint = f"http://127.0.0.1:{port}/{AZURE_ACCOUNT}"
    with _running(command, folder / "azurite.log"):
        _until_answers(f"http://127.0.0.1:{port}", folder / "azurite.log")
        _make_container(endpoint)
        yield RunningStore(endpoint, "assay")


@contextlib.contextmanager
def fake_gcs(folder: Path) -> Iterator[RunningStore]:
    """A GCS server with a bucket `assay`. It checks no keys and has no multipart uploads."""
    found = program("fake-gcs-server")
    (folder / "data" / "assay").mkdir(parents=True, exist_ok=True)
    [port] = free_ports(1)
    command = [
        found, "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "filesystem",
        "-filesystem-root", str(folder / "data"), "-public-host", f"127.0.0.1:{port}",
    ]  # fmt: skip
    endpoint = f"http://127.0.0.1:{port}"
    with _running(command, folder / "gcs.log"):
        _until_answers(f"{endpoint}/storage/v1/b", folder / "gcs.log")
        with _marking_puts(port) as front:
            yield RunningStore(f"http://127.0.0.1:{front}", "assay")


@contextlib.contextmanager
def _marking_puts(behind: int) -> Iterator[int]:
    """A port that passes requests on. The emulator takes a plain PUT of an object only with a signature's name in its address,
    where the cloud takes it with a token, and forgets the ETag of its answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path
            if self.command == "PUT":
                path += ("&" if "?" in path else "?") + "X-Goog-Algorithm=none"
            there = http.client.HTTPConnection("127.0.0.1", behind, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
            there.request(self.command, path, body if "content-length" in self.headers else None, headers)
            answer = there.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "connection", "content-length"}:
                    self.send_header(name, value)
            if self.command == "PUT" and not answer.getheader("ETag"):
                self.send_header("ETag", '"put"')
            length = answer.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(content))
            self.send_header("Content-Length", length)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
            there.close()

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        # Nothing in it is wanted, and a polite stop takes ten seconds. The group, because some are started by a wrapper.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _until_answers(url: str, log: Path) -> None:
    give_up_at = time.monotonic() + START_S
    while time.monotonic() < give_up_at:
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer. It said:\n{log.read_text(errors='replace')[-3000:]}")


def _until_put(endpoint: str, log: Path) -> None:
    """SeaweedFS answers before its volumes are there. The first put of an admin makes the bucket."""
    from obstore.store import S3Store

    give_up_at = time.monotonic() + START_S
    root = S3Store(
        "assay", endpoint=endpoint, access_key_id=KEY_ID, secret_access_key=SECRET, region="us-east-1",
        client_options={"allow_http": True}, retry_config={"max_retries": 0},
    )  # fmt: skip
    while True:
        try:
            root.put("ready", b"1")
            root.delete("ready")
            return
        except Exception as error:
            if time.monotonic() > give_up_at:
                raise AssertionError(f"{error}\n{log.read_text(errors='replace')[-3000:]}") from error
            time.sleep(0.2)


def _make_container(endpoint: str) -> None:
    """Signed with the account's key: signed addresses of obstore are for blobs alone."""
    now = email.utils.formatdate(usegmt=True)
    headers = {"x-ms-date": now, "x-ms-version": "2021-08-06"}
    told = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
    text = "PUT" + "\n" * 12 + told + f"/{AZURE_ACCOUNT}/{AZURE_ACCOUNT}/assay\nrestype:container"
    mac = base64.b64encode(hmac.digest(base64.b64decode(AZURE_KEY), text.encode(), "sha256")).decode()
    headers["Authorization"] = f"SharedKey {AZURE_ACCOUNT}:{mac}"
    request = urllib.request.Request(f"{endpoint}/assay?restype=container", method="PUT", headers=headers)
    try:
        urllib.request.urlopen(request, timeout=10)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read()) from error


def _low_ports(count: int, avoid: set[int] | None = None) -> list[int]:
    """Ports below 50,000: SeaweedFS also takes each plus ten thousand unless told otherwise."""
    found: list[int] = []
    while len(found) < count:
        found += [port for port in free_ports(count) if port < 55_000 and port not in (avoid or set()) and port not in found]
    return found[:count]
