"""One server, spoken to over HTTP: keys, time limits, retries, and errors as the classes of `wire.errors`."""

from __future__ import annotations

import platform
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from assay.client import transport
from assay.client.retry import Backoff, is_passing, retry_after_s
from assay.client.target import Target
from assay.client.transport import Response, Transport
from assay.wire import limits
from assay.wire.errors import (
    InvalidRequest,
    Moved,
    NotSignedIn,
    PublicError,
    ServerUnreachable,
    TooLarge,
    UnexpectedAnswer,
    all_errors,
)
from assay.wire.messages.problems import Problem
from assay.wire.version import __version__

T = TypeVar("T")
USER_AGENT = f"assay/{__version__} Python/{platform.python_version()}"
OPERATION_S = 30.0
REQUEST_S = 60.0
HOPS = 3  # moves of a run that one request follows
MSGPACK = "application/x-msgpack"
ARROW = "application/vnd.apache.arrow.stream"
JSON = "application/json"
_SHOWN_CHARS = 60  # around a letter that cannot be sent


class Answer(msgspec.Struct, frozen=True):
    status: int
    content_type: str
    body: bytes


LOOK_THERE = "See that the server runs at this address, or use another: assay login URL"
"""What a person who asks for something can do when the server cannot be reached."""


class Connection:
    """Requests to one server with one key. Safe to share between threads.

    `patience_s`: how long a request that failed in passing (busy, restarting, a dropped line) is tried again before its error
    is raised. Callers with a retry loop of their own leave it at 0."""

    def __init__(
        self, target: Target, *, timeout_s: float = REQUEST_S, patience_s: float = 0.0, connections: int = 10, safe: str = ""
    ) -> None:
        self.url = target.url
        self.timeout_s = timeout_s
        self._patience_s = patience_s
        self._safe = safe  # what is safe while the server cannot be reached: a sentence for the error
        self._headers = {"User-Agent": USER_AGENT, "Accept": JSON}
        if target.key:
            if not (target.key.isascii() and target.key.isprintable()):
                raise NotSignedIn(detail=f"the key for {target.url} holds a character that no key has, such as a line break")
            self._headers["Authorization"] = f"Bearer {target.key}"
        self._transport = Transport(target.url, connections=connections)

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, path: str, type: type[T], /, **query: Any) -> T:  # noqa: A002 - reads as it means
        """`path` is under `/api/v1`; query entries that are None are left out."""
        return self._decode(path, self.request("GET", path, query=query, safe=True), type)

    def send(
        self,
        method: str,
        path: str,
        body: Any,
        type: type[T],  # noqa: A002
        *,
        safe: bool = False,
        once: bool = False,
        timeout_s: float | None = None,
    ) -> T:
        """Send `body` as JSON. `safe`: it only asks, so that a dropped connection is tried once more. `once`: see `request`."""
        answer = self.request(
            method, path, content=json_of(body), content_type=JSON, safe=safe, once=once, timeout_s=timeout_s,
            idle_s=timeout_s or OPERATION_S,
        )  # fmt: skip
        return self._decode(path, answer, type)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        content: transport.Content = None,
        content_type: str = "",
        accept: str = "",
        size: int | None = None,
        timeout_s: float | None = None,
        idle_s: float = OPERATION_S,
        safe: bool = False,
        once: bool = False,
    ) -> Answer:
        """The whole answer. `once`: done a second time it would do something else, so it is tried again only where the server
        cannot have done it. Raises the PublicError the server named, ServerUnreachable or UnexpectedAnswer."""

        def ask() -> Answer:
            with self.stream(method, path, query, content, content_type, accept, size, timeout_s, idle_s=idle_s) as response:
                body = _read(response, self.url)
                return Answer(response.status_code, response.headers.get("content-type", ""), body)

        def may_repeat(error: PublicError) -> bool:
            return _is_repeatable(content) and not (once and _may_be_done(error))

        try:
            return self.patiently(ask, safe=safe, may_repeat=may_repeat)
        except PublicError as error:
            if once and _may_be_done(error):
                text = f"{str(error).rstrip('. ')}. It may have been done all the same: look before you ask for it again."
                raise type(error).as_told(text, error.fields) from error.__cause__
            raise

    def patiently(
        self, ask: Callable[[], T], *, safe: bool = True, may_repeat: Callable[[PublicError], bool] = lambda _: True
    ) -> T:
        """What `ask` answers, which is tried again as long as this connection's patience lasts if it failed in passing."""
        backoff, give_up_at, lost = Backoff(cap_s=5.0), time.monotonic() + self._patience_s, 0
        while True:
            try:
                return ask()
            except PublicError as error:
                wait_s = backoff.next_s(retry_after_s(error))
                lost += _is_lost(error)
                if safe and lost == 1 and _is_lost(error):
                    continue
                if not is_passing(error) or time.monotonic() + wait_s > give_up_at or not may_repeat(error):
                    raise
                time.sleep(wait_s)

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        query: dict[str, Any] | None = None,
        content: transport.Content = None,
        content_type: str = "",
        accept: str = "",
        size: int | None = None,
        timeout_s: float | None = None,
        first_byte: int = 0,
        end_byte: int | None = None,
        headers: Mapping[str, str] | None = None,
        idle_s: float = OPERATION_S,
    ) -> Iterator[Response]:
        """An answer whose body is read by the caller, within the same deadline. Only a good status gets here.

        first_byte, end_byte: the part of it that is wanted, the end left out. idle_s: how long nothing may come."""
        headers = {**self._headers, **(headers or {})}
        if content_type:
            headers["Content-Type"] = content_type
        if accept:
            headers["Accept"] = accept
        if size is not None:
            headers["Content-Length"] = str(size)
        if first_byte or end_byte is not None:
            headers["Range"] = f"bytes={first_byte}-{'' if end_byte is None else end_byte - 1}"
        asked, is_open = _query(query or {}), False
        until = time.monotonic() + (timeout_s or self.timeout_s)
        try:
            with ExitStack() as stack:
                for hop in range(HOPS + 1):
                    url = self._absolute(path) + asked
                    response = stack.enter_context(
                        self._transport.exchange(method, url, headers, content, idle_s=idle_s, until=until)
                    )
                    if 200 <= response.status_code < 300:
                        break
                    error = self._error(response)
                    place = at_new_place(path, error) if hop < HOPS and _is_repeatable(content) else ""
                    if not place:
                        raise error
                    path = place
                is_open = True
                yield response
        except transport.FAILURES as error:
            if is_open and isinstance(error, OSError) and not isinstance(error, transport.OF_THE_NETWORK):
                raise  # the caller's own, as from a disk that is full
            raise ServerUnreachable(url=self.url, reason=_reason(error), safe=self._safe) from error

    def unexpected(self, reason: str, http_status: int = 0) -> UnexpectedAnswer:
        return UnexpectedAnswer(url=self.url, reason=reason, safe=self._safe, http_status=http_status)

    def _absolute(self, path: str) -> str:
        if path.startswith("/blobs/"):  # signed addresses are relative to the server, not to the API
            return self.url + path
        if "://" in path:  # a signed address of another store; the caller has a connection for its host
            assert path.startswith(self.url + "/"), "a connection speaks to one host"
            return path
        return f"{self.url}/api/v1{path}" if not path.startswith("/api/") else self.url + path

    def _decode(self, path: str, answer: Answer, type: type[T]) -> T:  # noqa: A002
        if type is bytes:
            return answer.body  # type: ignore[return-value]
        try:
            return msgspec.json.decode(answer.body, type=type)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self.unexpected(f"{path}: {error}", answer.status) from error

    def _error(self, response: Response) -> PublicError:
        status = response.status_code
        if 300 <= status < 400 and not response.headers.get("content-type", "").startswith("application/problem+json"):
            return self.unexpected(f"it redirects to {response.headers.get('location', 'nowhere')}", status)
        try:
            problem = msgspec.json.decode(_read(response, self.url), type=Problem)
        except (msgspec.MsgspecError, UnicodeDecodeError, PublicError):
            error: PublicError = self.unexpected(f"HTTP {status} without a reason", status)
        else:
            error = error_of(problem)
        asked = _retry_after(response.headers.get("retry-after", ""))
        if asked is not None:
            error.fields["retry_after_s"] = asked
        return error


