"""The built web application: its files from a listing made at start and after every rebuild, its page with a fresh nonce at
every other address.

A client's string is looked up in the listing and never becomes a path."""

from __future__ import annotations

import gzip
import hashlib
import html
import mimetypes
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response

from assay.server.api import warmth
from assay.server.api.auth import PUBLIC
from assay.server.api.routing import get
from assay.wire.version import __version__

_IMMUTABLE = "public, max-age=31536000, immutable"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}

_MISSING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Assay</title></head><body>
<h1>Assay is running</h1><p>The web application has not been built in this installation. In a clone of the repository, run
<code>make web</code> and start the server again. A released package has it inside.</p>
<p>Programs can use the server as it is: its API is under <code>/api/v1</code>.</p></body></html>"""


@dataclass(frozen=True, slots=True)
class _File:
    """`is_packed`: `path` holds it as gzip, and there is no other copy."""

    path: Path
    media_type: str
    etag: str
    encoded: dict[str, Path]
    is_packed: bool = False


class StaticFiles:
    """`root` may not exist: then every page says how to build it."""

    def __init__(self, root: Path, base: str = "/") -> None:
        self._root = root
        self._base = base
        self._list()

    def _list(self) -> None:
        root = self._root
        self._built_at = _changed_at(root / "index.html")
        listed = (
            {file.relative_to(root).as_posix(): file for file in sorted(root.rglob("*")) if file.is_file()}
            if root.is_dir()
            else {}
        )
        self._files = {
            name: _File(path, _media_type(path), _etag(path), {
                encoding: listed[name + suffix] for encoding, suffix in _ENCODINGS if name + suffix in listed
            })
            for name, path in listed.items()
            if not name.startswith(".") and name not in ("index.html", "manifest.json") and path.suffix not in (".br", ".gz")
        }  # fmt: skip
        for name, path in listed.items():
            plain = name.removesuffix(".gz")
            if plain != name and plain not in listed:
                packed = _File(path, _media_type(path.with_name(path.stem)), _etag(path), {"gzip": path}, is_packed=True)
                self._files[plain] = packed
        index = listed.get("index.html")
        self._page = index.read_text(encoding="utf-8") if index is not None else None

    @property
    def has_application(self) -> bool:
        return self._page is not None

    def find(self, name: str) -> _File | None:
        return self._files.get(name)

    def page(self) -> tuple[str, dict[str, str]]:
        """The page and its headers. An application that was built or upgraded meanwhile is taken up here, where it begins."""
        if _changed_at(self._root / "index.html") != self._built_at:
            self._list()
        nonce = secrets.token_urlsafe(16)
        headers = {"content-security-policy": _policy(nonce), "cache-control": "no-store"}
        if self._page is None:
            return _MISSING, headers
        config = msgspec.json.encode({"version": __version__, "api": "api/v1"}).decode().replace("<", "\\u003c")
        block = f'<script type="application/json" id="assay-config">{config}</script>'
        page = self._page.replace('<base href="/" />', f'<base href="{html.escape(self._base)}" />{block}', 1)
        return page.replace('property="csp-nonce" nonce=""', f'property="csp-nonce" nonce="{nonce}"', 1), headers


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _policy(nonce: str) -> str:
    return "; ".join(
        (
            "default-src 'self'", "script-src 'self'", "worker-src 'self'", f"style-src-elem 'self' 'nonce-{nonce}'",
            "style-src-attr 'unsafe-inline'", "img-src 'self' data: blob:", "media-src 'self' blob:", "connect-src 'self'",
            "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-src 'self'", "frame-ancestors 'none'",
            "require-trusted-types-for 'script'", "trusted-types assay", "report-uri /api/v1/csp-report",
        )
    )  # fmt: skip


def _media_type(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _etag(path: Path) -> str:
    return f'"{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"'


def _answer_file(request: Request[Any, Any, Any], file: _File, cache_control: str) -> Response[bytes]:
    headers = {"cache-control": cache_control, "etag": file.etag, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    encoding, path = next(((name, path) for name, path in file.encoded.items() if name in accepted), ("", file.path))
    if encoding:
        headers["content-encoding"] = encoding
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        # Rebuilt since it was listed: the page that asks is of the build before, and a reload brings the new one.
        return Response(b"", status_code=404, media_type="text/plain")
    if file.is_packed and not encoding:
        content = gzip.decompress(content)
    return Response(content, headers=headers, media_type=file.media_type)


@get(["/", "/{path:path}"], permission=PUBLIC, include_in_schema=False)
def shell(request: Request[Any, Any, Any], path: str = "") -> Response[Any]:
    """A file of the application, else its page: it finds out itself what to show at this address."""
    static: StaticFiles = request.app.state.static
    name = str(path).lstrip("/")
    is_asset = name.startswith("assets/")  # whose name carries the hash of its content
    file = static.find(name)
    if file is not None:
        return _answer_file(request, file, _IMMUTABLE if is_asset else "no-cache")
    if is_asset:  # of a build that is gone: a page in its place would be run as a script
        return Response(b"", status_code=404, media_type="text/plain")
    page, headers = static.page()
    if static.has_application:
        warmth.begin()
    return Response(page.encode(), headers=headers, media_type="text/html")


HANDLERS = [shell]
