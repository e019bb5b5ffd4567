"""A team's own bucket: how it is named, which keys it takes, and what is kept of it. The keys themselves are kept sealed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from assay.wire.errors import InvalidRequest

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]\Z")
_PREFIX = re.compile(r"(?:[A-Za-z0-9_=-][A-Za-z0-9_.=-]*(?:/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*)?\Z")
_REGION = re.compile(r"[a-z0-9-]{1,40}\Z")
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}\Z")
_KEY_BYTES = 16_384
_ADDRESS_CHARS = 1_000

S3_KEYS, AZURE_KEYS, GCS_KEYS = ("access_key_id", "secret_access_key"), ("account_name", "account_key"), ("service_account",)
_NEEDED = {"s3": S3_KEYS, "az": AZURE_KEYS, "gs": GCS_KEYS}
_ACCOUNT_FIELDS = ("client_email", "private_key", "private_key_id")


@dataclass(frozen=True, slots=True)
class TeamBucket:
    """`key` is never given twice. `folder` is what this server puts before every name in it, so that whoever shares the bucket
    does not meet. `is_trusted`: an admin of the installation named its endpoint. `keys` are sealed. `ended_at` 0: what the team
    sends now goes there."""

    key: int
    entity_id: int
    address: str
    endpoint: str
    region: str
    is_direct: bool
    is_trusted: bool
    folder: str
    keys: bytes
    created_at: float
    created_by: str
    rotated_at: float
    rotated_by: str
    ended_at: float = 0.0

    @property
    def place(self) -> tuple[str, str]:
        return self.address, self.endpoint


def parse_address(text: str) -> str:
    """The address without what means nothing. Raises InvalidRequest, quoting `text` and the form expected."""
    text = text.strip()
    parts = urlsplit(text if text.isprintable() and len(text) <= _ADDRESS_CHARS else "")
    prefix = parts.path.strip("/")
    if parts.scheme not in _NEEDED or not _NAME.match(parts.netloc) or not _PREFIX.match(prefix) or parts.query or parts.fragment:
        raise InvalidRequest(
            detail=f"{text[:200]!r} names no bucket. Expected: s3://bucket/prefix, gs://bucket/prefix or az://container/prefix"
        )
    return f"{parts.scheme}://{parts.netloc}" + (f"/{prefix}" if prefix else "")


def check_region(address: str, region: str) -> None:
    """A region becomes part of a host's name."""
    if (region or address.startswith("s3:")) and not _REGION.match(region):
        raise InvalidRequest(
            detail=f"The region {region[:100]!r} is none. Expected one like eu-central-1; us-east-1 where none matters"
        )


def check_keys(address: str, keys: Mapping[str, str]) -> dict[str, str]:
    """What the bucket's kind takes. Raises InvalidRequest, which names keys and never quotes them."""
    needed = _NEEDED[address.partition(":")[0]]
    lacking = [name for name in needed if not keys.get(name)]
    unknown = sorted(set(keys) - set(needed))
    if lacking or unknown:
        what = f"{', '.join(lacking)} lacking" if lacking else f"{unknown[0][:100]!r} is none of them"
        raise InvalidRequest(detail=f"{address} takes the keys {' and '.join(needed)}; {what}")
    if any(len(value.encode(errors="replace")) > _KEY_BYTES or "\x00" in value for value in keys.values()):
        raise InvalidRequest(detail=f"A key of {address} is too long to be one. Give it as the cloud's console shows it")
    if "account_name" in needed and not _ACCOUNT.match(keys["account_name"]):  # it becomes part of a host's name
        raise InvalidRequest(detail="account_name is no name of an Azure storage account: 3 to 24 small letters and digits")
    return {name: _service_account(keys[name]) if name == "service_account" else keys[name] for name in needed}


def _service_account(text: str) -> str:
    """Only what identifies the account: the file may also say where to ask, and that is not for it to say."""
    try:
        found = json.loads(text)
        return json.dumps({"type": "service_account", **{name: str(found[name]) for name in _ACCOUNT_FIELDS}})
    except (ValueError, TypeError, KeyError):
        raise InvalidRequest(
            detail=f"service_account is not the JSON key file of a service account: it needs {', '.join(_ACCOUNT_FIELDS)}"
        ) from None