def json_of(body: Any) -> bytes:
    """`body` as JSON. Raises InvalidRequest for a text in it that is not valid Unicode."""
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError as error:
        raise _not_unicode(error) from None


def path_of(*parts: str) -> str:
    """A path whose parts are quoted: names may hold any printable character. Raises InvalidRequest as `json_of` does."""
    try:
        return "".join("/" + quote(part, safe="") for part in parts)
    except UnicodeEncodeError as error:
        raise _not_unicode(error) from None


def _not_unicode(error: UnicodeEncodeError) -> InvalidRequest:
    start = max(0, error.start - _SHOWN_CHARS)
    shown = error.object[start : error.start + _SHOWN_CHARS]
    return InvalidRequest(detail=f"{shown!r} cannot be sent: it is not valid Unicode (a lone surrogate). Nothing was asked for.")


def at_new_place(path: str, error: PublicError) -> str:
    """`path` below a run's address, at the address where the server says the run is now; empty if it says nothing like it."""
    head, found, rest = path.partition("/runs/")
    base, is_project, _ = head.partition("/projects/")
    parts = str(error.fields.get("moved_to", "")).split("/")
    if not isinstance(error, Moved) or not found or not is_project or len(parts) != 3:
        return ""
    below = rest.partition("/")[2]
    return f"{base}/projects{path_of(*parts[:2])}/runs{path_of(parts[2])}" + (f"/{below}" if below else "")


