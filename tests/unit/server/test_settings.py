"""Settings of the server as people write them: flags, the environment, the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assay.server.bootstrap import listen
from assay.server.settings import Settings, load
from assay.wire.errors import InvalidRequest


def loaded(tmp_path: Path, *, flags: dict[str, Any] | None = None, file: str = "", **environ: str) -> Settings:
    path = tmp_path / "settings.toml"
    path.write_text(file)
    return load(flags or {}, environ, path)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("Tracking.example", ("tracking.example",)),
        ("tracking.example:8443, other", ("tracking.example", "other")),
        ("[fe80::1]:8443,FE80::2", ("[fe80::1]", "[fe80::2]")),
    ],
)
def test_a_name_is_allowed_however_it_was_copied(tmp_path: Path, given: str, names: tuple[str, ...]) -> None:
    assert loaded(tmp_path, ASSAY_SERVER_ALLOW_HOST=given).allow_host == names
    assert loaded(tmp_path, flags={"allow_host": [given]}).allow_host == names
    assert loaded(tmp_path, file=f'[server]\nallow_host = ["{given}"]').allow_host == names


@pytest.mark.parametrize("given", ["https://tracking.example", "*", "*.example", "tracking.example/assay", "a b", "[::1"])
def test_what_no_host_can_be_is_no_name(tmp_path: Path, given: str) -> None:
    with pytest.raises(InvalidRequest, match="allow_host is .*; expected names"):
        loaded(tmp_path, ASSAY_SERVER_ALLOW_HOST=given)


@pytest.mark.parametrize("file", ["[server]\nport = true", "[server]\nthreads = 2.5", "[server]\ntrash_days = 0.5", "server = 5"])
def test_what_is_no_whole_number_is_not_made_one(tmp_path: Path, file: str) -> None:
    with pytest.raises(InvalidRequest, match="expected"):
        loaded(tmp_path, file=file)


def test_a_home_folder_that_nobody_has_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidRequest, match=r"~nobody-of-that-name/x \(from --data\) is in a home folder that nobody here has"):
        loaded(tmp_path, flags={"data": "~nobody-of-that-name/x"})
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as where the user has no entry, in a container
    assert load({"data": str(tmp_path)}, {}).data == tmp_path
    with pytest.raises(InvalidRequest, match="Give another with --data"):
        load({}, {})


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b", "x" * 70 + ".example"])
def test_an_address_that_is_not_this_machines_is_told_at_once_and_not_taken_for_a_port_in_use(host: str) -> None:
    with pytest.raises(InvalidRequest, match=f"Cannot listen on {host}: .*--host"):
        listen(host, 0)
