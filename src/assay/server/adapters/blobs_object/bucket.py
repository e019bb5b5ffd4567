"""Which bucket, and with what it is opened. Keys come from the server's environment alone and never leave this process: clients
get signed addresses, each for one content and a limited time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from assay.wire.errors import InvalidRequest

_RETRY = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}
_CLIENT = {"timeout": timedelta(seconds=120), "connect_timeout": timedelta(seconds=10)}


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
    parts = urlsplit(address)
    prefix = unquote(parts.path).strip("/")
    if parts.scheme not in {"s3", "gs", "az"} or not parts.netloc or parts.query or parts.fragment:
        raise InvalidRequest(detail=f"{address!r} names no bucket. Expected: s3://bucket, gs://bucket or az://container")
    try:
        from obstore import store as stores
    except ModuleNotFoundError as error:
        raise InvalidRequest(
            detail=f"Contents in {address} need obstore, which is not installed. Run: pip install 'assay[scale]'"
        ) from error
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
        # An emulator has its address and takes no keys; it knows neither signatures nor the cloud's way of parts.
        emulator = {"gcs_base_url": endpoint, "disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
        keys: dict[str, Any] = {"service_account_key": json.dumps(emulator)} if endpoint else {}
        store = stores.GCSStore(parts.netloc, **common, **keys, **options)
    except InvalidRequest:
        raise
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise InvalidRequest(detail=f"{address} cannot be opened: {reason}. Its keys come from this environment.") from error
    return Bucket(address, store, can_sign=direct and not endpoint, has_parts=not endpoint)
