"""`assay settings show` names values and sources, and no secret."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from assay.cli.settings import settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    import os

    for name in list(os.environ):
        if name.startswith(("ASSAY_", "WANDB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    monkeypatch.chdir(tmp_path_factory.mktemp("work"))


def show(*options: str) -> str:
    ended = CliRunner().invoke(settings, ["show", *options])
    assert ended.exit_code == 0, ended.output
    return ended.output


def test_defaults_alone_are_one_line() -> None:
    assert show().startswith("All settings are at their defaults.")


def test_a_value_comes_with_its_source_and_a_key_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_MODE", "offline")
    monkeypatch.setenv("WANDB_PROJECT", "digits")
    monkeypatch.setenv("ASSAY_API_KEY", "asy_" + "x" * 36)
    found = json.loads(show("--json"))
    assert found["mode"] == {"value": "offline", "source": "env ASSAY_MODE"}
    assert found["project"] == {"value": "digits", "source": "env WANDB_PROJECT"}
    assert "xxxx" not in show("--json") and "xxxx" not in show()


def test_all_shows_all() -> None:
    assert "durability" in show("--all") and "(default)" in show("--all")
