from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assay.client import credentials
from assay.client.places import cache_folder
from assay.client.target import Target, normal_url, resolve
from assay.wire.errors import InvalidRequest

MINE = "http://127.0.0.1:7001"


def leave_server(data: Path, pid: int | None = None, mode: int = 0o600) -> None:
    data.mkdir(parents=True, exist_ok=True)
    path = data / "server.json"
    path.write_text(json.dumps({"url": MINE, "pid": pid or os.getpid(), "key": "local-key"}))
    path.chmod(mode)


def test_without_anything_a_run_is_offline(home: Path) -> None:
    assert resolve() is None


def test_a_server_of_ones_own_on_this_machine_is_found(home: Path) -> None:
    leave_server(home / ".local" / "share" / "assay")
    target = resolve()
    assert target is not None
    assert (target.url, target.key) == (MINE, "local-key")


def test_a_user_without_a_home_folder_is_offline_or_where_the_environment_says(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # no HOME, and no entry among the machine's users
    assert resolve() is None
    assert str(cache_folder()).endswith("/.cache/assay")
    with pytest.raises(OSError):
        cache_folder().mkdir(parents=True)
    monkeypatch.setenv("ASSAY_BASE_URL", MINE)
    target = resolve()
    assert target is not None and (target.url, target.key) == (MINE, "")


def test_a_key_that_came_from_a_file_is_used_without_its_line_break(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_BASE_URL", MINE)
    monkeypatch.setenv("ASSAY_API_KEY", "the-key\n")
    target = resolve()
    assert target is not None and target.key == "the-key"
    other = resolve(api_key=" another\r\n")
    assert other is not None and other.key == "another"


def test_a_dead_server_is_not(home: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    leave_server(home / ".local" / "share" / "assay", pid=child.pid)
    assert resolve() is None


def test_an_address_that_others_may_have_written_is_not_trusted(home: Path) -> None:
    leave_server(home / ".local" / "share" / "assay", mode=0o666)
    assert resolve() is None


def test_each_source_wins_over_the_next(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_server(home / ".local" / "share" / "assay")
    credentials.save(credentials.Credentials().with_key("https://stored.example", "stored-key"))
    assert resolve().url == "https://stored.example"
    (home / ".config" / "assay" / "settings.toml").write_text('base_url = "https://user.example"')
    assert resolve().url == "https://user.example"
    monkeypatch.setenv("ASSAY_BASE_URL", "https://environment.example")
    assert resolve().url == "https://environment.example"
    assert resolve("https://argument.example").url == "https://argument.example"


def test_a_key_is_never_sent_to_another_server_than_its_own(home: Path) -> None:
    leave_server(home / ".local" / "share" / "assay")
    credentials.save(credentials.Credentials().with_key("https://stored.example", "stored-key"))
    assert resolve("https://elsewhere.example").key == ""
    assert resolve("https://stored.example").key == "stored-key"
    assert resolve(MINE).key == "local-key"


def test_a_checkout_cannot_choose_the_server_that_gets_the_data_and_the_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_API_KEY", "own-key")
    Path("assay.toml").write_text('base_url = "https://project.example"')
    assert resolve() is None


def test_what_belongs_to_another_tool_is_never_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "x" * 40)
    monkeypatch.setenv("WANDB_BASE_URL", "https://api.wandb.ai")
    (home / ".netrc").write_text("machine api.wandb.ai login user password " + "x" * 40)
    assert resolve() is None
    assert resolve("https://api.wandb.ai").key == ""


def test_a_key_is_not_shown_by_accident(home: Path) -> None:
    target = resolve(MINE, "secret-key")
    assert "secret-key" not in repr(target)
    assert "stored" not in repr(credentials.Credentials("", {MINE: "stored"}))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost"),
        ("assay.example.org", "https://assay.example.org"),
        ("HTTPS://Assay.Example.org:443/", "https://assay.example.org"),
        ("http://host:80/assay/", "http://host/assay"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_addresses_have_one_spelling(text: str, url: str) -> None:
    assert normal_url(text) == url


@pytest.mark.parametrize("text", ["ftp://host", "http://", "http://host:port", "http://user:pass@host", "http://host/?a=1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        normal_url(text)


def test_credentials_are_for_their_owner_alone_and_survive_odd_keys(home: Path) -> None:
    odd = 'a"b\\c'
    credentials.save(credentials.Credentials().with_key(MINE, odd).with_key("https://b.example", "two"))
    assert credentials.path().stat().st_mode & 0o777 == 0o600
    assert credentials.load().keys == {MINE: odd, "https://b.example": "two"}
    credentials.save(credentials.load().without("https://b.example"))
    assert credentials.load() == credentials.Credentials(MINE, {MINE: odd})


def test_damaged_credentials_say_so(home: Path) -> None:
    credentials.config_folder().mkdir(parents=True)
    credentials.path().write_text("not = toml = at all")
    with pytest.raises(credentials.CredentialsUnusable, match="damaged.*assay login"):
        credentials.load()
    with pytest.raises(credentials.CredentialsUnusable):
        resolve("https://stored.example")
    assert resolve("https://stored.example", "own-key") == Target("https://stored.example", "own-key", "argument")
    credentials.path().unlink()
    credentials.path().mkdir()
    with pytest.raises(credentials.CredentialsUnusable, match="Is a directory.*delete it"):
        credentials.load()


def test_credentials_in_a_folder_that_nobody_may_look_into_are_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(os, "lstat", refuse)
    assert credentials.load() == credentials.Credentials()


def test_finding_a_server_loads_no_http_library() -> None:
    """`init()` asks in the training process."""
    code = "import sys, assay.client.target; print(any(m in sys.modules for m in ('httpx', 'httpcore', 'ssl')))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    assert out.stdout.strip() == "False"
