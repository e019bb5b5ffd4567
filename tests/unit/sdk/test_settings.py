from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

import assay
from assay.sdk import config
from assay.sdk.errors import InvalidSetting
from assay.sdk.settings import SETTINGS, Settings
from assay.wire.errors import InvalidRequest


def test_code_wins_over_environment_over_project_over_user_over_default(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = Path.home() / ".config" / "assay" / "settings.toml"
    user.parent.mkdir(parents=True)
    user.write_text('project = "user"\nentity = "user"\nrun_group = "user"\nrun_notes = "user"\n')
    (alone / "assay.toml").write_text('project = "file"\nentity = "file"\nrun_group = "file"\n')
    monkeypatch.setenv("ASSAY_PROJECT", "env")
    monkeypatch.setenv("ASSAY_ENTITY", "env")
    settings = Settings(project="code")
    sources = settings.sources()
    assert (settings.project, sources["project"]) == ("code", ("code", "code"))
    assert sources["entity"] == ("env", "env ASSAY_ENTITY")
    assert sources["run_group"] == ("file", str(alone / "assay.toml"))
    assert sources["run_notes"] == ("user", str(user))
    assert sources["finish_timeout"] == (30.0, "default")
    assert set(sources) == set(SETTINGS)


def test_wandbs_variables_are_read_where_ours_are_absent_but_never_its_server_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("WANDB_PROJECT", "theirs"),
        ("WANDB_MODE", "dryrun"),
        ("WANDB_API_KEY", "k" * 40),
        ("WANDB_BASE_URL", "http://x"),
    ):
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.project, settings.mode) == ("theirs", "offline")
    assert (settings.api_key, settings.base_url) == ("", "")
    monkeypatch.setenv("ASSAY_PROJECT", "ours")
    assert Settings().project == "ours"


def test_a_cloned_project_cannot_choose_where_the_key_goes(alone: Path) -> None:
    (alone / "assay.toml").write_text('base_url = "http://evil.example"\napi_key = "x"\n')
    assert Settings().base_url == ""
    assert Settings().api_key == ""


def test_wandbs_settings_without_meaning_here_are_accepted_and_listed() -> None:
    settings = Settings(start_method="thread", _disable_stats=True, x_label="node-1", init_timeout=5)
    assert settings.ignored == ["start_method", "init_timeout"]
    assert (settings.monitor_s, settings.label) == (0.0, "node-1")


@pytest.mark.parametrize(
    ("name", "value"), [("finish_timeout", "soon"), ("mode", "x"), ("silent", "perhaps"), ("flush_interval", 0)]
)
def test_a_wrong_value_names_the_setting_its_source_and_what_is_expected(name: str, value: object) -> None:
    with pytest.raises(InvalidSetting, match=f"Setting {name} is .*from code.*Expected"):
        Settings(**{name: value})


def test_a_broken_settings_file_is_named(alone: Path) -> None:
    (alone / "assay.toml").write_text("project = \n")
    with pytest.raises(InvalidSetting, match=r"assay\.toml"):
        Settings()


def test_the_key_is_never_shown() -> None:
    settings = Settings(api_key="s3cret-s3cret")
    assert "s3cret" not in repr(settings) + str(settings.sources())


def test_settings_given_to_setup_hold_for_every_run() -> None:
    assay.setup(assay.Settings(project="base"))
    assert assay.init().project == "base"


@dataclass
class Options:
    lr: float = 0.1
    depth: int = 3


def test_config_is_read_from_whatever_holds_options(alone: Path) -> None:
    (alone / "a.yaml").write_text("lr: 0.1\ndepth: 3\n")
    (alone / "b.yaml").write_text("lr: {desc: rate, value: 0.1}\ndepth: {value: 3}\n")
    (alone / "c.json").write_text(json.dumps({"lr": 0.1, "depth": 3}))

    class Flags:
        def flag_values_dict(self) -> dict[str, object]:
            return {"lr": 0.1, "depth": 3}

    class Model:
        model_fields = ("lr", "depth")

        def model_dump(self, mode: str) -> dict[str, object]:
            return {"lr": 0.1, "depth": 3}

    namespace = argparse.Namespace(lr=0.1, depth=3)
    for source in (
        {"lr": 0.1, "depth": 3},
        [("lr", 0.1), ("depth", 3)],
        Options(),
        namespace,
        Flags(),
        Model(),
        "a.yaml",
        Path("b.yaml"),
        "c.json",
    ):
        assert config.read(source) == {"lr": 0.1, "depth": 3}, source


@pytest.mark.parametrize("source", [3, object(), "missing.yaml", [1, 2]])
def test_what_holds_no_options_is_said_to_hold_none(source: object) -> None:
    with pytest.raises(InvalidRequest, match="config"):
        config.read(source)
