"""Settings of the server: one table. Flags win over the environment, the environment over the file.

The file is `[server]` in `~/.config/assay/settings.toml` (or `$XDG_CONFIG_HOME/assay/settings.toml`)."""

from __future__ import annotations

import contextlib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from assay.wire.errors import InvalidRequest
from assay.wire.messages.runs import CodeSaving

DEFAULT_PORT = 8080


@dataclass(frozen=True, slots=True)
class Setting:
    """`environment` empty: `ASSAY_SERVER_` and the name."""

    name: str
    default: Any
    unit: str
    sentence: str
    environment: str = ""

    @property
    def variable(self) -> str:
        return self.environment or f"ASSAY_SERVER_{self.name.upper()}"


TABLE = (
    Setting("data", "~/.local/share/assay", "folder", "Where everything is kept. One server at a time uses it.", "ASSAY_DATA"),
    Setting("host", "127.0.0.1", "address", "What to listen on. Anything but loopback needs an admin with a password first."),
    Setting("port", 0, "port", f"What to listen on: -1 picks a free port, 0 means {DEFAULT_PORT} or the next free one."),
    Setting("allow_host", "", "names", "More names the server answers to, separated by commas: a proxy's, a machine's."),
    Setting("trusted_proxy", "", "addresses", "Proxies whose word on the caller's address and on https counts, by commas."),
    Setting("threads", 16, "threads", "Requests worked on at once; the others wait their turn."),
    Setting("trash_days", 30, "days", "How long deleted runs can be brought back before they are forgotten."),
    Setting(
        "code_saving",
        "allow",
        "allow, force or forbid",
        "Whether scripts may keep their code with runs: as each asks (allow), always the main script (force), never (forbid).",
    ),
    Setting(
        "blobs", "", "address", "Where contents are: empty, the data folder; or s3://bucket/prefix, gs://…, az://container/…"
    ),
    Setting("blobs_endpoint", "", "address", "Where the bucket's store answers, if it is not the cloud's own: http://host:port."),
    Setting(
        "blobs_direct", "yes", "yes or no", "Whether clients get signed addresses of the bucket, or all passes through here."
    ),
    Setting(
        "team_bucket_hosts",
        "public",
        "public or any",
        "Which endpoints admins of teams may give for their own buckets: of public networks alone, or any. Server admins: any.",
    ),
    Setting(
        "public_url",
        "",
        "http or https address",
        "Where people reach the server, for links in mails: https://assay.example.org. Empty: no links.",
    ),
    Setting("smtp", "", "address", "The server that takes mails: smtp://host:port or smtps://host:port. Empty: no mail is sent."),
    Setting("smtp_user", "", "name", "Who sends mails, for a mail server that asks."),
    Setting(
        "smtp_password", "", "password", "The password for it. It goes into the environment or the file, never on a command line."
    ),
    Setting("mail_from", "", "address", "Whom mails are from: assay@example.org."),
    Setting("log_level", "warning", "level", "How much the log tells: debug, info, warning or error."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """See TABLE for what each means. `data` is absolute."""

    data: Path
    host: str
    port: int
    allow_host: tuple[str, ...]
    trusted_proxy: tuple[str, ...]
    threads: int
    trash_days: int
    code_saving: CodeSaving
    blobs: str
    blobs_endpoint: str
    blobs_direct: str
    team_bucket_hosts: str
    public_url: str
    smtp: str
    smtp_user: str
    smtp_password: str = field(repr=False)
    mail_from: str
    log_level: str


def load(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Raises InvalidRequest, naming the setting and where its value came from.

    Flags that are None were not given, and neither were empty ones, such as `--data "$ASSAY_DATA"` where that is not set."""
    environ = os.environ if environ is None else environ
    file = settings_file(environ) if file is None else file
    written = _read(file)
    values: dict[str, Any] = {}
    for setting in TABLE:
        value, source = setting.default, "the default"
        if setting.name in written:
            value, source = written[setting.name], str(file)
        if environ.get(setting.variable):
            value, source = environ[setting.variable], f"${setting.variable}"
        if flags.get(setting.name) not in (None, ""):
            value, source = flags[setting.name], f"--{setting.name.replace('_', '-')}"
        values[setting.name] = _parsed(setting, value, source)
    assert set(values) == {field.name for field in fields(Settings)}, values
    return Settings(**values)


def settings_file(environ: Mapping[str, str]) -> Path:
    base = Path(environ.get("XDG_CONFIG_HOME") or "~/.config")
    with contextlib.suppress(RuntimeError):  # who has no home folder has no settings there
        base = base.expanduser()
    return base / "assay" / "settings.toml"


def _read(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("server", {})
        if not isinstance(table, dict):
            raise InvalidRequest(detail=f"{file} sets server to {table!r}; expected a table of settings below [server]")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidRequest(detail=f"The settings file {file} cannot be read: {error}") from error
    unknown = set(table) - {setting.name for setting in TABLE}
    if unknown:
        known = ", ".join(setting.name for setting in TABLE)
        raise InvalidRequest(detail=f"{file} sets {sorted(unknown)[0]!r}, which is no setting of the server. There are: {known}")
    return dict(table)


def _parsed(setting: Setting, value: Any, source: str) -> Any:
    try:
        if setting.name == "data":
            if not str(value).strip():
                raise ValueError  # as a path it would be whatever folder the server is started in
            return _folder(str(value), source)
        if isinstance(setting.default, int):
            if isinstance(value, bool | float):
                raise ValueError  # true is no port, and half a day no day
            number = int(value)
            if not -1 <= number <= 65_535 or (setting.name in ("threads", "trash_days") and number < 1):
                raise ValueError
            return number
        if setting.name in ("allow_host", "trusted_proxy"):
            given = value if isinstance(value, list | tuple) else [value]
            parts = (part.strip().lower() for text in given for part in str(text).split(",") if part.strip())
            return tuple(map(_host_name, parts) if setting.name == "allow_host" else parts)
        if setting.name == "code_saving" and str(value).lower() not in ("allow", "force", "forbid"):
            raise ValueError
        if setting.name == "log_level" and str(value).lower() not in ("debug", "info", "warning", "error"):
            raise ValueError
        if setting.name == "blobs_direct" and str(value).lower() not in ("yes", "no"):
            raise ValueError
        if setting.name == "team_bucket_hosts" and str(value).lower() not in ("public", "any"):
            raise ValueError
        if setting.name == "public_url":
            if value and not re.match(r"https?://[^/\s?#@]+(?:/[^\s?#]*)?\Z", str(value)):
                raise ValueError
            return str(value).rstrip("/")
        return str(value).lower() if setting.name in ("code_saving", "blobs_direct", "team_bucket_hosts") else str(value)
    except ValueError as error:
        raise InvalidRequest(detail=f"{setting.name} is {value!r} (from {source}); expected {setting.unit}") from error


def _folder(text: str, source: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise InvalidRequest(
            detail=f"The data folder {text} (from {source}) is in a home folder that nobody here has. Give another with --data, "
            "or $ASSAY_DATA"
        ) from error


def _host_name(text: str) -> str:
    """The name as the Host of a request is compared with it: no port, and an IPv6 address in brackets. Raises ValueError for an
    address of a page or a pattern, which no Host is ever equal to."""
    if text.count(":") > 1 and not text.startswith("["):
        return f"[{text}]"
    name = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^\s/:*\[\]]+)(?::\d+)?", text)
    if name is None:
        raise ValueError
    return name[1]
