"""Contents that stay where they are: a file, an address of the web, a bucket. What is known of them, whether they still are what
they were, and their bytes.

`file:` and `http(s):` need nothing more; `s3:`, `gs:` and `az:` use obstore (`pip install 'assay[references]'`) with the keys
that the environment holds. They are this machine's: a reference is never read by the server on anybody's behalf."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from assay.client.digests import DigestCache
from assay.client.folders import files_below
from assay.client.hashing import Stamp, digest_of, hash_file, open_regular
from assay.wire import limits
from assay.wire.errors import Conflict, InvalidRequest, NotFound, PublicError, ServerUnreachable, TooLarge
from assay.wire.manifest import Entry

SCHEMES = ("file", "http", "https", "s3", "gs", "gcs", "az", "azure", "abfs", "abfss")
_BUCKETS = frozenset(SCHEMES[3:])
_SAME = {"gcs": "gs", "azure": "az"}
_NOT_IN_ADDRESSES = re.compile(r"[\x00-\x20\x7f]")
_WAIT_S = 30.0
_CHUNK = 1024 * 1024


class ReferenceChanged(Conflict):
    """What a reference points at is not what it was when it was added."""

    code = "reference_changed"
    text = "{ref} is not what it was when it was added ({detail}). To take it as it is now, add the reference anew."


def look_up(uri: str, name: str = "", *, checksum: bool = True, max_objects: int | None = None) -> dict[str, Entry]:
    """Entries by path for what lies at `uri`: one for a file or an object, one each below a folder or a prefix.

    Without `checksum` nothing is asked: one entry that points at `uri`. Raises InvalidRequest, NotFound, TooLarge."""
    uri = _spelled(uri)
    scheme = urlsplit(uri).scheme
    if scheme not in SCHEMES:
        raise InvalidRequest(
            detail=f"{uri!r} is not an address that a reference can have. Expected one of {', '.join(SCHEMES)}, as file:///data/a.bin"
        )
    if not checksum:
        return {name or _last_part(uri): Entry("", -1, ref=uri)}
    most = limits.ENTRY_COUNT if max_objects is None else max_objects
    if scheme == "file":
        found = _files(uri, name, most)
    elif scheme in ("http", "https"):
        found = iter([(name or _last_part(uri), _web(uri))])
    else:
        found = _objects(uri, name, most)
    return dict(found)


def _spelled(uri: str) -> str:
    """The address as a manifest has it: one name of each scheme, and spaces and their kind escaped."""
    scheme, mark, rest = uri.partition("://")
    name = scheme.lower()
    return _NOT_IN_ADDRESSES.sub(lambda found: quote(found[0]), f"{_SAME.get(name, name)}{mark}{rest}" if mark else uri)


def check(entry: Entry, digests: DigestCache | None = None) -> None:
    """Raises ReferenceChanged, NotFound. Nothing is known of a reference without a digest: there is nothing to check.

    `digests`: a file that has not changed since they were kept is not read again."""
    if entry.digest:
        _unchanged(entry, digests)


def _unchanged(entry: Entry, digests: DigestCache | None) -> Entry:
    """The entry as it would be made now. Raises as `check`."""
    is_file = urlsplit(entry.ref).scheme.lower() == "file"
    now = _file_entry(_path_of(entry.ref), entry.ref, digests) if is_file else _elsewhere(entry.ref)
    if now.digest != entry.digest:
        raise ReferenceChanged(ref=entry.ref, detail=f"{entry.digest[:40]} then, {now.digest[:40] or 'nothing'} now")
    return now


def checked(entry: Entry, digests: DigestCache | None = None) -> Entry:
    """The entry, checked and with its size; that stays −1 only where nobody says it before the content is read."""
    now = _unchanged(entry, digests) if entry.digest else None
    if entry.size >= 0:
        return entry
    return msgspec.structs.replace(entry, size=_size(entry.ref) if now is None else now.size)


def _size(ref: str) -> int:
    if urlsplit(ref).scheme.lower() != "file":
        return _elsewhere(ref).size
    fd = open_regular(_path_of(ref))
    try:
        return os.fstat(fd).st_size
    finally:
        os.close(fd)


def _elsewhere(ref: str) -> Entry:
    return _web(ref) if urlsplit(ref).scheme.lower() in ("http", "https") else _object(ref)


def fetch(entry: Entry, target: Path) -> None:
    """Check what the reference points at and put it at `target`, whole or not at all."""
    check(entry)
    from assay.client.linking import beside

    # It may change while it is read: of a file it is known what it has to hash to.
    hasher = hashlib.sha256() if entry.ref.startswith("file:") and entry.digest else None
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = beside(target)
    try:
        with scratch.open("wb") as out:
            for chunk in read(entry):
                out.write(chunk)
                if hasher is not None:
                    hasher.update(chunk)
        if hasher is not None and entry.digest != f"sha256:{hasher.hexdigest()}":
            raise ReferenceChanged(ref=entry.ref, detail="it changed while it was read")
        if entry.size >= 0 and scratch.stat().st_size != entry.size:
            raise ReferenceChanged(ref=entry.ref, detail=f"{entry.size} bytes then, {scratch.stat().st_size} now")
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)


def read(entry: Entry, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes from `start` to before `end`."""
    scheme = urlsplit(entry.ref).scheme.lower()
    if scheme == "file":
        yield from _read_file(_path_of(entry.ref), start, end)
    elif scheme in ("http", "https"):
        yield from _read_web(entry.ref, start, end)
    elif scheme in _BUCKETS:
        store, key = _store(entry.ref)
        stop = end if end is not None else (entry.size if entry.size >= 0 else _object(entry.ref).size)
        for at in range(start, stop, 8 * _CHUNK):
            last = min(stop, at + 8 * _CHUNK)
            yield bytes(_asked(entry.ref, partial(store.get_range, key, start=at, end=last)))
    else:
        raise InvalidRequest(detail=f"{entry.ref} cannot be read from here: its scheme is not one of {', '.join(SCHEMES)}")


