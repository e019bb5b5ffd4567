"""Every setting of the SDK with its source. In this order: code, environment, the project's `assay.toml`, the user's
`settings.toml`, the default.

`WANDB_*` variables are read where `ASSAY_*` ones are absent, but never `WANDB_API_KEY` and `WANDB_BASE_URL`: they belong to
another server. Which server a run goes to is resolved by `client.target`, in an order of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.client.places import home
from assay.sdk.errors import InvalidSetting, UnknownSetting


@dataclass(frozen=True, slots=True)
class Setting:
    """`parse` turns text or a value into the setting's type, or raises ValueError with the form expected."""

    name: str
    default: Any
    parse: Callable[[Any], Any]
    sentence: str
    wandb: tuple[str, ...] = ()
    is_in_files: bool = True

    @property
    def variable(self) -> str:
        return f"ASSAY_{self.name.upper()}"


def _text(value: Any) -> str:
    return str(value)


def _folder(value: Any) -> str:
    text = os.fspath(value) if isinstance(value, os.PathLike) else str(value)
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise ValueError("the path of a folder") from None
    if "\0" in text:
        raise ValueError("the path of a folder")
    return str(text)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    lowered = str(value).strip().lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"", "0", "false", "no", "off", "none"}:
        return False
    raise ValueError("true or false")


