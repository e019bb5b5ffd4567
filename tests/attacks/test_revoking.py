"""What an operator does when something was read that should not have been: end all that lets in, sign and seal with other
secrets, on the machine of a server that goes on running (S8, S23)."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assay.client import calls
from assay.client.target import Target
from assay.journal.folder import RunFolder
from assay.journal.frames import Head
from assay.journal.writer import JournalWriter
from assay.server.bootstrap import open_metadata_catalog
from assay.server.domain.accounts import SYSTEM, Ended
from assay.sync.run import RunSync
from assay.testing.servers import RunningServer
from assay.wire.records import File, Finish, Start
from tests.infra.senders import kill_senders

REVOKED_S = 1.0  # what it may take to be true in a server that runs
OCTETS = {"content-type": "application/octet-stream"}


def administer(server: RunningServer, *arguments: str, code: int = 0) -> Any:
    command = [sys.executable, "-m", "assay", "server", *arguments, "--data", str(server.data), "--json"]
    done = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


def client(server: RunningServer, key: str = "") -> httpx.Client:
    headers = {"authorization": f"Bearer {key}"} if key else {"origin": server.url}
    return httpx.Client(base_url=server.url, headers=headers, timeout=30, verify=False)


def status_within(seconds: float, status: int, ask: Callable[[], httpx.Response]) -> None:
    deadline = time.monotonic() + seconds
    while (found := ask().status_code) != status:
        assert time.monotonic() < deadline, f"still {found}, {seconds} s later"
        time.sleep(0.02)


def token(server: RunningServer, user: str) -> str:
    return str(administer(server, "link", "--user", user)["link"]).rpartition("#link=")[2]


def sign_in(browser: httpx.Client, link: str) -> httpx.Response:
    return browser.post("/api/v1/session/link", json={"token": link})


def test_everything_that_lets_in_ends_within_a_second_while_the_server_runs(server: RunningServer) -> None:
    administer(server, "user", "add", "ada")
    keys = [administer(server, "key", "--user", "ada")["key"] for _ in range(2)]
    unused = token(server, "ada")
    with client(server) as browser, client(server, keys[0]) as script, client(server, server.key) as own:
        assert sign_in(browser, token(server, "ada")).status_code == 200
        for ask in (lambda: browser.get("/api/v1/me"), lambda: script.get("/api/v1/me"), lambda: own.get("/api/v1/me")):
            assert ask().status_code == 200
        with open_metadata_catalog(server.data) as catalog:
            # Ada's session, two keys and the server's own, her three links less the one used, and the one printed at the start.
            assert catalog.accounts.revoke_all(SYSTEM) == Ended(sessions=1, keys=3, links=3)
        ended_at = time.monotonic()
        for ask in (lambda: browser.get("/api/v1/me"), lambda: script.get("/api/v1/me"), lambda: own.get("/api/v1/me")):
            status_within(REVOKED_S - (time.monotonic() - ended_at), 401, ask)
        assert sign_in(browser, unused).status_code == 401
        assert sign_in(browser, server.link.rpartition("#link=")[2]).status_code == 401


def test_the_command_counts_tells_the_log_and_leaves_this_users_programs_a_new_key(server: RunningServer) -> None:
    administer(server, "user", "add", "ada")
    assert administer(server, "revoke-all", "--user", "ada") == {
        "user": "ada", "sessions": 0, "keys": 0, "links": 1, "own_key_renewed": False,
    }  # fmt: skip
    with client(server, server.key) as own:
        assert own.get("/api/v1/me").status_code == 200, "another's revocation is not ours"
        assert "There is no user 'nobody'" in administer(server, "revoke-all", "--user", "nobody", code=5)
        done = administer(server, "revoke-all")
        assert (done["user"], done["keys"], done["own_key_renewed"]) == (None, 1, True)
        status_within(REVOKED_S, 401, lambda: own.get("/api/v1/me"))
    note = json.loads((server.data / "server.json").read_text())
    assert note["url"] == server.url and note["key"] != server.key
    assert (server.data / "server.json").stat().st_mode & 0o777 == 0o600
    assert (server.data / "local.key").read_text() == note["key"]
    with client(server, note["key"]) as own:
        lines = own.get("/api/v1/audit").json()["lines"]
    told = [(line["subject"], line["data"]) for line in lines if line["action"] == "user:revoke_all"]
    assert [subject for subject, _ in told] == ["ada", "everybody"]
    assert told[1][1] == {"sessions": 0, "keys": 1, "links": done["links"]}
    server.stop()
    server.start()
    assert server.key == note["key"], "the next start keeps the new one"


def test_a_live_stream_ends_with_its_sign_in_although_there_is_news_all_the_time(server: RunningServer) -> None:
    administer(server, "user", "add", "ada")
    key = administer(server, "key", "--user", "ada")["key"]
    with client(server, server.key) as own, client(server, key) as ada:
        run = "/api/v1/projects/ada/p/runs/r"
        assert own.put(run, json={"writer": "w"}).is_success
        is_over = threading.Event()

        def news() -> None:
            for step in range(1_000_000):
                if is_over.wait(0.05):
                    return
                own.post(
                    f"{run}/batches", json={"writer": "w", "first_seq": step, "rows": [{"step": step, "values": {"x": 1.0}}]}
                )

        with ada.stream("GET", "/api/v1/live") as stream:
            lines = stream.iter_lines()
            thread = threading.Thread(target=news)
            thread.start()
            try:
                next(line for line in lines if line.startswith('data: {"'))
                with open_metadata_catalog(server.data) as catalog:
                    catalog.accounts.revoke_all(SYSTEM, "ada")
                ended_at = time.monotonic()
                for _ in lines:
                    assert time.monotonic() - ended_at < REVOKED_S + 1, "hints go on coming"
            finally:
                is_over.set()
                thread.join()


SCRIPT = """
import sys, assay
run = assay.init(project="p", id="r1", settings=assay.Settings(silent=True))
for step in range(200):
    run.log({"loss": step})
    if step == 20:
        print("ready", flush=True)
        sys.stdin.readline()