# -- files -------------------------------------------------------------------------------------------------------------


def _files(uri: str, name: str, most: int) -> Iterator[tuple[str, Entry]]:
    base = _path_of(uri)
    if not base.is_dir():
        yield name or base.name, _file_entry(base, uri)
        return
    for count, (below, file) in enumerate(files_below(base), start=1):
        _bound(uri, count, most)
        path = Path(file)
        yield (f"{name.strip('/')}/{below}" if name else below), _file_entry(path, path.as_uri())


def _file_entry(path: Path, uri: str, digests: DigestCache | None = None) -> Entry:
    known = None
    if digests is not None:
        with suppress(OSError):
            known = digests.find([(str(path), Stamp.of(path.stat()))]).get(str(path))
    began_ns = time.time_ns()
    hashed = known or hash_file(path)
    if digests is not None and known is None:
        digests.keep([(str(path), hashed)], now_ns=began_ns)
    return Entry(hashed.digest, hashed.size, ref=uri)


def _path_of(uri: str) -> Path:
    parts = urlsplit(uri)
    if parts.netloc not in ("", "localhost"):
        raise InvalidRequest(detail=f"{uri!r} names a file on another machine. Expected: file:///path")
    path = Path(unquote(parts.path))
    if not path.is_absolute():
        raise InvalidRequest(detail=f"{uri!r} is not an absolute path. Expected: file:///path")
    return path


def _read_file(path: Path, start: int, end: int | None) -> Iterator[bytes]:
    with open(open_regular(path), "rb") as file:
        file.seek(start)
        left = None if end is None else end - start
        while left is None or left > 0:
            chunk = file.read(_CHUNK if left is None else min(_CHUNK, left))
            if not chunk:
                return
            left = None if left is None else left - len(chunk)
            yield chunk


# -- the web -----------------------------------------------------------------------------------------------------------


def _web(uri: str) -> Entry:
    """A HEAD, or where that is refused a GET whose body is not read."""
    import httpx  # for the few who refer to the web

    try:
        with httpx.Client(timeout=_WAIT_S, follow_redirects=True) as client:
            answer = client.head(uri)
            if answer.status_code in (403, 405, 501):
                with client.stream("GET", uri) as answer:
                    pass
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServerUnreachable(url=uri, reason=str(error) or type(error).__name__, safe="Nothing was added.") from error
    if answer.status_code in (404, 410):
        raise NotFound(what="content at", name=uri)
    if not answer.is_success:
        raise InvalidRequest(detail=f"{uri} answers {answer.status_code}, so nothing is known of it. Nothing was added.")
    length = answer.headers.get("content-length", "")
    size = int(length) if length.isdigit() and "content-encoding" not in answer.headers else -1
    tag = answer.headers.get("etag", "").removeprefix("W/").strip('"')
    if tag:
        return Entry(f"etag:{tag}", size, ref=uri)
    changed = answer.headers.get("last-modified", "")
    return Entry(f"etag:{digest_of(f'{changed} {size}'.encode())[7:]}" if changed else "", size, ref=uri)


