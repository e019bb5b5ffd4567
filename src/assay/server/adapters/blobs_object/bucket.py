"""Which bucket, and with what it is opened. Keys come from the server's environment, or with a team's own bucket, and never leave
this process: clients get signed addresses, each for one content and a limited time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from assay.wire.errors import InvalidRequest

_RETRY = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}
_CLIENT = {"timeout": timedelta(seconds=120), "connect_timeout": timedelta(seconds=10)}
# Of a team's own bucket: one that does not answer must not hold the server's threads for long.
_TEAM_RETRY = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
_QUICK_RETRY = {"max_retries": 1, "retry_timeout": timedelta(seconds=3)}
_QUICK_CLIENT = {"timeout": timedelta(seconds=6), "connect_timeout": timedelta(seconds=3)}
_TEAM_CLIENT = {"timeout": timedelta(seconds=60), "connect_timeout": timedelta(seconds=5)}


@dataclass(frozen=True, slots=True)
class Bucket:
    """`store` is obstore's. `can_sign`: it makes signed addresses. `has_parts`: long contents go up in parts. `put_headers`:
    what a PUT to a signed address has to carry."""

    name: str
    store: Any
    can_sign: bool
    has_parts: bool = True
    put_headers: Mapping[str, str] = field(default_factory=dict)


def open_bucket(address: str, *, endpoint: str = "", direct: bool = True, **options: Any) -> Bucket:
    """`s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`. `endpoint`: where the store is, if it is not the
    cloud's own. `direct` False: clients never speak to it. Nothing is asked of the store yet. Raises InvalidRequest."""
    stores, parts, prefix = _stores(), *_parts(address)
    client: dict[str, Any] = {**_CLIENT, **({"allow_http": True} if endpoint.startswith("http://") else {})}
    common: dict[str, Any] = {"prefix": prefix or None, "client_options": client, "retry_config": _RETRY}
    named: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
    try:
        if parts.scheme == "s3":
            store: Any = stores.S3Store(parts.netloc, **common, **named, **options)
            return Bucket(address, store, can_sign=direct)
        if parts.scheme == "az":
            store = stores.AzureStore(parts.netloc, **common, **named, **options)
            return Bucket(address, store, can_sign=direct, put_headers={"x-ms-blob-type": "BlockBlob"})
        keys: dict[str, Any] = {"service_account_key": _emulator(endpoint)} if endpoint else {}
        store = stores.GCSStore(parts.netloc, **common, **keys, **options)
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise InvalidRequest(detail=f"{address} cannot be opened: {reason}. Its keys come from this environment.") from error
    return Bucket(address, store, can_sign=direct and not endpoint, has_parts=not endpoint)


def open_team_bucket(
    address: str, keys: Mapping[str, str], *, endpoint: str, region: str, folder: str, direct: bool, proxy: str,
    quick: bool = False,
) -> Bucket:  # fmt: skip
    """As `open_bucket`, with these keys alone: nothing of the server's environment, which has keys of its own, takes part.
    Contents lie in `folder`, below the address' prefix. `proxy` empty: none. `quick`: it soon gives up. Raises InvalidRequest."""
    stores, parts, prefix = _stores(), *_parts(address)
    client: dict[str, Any] = {**(_QUICK_CLIENT if quick else _TEAM_CLIENT), **({"proxy_url": proxy} if proxy else {})}
    if endpoint.startswith("http://"):
        client["allow_http"] = True
    common: dict[str, Any] = {
        "prefix": "/".join(filter(None, [prefix, folder])), "client_options": client,
        "retry_config": _QUICK_RETRY if quick else _TEAM_RETRY,
    }  # fmt: skip
    try:
        if parts.scheme == "s3":
            pair = {"access_key_id": keys["access_key_id"], "secret_access_key": keys["secret_access_key"]}
            where = endpoint or f"https://s3.{region}.amazonaws.com"
            store: Any = stores.S3Store(
                parts.netloc, **common, endpoint=where, region=region, skip_signature=False, virtual_hosted_style_request=False,
                credential_provider=lambda: {**pair, "token": None, "expires_at": None},
            )  # fmt: skip
            return Bucket(address, store, can_sign=direct)
        if parts.scheme == "az":
            account, key = keys["account_name"], keys["account_key"]
            where = endpoint or f"https://{account}.blob.core.windows.net"
            store = stores.AzureStore(
                parts.netloc, **common, endpoint=where, account_name=account, skip_signature=False,
                credential_provider=lambda: {"access_key": key, "expires_at": None},
            )  # fmt: skip
            return Bucket(address, store, can_sign=direct, put_headers={"x-ms-blob-type": "BlockBlob"})
        service_account = _emulator(endpoint) if endpoint else keys["service_account"]
        store = stores.GCSStore(parts.netloc, **common, service_account_key=service_account, skip_signature=False)
    except Exception as error:
        raise InvalidRequest(detail=f"{address} cannot be opened with these keys. Look for a part that is missing") from error
    return Bucket(address, store, can_sign=direct and not endpoint, has_parts=not endpoint)


def _stores() -> Any:
    """Raises InvalidRequest where obstore is not installed."""
    try:
        from obstore import store
    except ModuleNotFoundError as error:
        raise InvalidRequest(
            detail="Contents in a bucket need obstore, which is not installed. Run: pip install 'assay[scale]'"
        ) from error
    return store


def _parts(address: str) -> tuple[SplitResult, str]:
    """The address in parts, and its prefix. Raises InvalidRequest."""
    parts = urlsplit(address)
    if parts.scheme not in {"s3", "gs", "az"} or not parts.netloc or parts.query or parts.fragment:
        raise InvalidRequest(detail=f"{address!r} names no bucket. Expected: s3://bucket, gs://bucket or az://container")
    return parts, unquote(parts.path).strip("/")


def _emulator(endpoint: str) -> str:
    """A key of a store that has its address and takes no keys; it knows neither signatures nor the cloud's way of parts."""
    return json.dumps(
        {"gcs_base_url": endpoint, "disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
    )
