from __future__ import annotations

import json
import socket
from pathlib import Path

from tests.infra.recording_server import RecordingServer


def credentials(shell) -> Path:
    return shell.home / ".config" / "assay" / "credentials"


def test_a_good_key_is_kept_for_its_owner_alone_and_used_from_then_on(shell, recording: RecordingServer) -> None:
    done = shell("login", recording.url, "--key", "-", stdin=recording.key + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "as ada" in done.stdout
    assert recording.key not in done.stdout
    assert credentials(shell).stat().st_mode & 0o777 == 0o600
    status = shell.json("status")
    assert (status["url"], status["username"], status["error"]) == (recording.url, "ada", "")


def test_a_wrong_key_is_refused_in_one_line_and_not_kept(shell, recording: RecordingServer) -> None:
    done = shell("login", recording.url, "--key", "wrong")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "not known" in done.stderr
    assert not credentials(shell).exists()


def test_an_address_where_nobody_answers_says_so(shell) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = shell("login", url, "--key", "k" * 40)
    assert done.returncode == 7
    assert url in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_another_program_at_the_address_is_told_apart(shell, recording: RecordingServer) -> None:
    recording.before = lambda *_: (200, {"Content-Type": "text/html"}, b"<html>a wiki</html>")
    done = shell("login", recording.url, "--key", "k" * 40)
    assert done.returncode == 7
    assert "does not answer as an Assay server does" in done.stderr


def test_what_is_no_address_is_said_before_anything_is_sent(shell) -> None:
    done = shell("login", "ftp://somewhere", "--key", "k")
    assert done.returncode == 2
    assert "ftp://somewhere" in done.stderr


def test_without_a_terminal_a_key_is_never_waited_for(shell, recording: RecordingServer) -> None:
    done = shell("login", recording.url)
    assert done.returncode == 2
    assert "--key -" in done.stderr


def test_logout_forgets_the_key(shell, recording: RecordingServer) -> None:
    shell("login", recording.url, "--key", recording.key)
    assert shell("logout").returncode == 0
    assert recording.key not in credentials(shell).read_text()
    assert "no key" in shell("logout", recording.url).stdout


def test_status_without_a_server_says_what_to_do(shell) -> None:
    done = shell("status")
    assert done.returncode == 0
    assert "assay login" in done.stdout


def test_status_lists_what_waits_here(shell, record) -> None:
    record("r1", rows=3)
    assert shell.json("status")["waiting"] == [{"run": "r1", "path": ".assay/r1", "records": 6}]


def test_status_of_a_server_that_refuses_the_key_ends_with_its_code(shell, recording: RecordingServer) -> None:
    shell("login", recording.url, "--key", recording.key)
    recording.key = "another"
    done = shell("status", "--json")
    assert done.returncode == 3
    assert "not known" in json.loads(done.stdout)["error"]