def _read_web(uri: str, start: int, end: int | None) -> Iterator[bytes]:
    import httpx

    headers = {"Range": f"bytes={start}-{'' if end is None else end - 1}"} if start or end is not None else {}
    try:
        with (
            httpx.Client(timeout=_WAIT_S, follow_redirects=True) as client,
            client.stream("GET", uri, headers=headers) as answer,
        ):
            if not answer.is_success:
                raise NotFound(what=f"content ({answer.status_code})", name=uri)
            skip = start if headers and answer.status_code == 200 else 0
            left = None if end is None else end - start
            for chunk in answer.iter_bytes(_CHUNK):
                part = chunk[skip:]
                skip = max(0, skip - len(chunk))
                if left is not None:
                    part = part[:left]
                    left -= len(part)
                if part:
                    yield part
                if left == 0:
                    return
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServerUnreachable(url=uri, reason=str(error) or type(error).__name__, safe="Try again.") from error


# -- buckets -----------------------------------------------------------------------------------------------------------


def _objects(uri: str, name: str, most: int) -> Iterator[tuple[str, Entry]]:
    """The object, or all below it. Listings come in pages, so there may be millions."""
    store, key = _store(uri)
    if key and not uri.endswith("/"):
        try:
            yield name or _last_part(uri), _entry(uri, _head(uri, store, key))
        except NotFound:
            pass
        else:
            return
    prefix = key.rstrip("/")
    root = uri.rstrip("/")
    count = 0
    pages = iter(_asked(uri, lambda: store.list(prefix or None, chunk_size=1000)))
    while (page := _asked(uri, lambda: next(pages, None))) is not None:
        for meta in page:
            below = meta["path"][len(prefix) :].strip("/")
            if not below:
                continue
            count += 1
            _bound(uri, count, most)
            yield (f"{name.strip('/')}/{below}" if name else below), _entry(f"{root}/{quote(below)}", meta)
    if not count:
        raise NotFound(what="object, and nothing below it, at", name=uri)


def _object(uri: str) -> Entry:
    store, key = _store(uri)
    return _entry(uri, _head(uri, store, key))


def _head(uri: str, store: Any, key: str) -> Any:
    return _asked(uri, lambda: store.head(key))


def _entry(uri: str, meta: Any) -> Entry:
    version, tag = meta.get("version"), (meta.get("e_tag") or "").strip('"')
    digest = f"version:{version}" if version and version != "null" else f"etag:{tag}" if tag else ""
    return Entry(digest, int(meta["size"]), ref=uri, extra={"etag": tag} if version and tag else {})


def _store(uri: str) -> tuple[Any, str]:
    """obstore's store of the bucket, and the key within it."""
    parts = urlsplit(uri)
    scheme = _SAME.get(parts.scheme.lower(), parts.scheme.lower())
    if not parts.netloc:
        raise InvalidRequest(detail=f"{uri!r} names no bucket. Expected: {scheme}://bucket/key")
    try:
        obstore = importlib.import_module("obstore.store")
    except ModuleNotFoundError as error:
        raise InvalidRequest(
            detail=f"Looking at {uri} needs obstore, which is not installed. Run: pip install 'assay[references]'"
        ) from error
    options: dict[str, Any] = {"retry_config": {"max_retries": 3, "retry_timeout": timedelta(seconds=_WAIT_S)}}
    if scheme == "s3":
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT")
        if endpoint:
            options["endpoint"] = endpoint
        if endpoint and endpoint.startswith("http://"):
            options["client_options"] = {"allow_http": True}
    try:
        return obstore.from_url(f"{scheme}://{parts.netloc}", **options), unquote(parts.path).lstrip("/")
    except Exception as error:  # obstore's errors are many
        raise InvalidRequest(detail=f"{uri} cannot be reached: {_first_line(error)}") from error


def _asked(uri: str, ask: Any) -> Any:
    try:
        return ask()
    except FileNotFoundError as error:
        raise NotFound(what="object", name=uri) from error
    except PublicError:
        raise
    except Exception as error:
        text = _first_line(error)
        if "NotFound" in type(error).__name__:
            raise NotFound(what="object", name=uri) from error
        raise InvalidRequest(
            detail=f"{uri} cannot be read: {text}. Check that it exists and that the keys in this environment may read it."
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300].rstrip(".")


def _bound(uri: str, count: int, most: int) -> None:
    if count > most:
        raise TooLarge(what=f"What lies below {uri}", actual=f"more than {most} objects", limit=most, name="max_objects")


def _last_part(uri: str) -> str:
    parts = urlsplit(uri)
    return unquote(parts.path).rstrip("/").rpartition("/")[2] or parts.netloc or "reference"
