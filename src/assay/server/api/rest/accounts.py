"""Signing in and out, keys, what the server can do."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from assay.server.api.auth import COOKIE, PUBLIC, SECURE_COOKIE, SIGNED_IN, session_token
from assay.server.api.routing import delete, get, post, put
from assay.server.domain.accounts import Actor
from assay.server.services.accounts import SESSION_S
from assay.server.services.catalog import Catalog
from assay.wire import limits, records
from assay.wire.errors import InvalidRequest
from assay.wire.messages import accounts as messages
from assay.wire.version import __version__

AnyRequest = Request[Any, Any, Any]


def _origin_of(request: AnyRequest) -> tuple[str, str]:
    client = request.scope.get("client")
    return (client[0] if client else ""), str(request.scope.get("request_id", ""))


def _cookie(request: AnyRequest, token: str) -> Cookie:
    is_https = request.scope["scheme"] == "https"
    return Cookie(
        key=SECURE_COOKIE if is_https else COOKIE, value=token, path="/", max_age=SESSION_S if token else 0,
        secure=is_https, httponly=True, samesite="lax",
    )  # fmt: skip


@post("/api/v1/session", permission=PUBLIC)
def sign_in(data: messages.SignIn, request: AnyRequest, catalog: Catalog) -> Response[messages.Me]:
    """Sign in with a name and a password; the answer sets the session's cookie."""
    return _signed_in(request, catalog, catalog.accounts.sign_in(data.username, data.password, *_origin_of(request)))


@post("/api/v1/session/link", permission=PUBLIC)
def sign_in_by_link(data: messages.LinkSignIn, request: AnyRequest, catalog: Catalog) -> Response[messages.Me]:
    """Sign in with the token of a one-time link."""
    return _signed_in(request, catalog, catalog.accounts.sign_in_by_link(data.token, *_origin_of(request)))


def _signed_in(request: AnyRequest, catalog: Catalog, token: str) -> Response[messages.Me]:
    before = session_token(request)
    if before:  # a session that was there before must not survive beside the new one
        catalog.accounts.drop_session(before)
    return Response(catalog.accounts.me(catalog.accounts.by_session(token)), cookies=[_cookie(request, token)])


@delete("/api/v1/session", permission=SIGNED_IN, status_code=204)
def sign_out(request: AnyRequest, actor: Actor, catalog: Catalog) -> Response[None]:
    """End this session."""
    token = session_token(request)
    if token and actor.via == "session":
        catalog.accounts.sign_out(actor, token)
    return Response(None, status_code=204, cookies=[_cookie(request, "")])


@get("/api/v1/me", permission=SIGNED_IN)
def me(actor: Actor, catalog: Catalog) -> messages.Me:
    """Who is asking, and their teams."""
    return catalog.accounts.me(actor)


@put("/api/v1/me/password", permission=SIGNED_IN)
def change_password(data: messages.PasswordChange, request: AnyRequest, actor: Actor, catalog: Catalog) -> Response[messages.Me]:
    """Set a password. Every session of the account ends; the answer sets a new one."""
    if actor.via != "session":
        raise InvalidRequest(detail="A password is set in the browser, by the person signed in there; a key cannot do it")
    return _signed_in(request, catalog, catalog.accounts.change_password(actor, data.current, data.new))


@put("/api/v1/me/email", permission=SIGNED_IN)
def change_email(data: messages.EmailChange, actor: Actor, catalog: Catalog) -> messages.Me:
    """Set the address that the caller gets mail at; empty for none."""
    return catalog.accounts.set_email(actor, data.email)


@get("/api/v1/capabilities", permission=SIGNED_IN)
def capabilities(catalog: Catalog) -> messages.Capabilities:
    """What this server can do, and its limits."""
    numbers = {name: value for name, value in vars(limits).items() if name.isupper() and isinstance(value, int)}
    return messages.Capabilities(__version__, records.FORMAT, numbers, signed_blobs=catalog.files.can_sign,
                                 code_saving=catalog.code_saving, mail=catalog.notices.can_send)  # fmt: skip


@get("/api/v1/keys", permission=SIGNED_IN)
def list_keys(actor: Actor, catalog: Catalog) -> list[messages.Key]:
    """The caller's keys, without their secrets."""
    return catalog.accounts.keys(actor)


@post("/api/v1/keys", permission=SIGNED_IN, status_code=201)
def create_key(data: messages.KeyCreate, actor: Actor, catalog: Catalog) -> messages.KeyCreated:
    """A new key; its secret is in this answer and nowhere else."""
    return catalog.accounts.create_key(actor, data.name)


@delete("/api/v1/keys/{key_id:str}", permission=SIGNED_IN, status_code=204)
def revoke_key(key_id: str, actor: Actor, catalog: Catalog) -> None:
    """End a key, at once."""
    catalog.accounts.revoke_key(actor, key_id)


HANDLERS = [
    sign_in,
    sign_in_by_link,
    sign_out,
    me,
    change_password,
    change_email,
    capabilities,
    list_keys,
    create_key,
    revoke_key,
]
