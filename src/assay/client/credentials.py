"""Keys of this user, one per server, in `~/.config/assay/credentials`, a TOML file that only its owner can read.

default = "http://127.0.0.1:8080"

[keys]
"http://127.0.0.1:8080" = "…"
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec

from assay.client.places import home
from assay.wire.errors import InvalidRequest


class CredentialsUnusable(InvalidRequest):
    code = "credentials_unusable"
    text = "{path} cannot be used ({reason}). {hint}"


class Credentials(msgspec.Struct, frozen=True):
    """`default` is the server signed in to last. Addresses are as `target.normal_url` writes them."""

    default: str = ""
    keys: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Credentials(default={self.default!r})"  # never the keys

    def key(self, url: str) -> str:
        return self.keys.get(url, "")

    def with_key(self, url: str, key: str) -> Credentials:
        """These, with `key` for `url`, which becomes the default."""
        return Credentials(url, {**self.keys, url: key})

    def without(self, url: str) -> Credentials:
        keys = {known: key for known, key in self.keys.items() if known != url}
        return msgspec.structs.replace(self, keys=keys, default=self.default if self.default != url else next(iter(keys), ""))


def config_folder() -> Path:
    """`~/.config/assay`, or where `XDG_CONFIG_HOME` says."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or home() / ".config") / "assay"


def path() -> Path:
    return config_folder() / "credentials"


def load() -> Credentials:
    """What is stored; nothing if there is no file. Raises CredentialsUnusable for what is there and cannot be read."""
    try:
        content = path().read_bytes()
    except OSError as error:
        # Of a folder that this user may not look into, such as another one's home, nobody knows: for us nothing is in it.
        if not os.path.lexists(path()):
            return Credentials()
        hint = "Make it a file that you can read, or delete it and run `assay login` again."
        raise CredentialsUnusable(path=path(), reason=error.strerror, hint=hint) from error
    import tomllib  # most have no such file

    try:
        stored = tomllib.loads(content.decode())
        keys = stored.get("keys", {})
        return Credentials(str(stored.get("default", "")), {str(url): str(key) for url, key in keys.items()})
    except (ValueError, AttributeError, RecursionError) as error:
        hint = "Delete it and run `assay login` again."
        raise CredentialsUnusable(path=path(), reason=f"it is damaged: {error}", hint=hint) from error


def save(credentials: Credentials) -> None:
    """Replace the file in one step; it is never readable by others, not even while it is written."""
    import tempfile

    folder = config_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [f"default = {_quoted(credentials.default)}", "", "[keys]"]
    lines += [f"{_quoted(url)} = {_quoted(key)}" for url, key in sorted(credentials.keys.items())]
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".credentials-")  # mkstemp makes it 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path())
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _quoted(text: str) -> str:
    # A JSON string of ASCII is a TOML basic string.
    return json.dumps(text)
