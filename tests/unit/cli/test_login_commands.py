from __future__ import annotations

import json
import os
import pty
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.infra.recording_server import RecordingServer


def credentials(shell) -> Path:
    return shell.home / ".config" / "assay" / "credentials"


def test_a_good_key_is_kept_for_its_owner_alone_and_used_from_then_on(shell, recording: RecordingServer) -> None:
    done = shell("login", recording.url, "--key-stdin", stdin=recording.key + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "as ada" in done.stdout
    assert recording.key not in done.stdout
    assert credentials(shell).stat().st_mode & 0o777 == 0o600
    status = shell.json("status")
    assert (status["url"], status["username"], status["error"]) == (recording.url, "ada", "")


def test_a_key_in_the_environment_is_kept_and_one_that_is_piped_in_wins(shell, recording: RecordingServer) -> None:
    shell.environment["ASSAY_API_KEY"] = recording.key
    done = shell("login", recording.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert "$ASSAY_API_KEY" in done.stdout
    assert recording.key in credentials(shell).read_text()
    shell.environment["ASSAY_API_KEY"] = "stale"
    done = shell("login", recording.url)
    assert done.returncode == 3
    assert "Unset the variable" in done.stderr
    assert shell("login", recording.url, "--key-stdin", stdin=recording.key).returncode == 0


def test_a_key_is_asked_for_on_a_terminal_and_not_shown(shell, recording: RecordingServer) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "assay", "login", recording.url]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=shell.environment, cwd=shell.work,
                          start_new_session=True) as asking:  # fmt: skip
        os.close(theirs)
        shown = read_until(ours, b"Key for ")
        os.write(ours, recording.key.encode() + b"\n")
        shown += read_until(ours, b"Signed in")
        assert asking.wait(30) == 0
    os.close(ours)
    assert recording.key.encode() not in shown
    assert recording.key in credentials(shell).read_text()


def read_until(terminal: int, expected: bytes) -> bytes:
    shown = b""
    deadline = time.monotonic() + 60
    while expected not in shown:
        assert time.monotonic() < deadline, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096)
    return shown


KEY = "asy_" + "c" * 36


@pytest.mark.parametrize(
    "arguments",
    [
        ("--key", KEY), (f"--key={KEY}",), ("--key", "of-another-kind"), ("--api-key", KEY), ("--key", "-"), (KEY,), ("URL", KEY),
        ("URL", "of-another-kind"), (f"http://me:{KEY}@localhost",), ("--json", "URL", f"x{KEY}x"),
    ],
)  # fmt: skip
def test_a_key_on_the_command_line_is_refused_and_not_said_again(shell, recording: RecordingServer, arguments) -> None:
    done = shell("login", *(recording.url if argument == "URL" else argument for argument in arguments))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--key-stdin" in done.stderr
    assert "$ASSAY_API_KEY" in done.stderr
    assert "ccc" not in done.stdout + done.stderr
    assert "of-another-kind" not in done.stdout + done.stderr
    assert recording.requests == []
    assert not credentials(shell).exists()


def test_a_wrong_key_is_refused_in_one_line_and_not_kept(shell, recording: RecordingServer) -> None:
    done = shell("login", recording.url, "--key-stdin", stdin="wrong")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "not known" in done.stderr
    assert not credentials(shell).exists()


def test_what_is_no_key_at_all_is_told_before_anything_is_sent(shell, recording: RecordingServer) -> None:
    done = shell("login", recording.url, "--key-stdin", stdin="\n")
    assert done.returncode == 2
    assert "standard input" in done.stderr
    assert recording.requests == []


def test_an_address_where_nobody_answers_says_so(shell) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = shell("login", url, "--key-stdin", stdin="k" * 40)
    assert done.returncode == 7
    assert url in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_another_program_at_the_address_is_told_apart(shell, recording: RecordingServer) -> None:
    recording.before = lambda *_: (200, {"Content-Type": "text/html"}, b"<html>a wiki</html>")
    done = shell("login", recording.url, "--key-stdin", stdin="k" * 40)
    assert done.returncode == 7
    assert "does not answer as an Assay server does" in done.stderr


def test_what_is_no_address_is_said_before_anything_is_sent(shell) -> None:
    done = shell("login", "ftp://somewhere", "--key-stdin", stdin="k")
    assert done.returncode == 2
    assert "ftp://somewhere" in done.stderr


def test_without_a_terminal_a_key_is_never_waited_for(shell, recording: RecordingServer) -> None:
    done = shell("login", recording.url)
    assert done.returncode == 2
    assert "--key-stdin" in done.stderr


def test_logout_forgets_the_key(shell, recording: RecordingServer) -> None:
    shell("login", recording.url, "--key-stdin", stdin=recording.key)
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


def test_credentials_that_cannot_be_read_are_named_by_every_command(shell, recording: RecordingServer, record) -> None:
    record("r1")
    credentials(shell).parent.mkdir(parents=True)
    credentials(shell).write_text("not = toml = at all")
    for words in (["login", recording.url, "--key-stdin"], ["login"], ["logout"], ["status"], ["sync", ".assay"], ["run", "ls"]):
        done = shell(*words, stdin=recording.key)
        assert done.returncode == 2, words
        assert str(credentials(shell)) in done.stderr and "assay login" in done.stderr
    assert "No server is set" not in shell("status").stdout
    assert not recording.requests


def test_status_of_a_server_that_refuses_the_key_ends_with_its_code(shell, recording: RecordingServer) -> None:
    shell("login", recording.url, "--key-stdin", stdin=recording.key)
    recording.key = "another"
    done = shell("status", "--json")
    assert done.returncode == 3
    assert "not known" in json.loads(done.stdout)["error"]


def test_a_server_that_does_not_answer_is_told_with_what_to_do(shell) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        shell.environment |= {"ASSAY_BASE_URL": url, "ASSAY_API_KEY": "asy_" + "x" * 36}
        for done in (shell("status"), shell("login", url)):
            assert done.returncode == 7
            assert f"Cannot reach {url}" in done.stderr
            assert done.stderr.endswith("See that the server runs at this address, or use another: assay login URL\n")
