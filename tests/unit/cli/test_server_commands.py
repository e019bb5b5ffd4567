"""`assay server …` on a folder that holds no data: nothing is said about data that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Shell


@pytest.mark.parametrize(
    "command",
    [
        "verify-audit",
        "revoke-all",
        "rotate-secrets",
        "user email ada",
        "team member add vision ada viewer",
        "team bucket show vision",
    ],
)
def test_what_asks_about_data_refuses_a_folder_without_any_and_makes_none(command: str, shell: Shell, tmp_path: Path) -> None:
    mistyped = tmp_path / "mistyped"
    done = shell("server", *command.split(), "--data", str(mistyped))
    assert done.returncode == 2
    assert f"{mistyped} holds no data of a server" in done.stderr
    assert not mistyped.exists()


def test_a_command_that_makes_a_data_folder_says_so_once(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "new"
    first = shell("server", "key", "--data", str(data))
    assert first.stdout.startswith("asy_") and f"{data} held no data of a server" in first.stderr
    assert not shell("server", "user", "add", "ada", "--data", str(data)).stderr
    assert shell("server", "verify-audit", "--data", str(data)).returncode == 0
