"""From an artifact whose time is nearly over to the mail that says so: script, server and mail server, each as it is."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assay.testing.servers import RunningServer
from tests.infra.mail_server import MailServer, mail_server

SCRIPT = """
import assay
from datetime import timedelta
with assay.init(project="digits") as run:
    artifact = assay.Artifact("cats", "dataset")
    with artifact.new_file("a.txt") as file:
        file.write("one")
    artifact.ttl = timedelta(days=2)
    run.log_artifact(artifact).wait()
    artifact.aliases = []
    artifact.save()
"""


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def server(tmp_path: Path, post: MailServer) -> Iterator[RunningServer]:
    environment = {
        "ASSAY_SERVER_SMTP": post.address,
        "ASSAY_SERVER_MAIL_FROM": "assay@example.org",
        "ASSAY_SERVER_PUBLIC_URL": "https://assay.example.org/",
    }
    running = RunningServer(tmp_path / "data", environment=environment).start()
    yield running
    running.stop()


def command(server: RunningServer, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "assay", "server", *words, "--data", str(server.data)]
    return subprocess.run(line, env=server.environment, capture_output=True, text=True, check=False)


def test_people_hear_in_time_that_what_they_made_ends(server: RunningServer, post: MailServer, tmp_path: Path) -> None:
    http = httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.key}"})
    assert http.get("/api/v1/capabilities").json()["mail"] is True
    refused = http.put("/api/v1/me/email", json={"email": "ada at example.org"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_name")
    me = http.put("/api/v1/me/email", json={"email": "ada@example.org"}).json()
    assert me["email"] == "ada@example.org"

    environment = {**server.environment, "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key}
    subprocess.run([sys.executable, "-c", SCRIPT], env=environment, cwd=tmp_path, check=True)
    server.stop()
    server.start()  # it looks soon after its start, then every hour
    deadline = time.monotonic() + 60
    while not post.to("ada@example.org") and time.monotonic() < deadline:
        time.sleep(0.1)
    (mail,) = post.to("ada@example.org")
    entity = me["username"]
    assert mail["Subject"].startswith(f"Assay: {entity}/digits/cats:v0 will be deleted on ")
    assert f"https://assay.example.org/{entity}/digits/artifacts/dataset/cats/v0" in mail.get_content()


def test_an_operator_sees_whether_mail_is_set_up(server: RunningServer, post: MailServer) -> None:
    sent = command(server, "mail", "ada@example.org")
    assert (sent.returncode, sent.stdout) == (0, f"{post.address} took a mail for ada@example.org\n")
    assert [mail["Subject"] for mail in post.to("ada@example.org")] == ["Assay: mail works"]
    post.refusals["eve@example.org"] = "550 no such user"
    refused = command(server, "mail", "eve@example.org")
    assert refused.returncode != 0
    assert "takes no mail for eve@example.org: 550 no such user" in refused.stderr

    assert command(server, "user", "add", "bob", "--email", "bob@example.org").returncode == 0
    assert command(server, "user", "email", "bob").stdout == "bob gets mail at bob@example.org\n"
    assert command(server, "user", "email", "bob", "--none").stdout == "bob gets no mail\n"
    shown = command(server, "user", "email", "bob", "b@example.org", "--json")
    assert json.loads(shown.stdout) == {"user": "bob", "email": "b@example.org"}
    assert "name@domain" in command(server, "user", "email", "bob", "nowhere").stderr


def test_mail_that_is_not_set_up_right_is_told_at_the_start(tmp_path: Path) -> None:
    wrong = RunningServer(tmp_path / "data", environment={"ASSAY_SERVER_SMTP": "smtp://127.0.0.1:25"})
    with pytest.raises(AssertionError, match="mail_from"):
        wrong.start()
    unset = command(RunningServer(tmp_path / "other"), "mail", "ada@example.org")
    assert "ASSAY_SERVER_SMTP" in unset.stderr