def error_of(problem: Problem) -> PublicError:
    """The error a server described, with the server's own words. An unknown code keeps its status by a class of its own."""
    known = _BY_CODE.get(problem.code)
    if known is None:
        known = type(
            "ServerError",
            (PublicError,),
            {
                "code": problem.code,
                "status": problem.status,
                "__module__": __name__,
                "__reduce__": lambda error: (error_of, (problem,), error.__dict__),  # another process has no such class
            },
        )
    return known.as_told(problem.detail, problem.fields)


_BY_CODE = {error.code: error for error in all_errors()}


def _read(response: Response, url: str) -> bytes:
    body = response.read(4 * limits.BODY_BYTES + 1)
    if len(body) > 4 * limits.BODY_BYTES:
        raise TooLarge(what=f"An answer of {url}", actual="more", limit=4 * limits.BODY_BYTES, name="4 BODY_BYTES")
    return body


def _query(entries: Mapping[str, Any]) -> str:
    words = {True: "true", False: "false"}
    said = [(name, one) for name, value in entries.items() for one in (value if isinstance(value, list | tuple) else [value])]
    try:
        text = urlencode([(name, words[one] if isinstance(one, bool) else one) for name, one in said if one is not None])
    except UnicodeEncodeError as error:
        raise _not_unicode(error) from None
    return f"?{text}" if text else ""


def _is_lost(error: PublicError) -> bool:
    """A lost connection says nothing about the request; the same one again is harmless where it only reads."""
    return isinstance(error.__cause__, transport.FAILURES) and not isinstance(error.__cause__, TimeoutError)


def _may_be_done(error: PublicError) -> bool:
    """Whether the server may have done what it was asked, though it failed or nobody heard of it."""
    if isinstance(error, UnexpectedAnswer):
        return not 300 <= error.fields.get("http_status", 0) < 500
    if isinstance(error.__cause__, transport.FAILURES):
        return not isinstance(error.__cause__, transport.BEFORE_SENDING)
    return type(error).status == 500


def _is_repeatable(content: transport.Content) -> bool:
    return content is None or isinstance(content, bytes | memoryview)


def _retry_after(text: str) -> float | None:
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


# What OpenSSL calls an answer that is no TLS; which one depends on its version.
_NO_TLS = {"WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"}


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError) and error.reason in _NO_TLS:
        return "it does not speak TLS; its address may begin with http:// and not with https://"
    named: dict[type[BaseException], str] = {
        transport.ConnectTimeout: "no connection within the time limit",
        transport.ReadTimeout: "no answer within the time limit",
        transport.WriteTimeout: "sending took longer than the time limit",
        transport.PoolTimeout: "too many requests at once",
    }
    text = named.get(type(error)) or str(error) or type(error).__name__
    return text.strip().rstrip(".")