def _seconds(low: float, high: float) -> Callable[[Any], float]:
    def parse(value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not low <= number <= high:
            raise ValueError(f"seconds between {low:g} and {high:g}")
        return number

    return parse


def _words(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else list(value or ())
    return [str(part).strip() for part in parts if str(part).strip()]


def _choice(*words: str, **synonyms: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        word = str(value).strip().lower()
        word = synonyms.get(word, word)
        if word not in words:
            raise ValueError("one of " + ", ".join(w for w in words if w))
        return word

    return parse


def _reinit(value: Any) -> str:
    if isinstance(value, bool):
        return "finish_previous" if value else "default"
    return _choice(
        "default", "return_previous", "finish_previous", "create_new", true="finish_previous", false="return_previous"
    )(value)


def _resume(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "auto" if value else ""
    return _choice("", "allow", "must", "never", "auto", true="auto", false="")(value)


SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting("entity", "", _text, "Whose project the run goes to; empty: your own.", ("WANDB_ENTITY",)),
        Setting("project", "", _text, "The project; empty: the name of the git repository's folder.", ("WANDB_PROJECT",)),
        Setting(
            "mode",
            "online",
            _choice("online", "offline", "disabled", "shared", dryrun="offline", run="online"),
            "online, offline (keep the journal, send it later with assay sync), disabled (do nothing), shared (several writers).",
            ("WANDB_MODE",),
        ),
        Setting("dir", "", _folder, "The folder in which `.assay` is made; empty: the working folder.", ("WANDB_DIR",)),
        Setting(
            "fallback_dir",
            "",
            _folder,
            "Where a run goes on when `dir` cannot be written; empty: a folder of yours in the temp folder.",
        ),
        Setting("run_id", "", _text, "The run's id; empty: a new one.", ("WANDB_RUN_ID",)),
        Setting("run_name", "", _text, "The run's display name; empty: two words and a number.", ("WANDB_NAME",)),
        Setting("run_notes", "", _text, "Notes of the run.", ("WANDB_NOTES",)),
        Setting("run_tags", [], _words, "Tags of the run, separated by commas.", ("WANDB_TAGS",)),
        Setting("run_group", "", _text, "The group of the run.", ("WANDB_RUN_GROUP",)),
        Setting("run_job_type", "", _text, "The job type of the run.", ("WANDB_JOB_TYPE",)),
        Setting("resume", "", _resume, "allow, must, never or auto.", ("WANDB_RESUME",)),
        Setting(
            "reinit",
            "default",
            _reinit,
            "What a second init() does: return_previous, finish_previous, create_new.",
            ("WANDB_REINIT",),
        ),
        Setting(
            "distributed", "", _choice("", "rank0", "all", "shared"), "What ranks of a distributed job do: rank0, all, shared."
        ),
        Setting(
            "label",
            "",
            _text,
            "Name of this writer in console and system metrics; empty: its rank, if it has one.",
            ("WANDB_X_LABEL",),
        ),
        Setting(
            "durability",
            "interval",
            _choice("interval", "row"),
            "interval: fsync once a second; row: before every log() returns.",
        ),
        Setting("flush_interval", 1.0, _seconds(0.05, 60), "Seconds between two fsyncs: the most a power cut can cost."),
        Setting("finish_timeout", 30.0, _seconds(0, 86_400), "Seconds finish() waits at most until the server has everything."),
        Setting(
            "console",
            "wrap",
            _choice("wrap", "redirect", "off", auto="wrap", wrap_raw="wrap", wrap_emu="wrap"),
            "wrap (Python's output), redirect (also of libraries and subprocesses), off.",
            ("WANDB_CONSOLE",),
        ),
        Setting("monitor_s", 10.0, _seconds(0, 60), "Seconds between two samples of system metrics; 0: none."),
        Setting("disable_git", False, _flag, "Do not look at the git repository.", ("WANDB_DISABLE_GIT",)),
        Setting(
            "disable_code",
            False,
            _flag,
            "Keep no code: no patch of uncommitted changes, no script, no notebook cells.",
            ("WANDB_DISABLE_CODE",),
        ),
        Setting(
            "save_code",
            False,
            _flag,
            "Keep the main script, or the cells of a notebook, with the run. The server can force or forbid it.",
            ("WANDB_SAVE_CODE",),
        ),
        Setting(
            "on_stop",
            "raise",
            _choice("raise", "flag"),
            "When a stop is asked for on the run's page: raise KeyboardInterrupt in the script, or only set should_stop().",
        ),
        Setting("capture_environment", True, _flag, "Record Python, packages, hardware and the command line."),
        Setting(
            "env_variables", [], _words, "Names of environment variables to record besides the usual ones; `*` at an end matches."
        ),
        Setting("redact", True, _flag, "Mask secrets in config, console, environment and command line."),
        Setting("silent", False, _flag, "Print nothing.", ("WANDB_SILENT",)),
        Setting("quiet", False, _flag, "Print warnings alone.", ("WANDB_QUIET",)),
        Setting("program", "", _text, "The script's name as it is shown; empty: sys.argv[0].", ("WANDB_PROGRAM",)),
        Setting("host", "", _text, "The machine's name as it is shown; empty: its own.", ("WANDB_HOST",)),
        Setting("ignore_globs", [], _words, "Files never uploaded, as patterns of their paths.", ("WANDB_IGNORE_GLOBS",)),
        Setting("allow_val_change", False, _flag, "Config entries may be changed.", ()),
        Setting("base_url", "", _text, "Address of the server.", (), is_in_files=False),
        Setting("api_key", "", _text, "Key for the server. Better: assay login, or ASSAY_API_KEY.", (), is_in_files=False),
    )
}

# Names in W&B's Settings that mean the same here.
_ALIASES = {
    "x_label": "label",
    "_disable_stats": "x_disable_stats",
    "x_stats_sampling_interval": "monitor_s",
    "_stats_sample_rate_seconds": "monitor_s",
    "root_dir": "dir",
    "run_job": "run_job_type",
}
# W&B's settings that have nothing to act on here: accepted, so that a script that sets them runs, and listed in `ignored`.
_WITHOUT_EFFECT = frozenset(
    """
    start_method init_timeout show_info show_warnings show_errors symlink strict sagemaker_disable label_disable
    disable_job_creation job_name job_source login_timeout anonymous force problem summary_timeout summary_warnings
    table_raise_on_max_row_limit_exceeded sync_tensorboard monitor_gym config_paths app_url organization
    credentials_file identity_token_file disable_hints colab_url git_remote git_remote_url git_commit git_root code_dir
    max_end_of_run_history_metrics max_end_of_run_summary_metrics run_notes_file console_multipart
    console_chunk_max_bytes console_chunk_max_seconds http_proxy https_proxy insecure_disable_ssl fork_from resume_from
    reinit_policy save_requirements allow_offline_artifacts email username deployment relogin heartbeat_seconds launch
    launch_config_path notebook_name quiet_errors sweep_id sweep_param_path viewer sync_file sync_dir
    """.split()  # noqa: SIM905
)


class Settings:
    """What `init(settings=…)` takes: `Settings(silent=True, console="off")`. Reading an attribute gives the effective value.

    Raises UnknownSetting and InvalidSetting when it is made."""

    def __init__(self, **given: Any) -> None:
        self._values: dict[str, Any] = {}
        self._sources: dict[str, str] = {}
        self.ignored: list[str] = []
        self._code: dict[str, Any] = {}
        self._set_code(given)
        self._resolve()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in {"_values", "_code", "_sources"}:
            raise AttributeError(name)
        if name in self._values:
            return self._values[name]
        raise AttributeError(f"There is no setting {name!r}.{_hint(name)}")

    def __repr__(self) -> str:
        set_ = {name: value for name, value in self._values.items() if self._sources[name] != "default" and name != "api_key"}
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in set_.items())})"

    def update(self, other: Settings | Mapping[str, Any] | None) -> None:
        """Take over what `other` was given in code."""
        if other is not None:
            self._set_code(other._code if isinstance(other, Settings) else other)
            self._resolve()

    def copy(self) -> Settings:
        return Settings(**self._code)

    def sources(self) -> dict[str, tuple[Any, str]]:
        """Every setting's value and where it comes from: `code`, `env NAME`, a file's path or `default`."""
        return {
            name: ("•••" if name == "api_key" and value else value, self._sources[name]) for name, value in self._values.items()
        }

    def _set_code(self, given: Mapping[str, Any]) -> None:
        for name, value in given.items():
            name = _ALIASES.get(name, name)
            if name == "x_disable_stats":
                if _flag(value):
                    self._code["monitor_s"] = 0.0
            elif name in SETTINGS:
                if value is not None:
                    self._code[name] = _parsed(SETTINGS[name], value, "code")
            elif name in _WITHOUT_EFFECT or name.startswith(("x_", "_")):
                self.ignored.append(name)
            else:
                raise UnknownSetting(name=name, hint=_hint(name))

    def _resolve(self) -> None:
        files = [(path, _read_toml(path)) for path in _files()]
        for name, setting in SETTINGS.items():
            value, source = self._find(setting, files)
            self._values[name] = setting.parse(value) if source == "default" else _parsed(setting, value, source)
            self._sources[name] = source

    def _find(self, setting: Setting, files: list[tuple[Path, Mapping[str, Any]]]) -> tuple[Any, str]:
        if setting.name in self._code:
            return self._code[setting.name], "code"
        for variable in (setting.variable, *setting.wandb):
            if (value := os.environ.get(variable)) is not None and (value or setting.default == ""):
                return value, f"env {variable}"
        if setting.is_in_files:
            for path, entries in files:
                if setting.name in entries:
                    return entries[setting.name], str(path)
        return setting.default, "default"


def _parsed(setting: Setting, value: Any, source: str) -> Any:
    try:
        return setting.parse(value)
    except (ValueError, TypeError) as error:
        raise InvalidSetting(name=setting.name, value=value, source=source, expected=error) from error


def _hint(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, SETTINGS, 1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _files() -> list[Path]:
    """The project's file, then the user's. The project's is looked for from the working folder up to the repository's root."""
    found: list[Path] = []
    try:
        folder = Path.cwd()
        parents = [folder, *folder.parents]
    except OSError:  # the working folder was deleted
        parents = []
    # Of what lies in a folder that this user may not look into, pathlib would raise; for us it is not there.
    for parent in parents:
        if os.path.isfile(parent / "assay.toml"):  # noqa: PTH113
            found.append(parent / "assay.toml")
            break
        if os.path.exists(parent / ".git"):  # noqa: PTH110
            break
    base = os.environ.get("XDG_CONFIG_HOME")
    user = (Path(base) if base else home() / ".config") / "assay" / "settings.toml"
    return [*found, user] if os.path.isfile(user) else found  # noqa: PTH113


def _read_toml(path: Path) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvalidSetting(name=path.name, value=str(error), source=path, expected="a readable TOML file") from error
