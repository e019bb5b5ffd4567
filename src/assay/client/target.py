"""Which server to talk to, and with which key.

In this order: arguments; `ASSAY_BASE_URL` and `ASSAY_API_KEY`; `base_url` in `~/.config/assay/settings.toml`; the server last
signed in to; a server that this user runs on this machine. Keys belong to an address: the key of one server is never sent to
another. A project's `assay.toml` may not name a server: it comes with the checkout, and whoever wrote that could otherwise have
this user's data and key sent anywhere. What belongs to other tools (`WANDB_API_KEY`, `WANDB_BASE_URL`, netrc) is not read.

Imports nothing heavy: `assay.init()` calls it in the training process."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from assay.client import credentials
from assay.client.credentials import Credentials
from assay.client.places import home
from assay.wire.errors import InvalidRequest


class Target(msgspec.Struct, frozen=True):
    """`url` has no trailing slash; `key` may be empty; `source` says in a few words where the address came from."""

    url: str
    key: str
    source: str

    def __repr__(self) -> str:
        return f"Target(url={self.url!r}, source={self.source!r})"  # never the key


def resolve(
    base_url: str | None = None, api_key: str | None = None, data: str | Path | None = None, *, stored: Credentials | None = None
) -> Target | None:
    """The server to use, or None: then a run is offline. `data` is a server's data folder; `stored` what was kept at signing in
    (default: the file). Raises InvalidRequest for an address that cannot be one, and CredentialsUnusable where that file would
    tell."""
    found = _address(base_url, data, stored)
    if found is None:
        return None
    url, source, local_key = found
    # A key from a file often brings a line break along.
    given = (api_key or os.environ.get("ASSAY_API_KEY") or "").strip()
    key = given or (stored or credentials.load()).key(url) or local_key
    if not key:
        local = _local_server(data)
        key = local[1] if local is not None and local[0] == url else ""
    return Target(url, key, source)


def normal_url(text: str) -> str:
    """`text` as `scheme://host[:port][/path]`, lower case where case means nothing. A bare host gets http on loopback and
    https elsewhere. Raises InvalidRequest."""
    text = text.strip()
    if "://" not in text:
        text = ("http://" if _is_loopback(text.split("/")[0].rsplit(":", 1)[0]) else "https://") + text
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidRequest(detail=f"{text!r} is not a server address: {error}") from error
    if parts.scheme.lower() not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise InvalidRequest(detail=f"{text!r} is not a server address. Expected: http://host:port or https://host")
    if parts.username or parts.password:
        raise InvalidRequest(detail="A server address must not hold a password: it would show in logs. Use `assay login`.")
    host = f"[{host}]" if ":" in host else host
    standard = {"http": 80, "https": 443}[parts.scheme.lower()]
    shown = f":{port}" if port is not None and port != standard else ""
    return f"{parts.scheme.lower()}://{host}{shown}{parts.path.rstrip('/')}"


def local_key(url: str) -> str:
    """The key that a living server of this user at `url` has left in its usual data folder; empty without one."""
    local = _local_server(None)
    return local[1] if local is not None and local[0] == url else ""


def data_folder() -> Path:
    """Where a server of this user keeps its data unless told otherwise."""
    return Path(os.environ.get("ASSAY_DATA") or home() / ".local" / "share" / "assay").expanduser()


def _address(base_url: str | None, data: str | Path | None, stored: Credentials | None) -> tuple[str, str, str] | None:
    """(url, source, key that came with it)."""
    if base_url:
        return normal_url(base_url), "argument", ""
    if named := os.environ.get("ASSAY_BASE_URL"):
        return normal_url(named), "ASSAY_BASE_URL", ""
    if data is not None and (local := _local_server(data)) is not None:
        return local[0], str(local[2]), local[1]
    path = credentials.config_folder() / "settings.toml"
    in_file = _read_toml(path).get("base_url")
    if isinstance(in_file, str) and in_file:
        return normal_url(in_file), str(path), ""
    if default := (stored or credentials.load()).default:
        return default, str(credentials.path()), ""
    if (local := _local_server(data)) is not None:
        return local[0], str(local[2]), local[1]
    return None


def _read_toml(path: Path) -> Mapping[str, Any]:
    try:
        content = path.read_bytes()
    except OSError:
        return {}
    import tomllib  # most have no such file

    try:
        return tomllib.loads(content.decode())
    except ValueError as error:
        raise InvalidRequest(detail=f"{path} is not readable TOML: {error}") from error


def _local_server(data: str | Path | None) -> tuple[str, str, Path] | None:
    """(url, key, file) of a living server that left its address in a data folder of this user."""
    path = (Path(data).expanduser() if data is not None else data_folder()) / "server.json"
    try:
        info = path.stat()
        # A file that others may write could send this user's data anywhere.
        if info.st_uid != os.getuid() or info.st_mode & 0o022:
            return None
        left = json.loads(path.read_bytes())
        url, key, pid = str(left["url"]), str(left.get("key", "")), int(left["pid"])
        os.kill(pid, 0)
    except PermissionError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return normal_url(url), key, path


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "[::1]", "::1"} or host.startswith("127.")