run.finish()
"""


@contextmanager
def killed_senders(folder: Path) -> Iterator[None]:
    """Afterwards none is left that would go on calling a server which is gone."""
    try:
        yield
    finally:
        kill_senders(folder)


def test_a_script_on_the_servers_machine_loses_nothing(server: RunningServer, tmp_path: Path) -> None:
    environment = {**server.environment, "ASSAY_DATA": str(server.data), "HOME": str(tmp_path), "ASSAY_FINISH_TIMEOUT": "60"}
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with script:
        assert script.stdout is not None and script.stdout.readline() == b"ready\n"
        administer(server, "revoke-all")
        time.sleep(REVOKED_S)
        script.communicate(b"\n", timeout=120)
    assert script.returncode == 0
    with (
        killed_senders(tmp_path / ".assay" / "r1"),
        client(server, json.loads((server.data / "server.json").read_text())["key"]) as own,
    ):
        me = own.get("/api/v1/me").json()["default_entity"]
        deadline = time.monotonic() + 60  # its sender looks for another key now and then, also when the script has ended
        while (run := own.get(f"/api/v1/projects/{me}/p/runs/r1").raise_for_status().json())["state"] != "finished":
            assert time.monotonic() < deadline, run["last_step"]
            time.sleep(0.2)
    assert run["last_step"] == 199


# Other secrets


def test_addresses_that_were_given_out_stop_working_within_a_second_and_new_ones_work(server: RunningServer) -> None:
    content = b"what nobody else may read"
    draft = {"path": "a.txt", "digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}
    with client(server, server.key) as own, client(server) as anybody:
        run = f"/api/v1/projects/{own.get('/api/v1/me').json()['default_entity']}/p/runs/r"
        own.put(run, json={"writer": "w"}).raise_for_status()
        (ticket,) = own.post(f"{run}/files", json={"files": [draft]}).json()["tickets"]
        assert anybody.put(ticket["upload_url"], content=content, headers=OCTETS).status_code == 204
        own.post(f"{run}/files", json={"files": [draft], "commit": True}).raise_for_status()
        (file,) = own.get(f"{run}/files").json()["files"]
        assert anybody.get(file["url"]).content == content
        with open_metadata_catalog(server.data) as catalog:
            catalog.rotation.rotate(SYSTEM)
        rotated_at = time.monotonic()
        status_within(REVOKED_S, 403, lambda: anybody.get(file["url"]))
        left_s = REVOKED_S - (time.monotonic() - rotated_at)
        status_within(left_s, 403, lambda: anybody.put(ticket["upload_url"], content=content, headers=OCTETS))
        (again,) = own.get(f"{run}/files").json()["files"]
        assert again["url"] != file["url"]
        assert anybody.get(again["url"]).content == content
        assert administer(server, "rotate-secrets") == {"sealed": 0, "unreadable": []}
        status_within(REVOKED_S, 403, lambda: anybody.get(again["url"]))
        assert [line["action"] for line in own.get("/api/v1/audit").json()["lines"]].count("secrets:rotate") == 2


@pytest.mark.parametrize("size", [100, 9 << 20], ids=["in a bundle", "alone"])
def test_a_file_whose_address_ends_before_it_is_sent_gets_another(
    shared_server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    asked: list[bool] = []
    draft_files = calls.draft_files

    def rotating(*arguments: Any, **more: Any) -> Any:
        answer = draft_files(*arguments, **more)
        asked.append(True)
        if len(asked) == 1:
            with open_metadata_catalog(shared_server.data) as catalog:
                catalog.rotation.rotate(SYSTEM)
            time.sleep(REVOKED_S)
        return answer

    monkeypatch.setattr(calls, "draft_files", rotating)
    folder = RunFolder(tmp_path / ".assay" / f"run{size}")
    folder.create()
    (tmp_path / "model.bin").write_bytes(bytes(size))
    writer = JournalWriter.create(folder.journal_path("w0000001"), Head("w0000001", folder.run_id, "", "digits"))
    writer.append(Start("", "digits", folder.run_id, "w0000001", {}))
    writer.append(File("model.bin", "now", str(tmp_path / "model.bin")))
    writer.append(Finish("finished", 0, 1.0))
    writer.close()
    sync = RunSync(folder, lambda: Target(shared_server.url, shared_server.key, "test"), files_root=tmp_path)
    deadline = time.monotonic() + 60
    while not sync.is_complete:
        assert time.monotonic() < deadline, sync.status
        time.sleep(min(0.1, sync.tick()))
    sync.close()
    assert sync.contents.refused == {}
    assert len(asked) >= 3
    with client(shared_server, shared_server.key) as own:
        me = own.get("/api/v1/me").json()["default_entity"]
        listed = own.get(f"/api/v1/projects/{me}/digits/runs/run{size}/files").json()["files"]
        assert [file["size"] for file in listed if file["path"] == "model.bin"] == [size]
