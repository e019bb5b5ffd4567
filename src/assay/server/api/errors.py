"""The one mapping from errors to HTTP problem documents (RFC 9457)."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from assay.wire.errors import Moved, NotSignedIn, PublicError, TooManyRequests
from assay.wire.messages.problems import Problem

log = logging.getLogger("assay.server.api")

_CODES = {400: "invalid_request", 401: "not_signed_in", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
          413: "too_large", 415: "unsupported_media_type"}  # fmt: skip


def problem_of(error: BaseException, request_id: str) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) for any error. What is not meant for the public becomes a 500 that tells only where to look."""
    headers = {"content-type": "application/problem+json", "cache-control": "no-store"}
    fields: dict[str, Any] = {}
    if isinstance(error, PublicError):
        status, code, detail = error.status, error.code, str(error)
        fields = {name: value for name, value in error.fields.items() if isinstance(value, str | int | float)}
        if isinstance(error, TooManyRequests):
            headers["retry-after"] = str(error.fields["retry_after_s"])
        if isinstance(error, NotSignedIn):
            headers["www-authenticate"] = 'Bearer realm="assay"'
    elif isinstance(error, RecursionError):
        status, code, detail = 422, "invalid_request", "The request's JSON nests too deeply."
    elif isinstance(error, HTTPException):
        status, code, detail = _of_framework(error)
        headers |= {name.lower(): value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    else:
        log.error("request %s failed", request_id, exc_info=error)
        status, code = 500, "internal"
        detail = (
            f"The server failed in a way it should not. Its log has the reason under {request_id}; nothing acknowledged is lost."
        )
    body = msgspec.json.encode(
        Problem(f"urn:assay:error:{code}", code.replace("_", " ").capitalize(), status, code, detail, request_id, fields)
    )
    return status, headers, body


def _of_framework(error: HTTPException) -> tuple[int, str, str]:
    status = error.status_code
    if status == 400:  # a body or a parameter that does not have the declared shape
        status = 422
        extra: Any = getattr(error, "extra", None)
        reasons = [_reason(item) for item in extra or [] if isinstance(item, dict)]
        return status, "invalid_request", "; ".join(reasons) or error.detail
    if status >= 500:
        log.error("framework error", exc_info=error)
        return 500, "internal", "The server failed in a way it should not."
    texts = {404: "There is nothing at this address.", 405: "This address does not know that method."}
    return status, _CODES.get(status, "invalid_request"), texts.get(status, error.detail)


def _reason(item: dict[str, Any]) -> str:
    key, message = item.get("key", "request"), item.get("message", "")
    if (key, message) == ("data", "'data'"):  # the framework's own lookup of a body that is not there
        return "The request has no body. Send a JSON object; {} where nothing is to be said"
    return f"{key}: {message}"


def location_of(path: str, query: str, error: BaseException) -> dict[str, str]:
    """The header that names what was asked at an address of a run, at the address where the run is now; none for other errors,
    or if `path` is not below a run's."""
    if not isinstance(error, Moved):
        return {}
    head, found, rest = path.partition("/runs/")
    base, is_project, _ = head.partition("/projects/")
    if not found or not is_project:
        return {}
    entity, project, run_id = (quote(part, safe="") for part in error.fields["moved_to"].split("/"))
    below = rest.partition("/")[2]
    location = (
        f"{base}/projects/{entity}/{project}/runs/{run_id}"
        + (f"/{quote(below)}" if below else "")
        + (f"?{query}" if query else "")
    )
    return {"location": location}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar's exception handler."""
    status, headers, body = problem_of(error, str(request.scope.get("request_id", "")))
    headers |= location_of(request.url.path, request.url.query, error)
    media_type = headers.pop("content-type")
    return Response(body, status_code=status, headers=headers, media_type=media_type)
