"""A mail server on loopback that keeps what it is sent, for tests of whoever sends."""

from __future__ import annotations

import email
import email.policy
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.infra.object_stores import free_ports


@dataclass
class MailServer:
    """`refusals` answers what an address is refused with. `logins`: name and password of everybody who signed in."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    logins: list[tuple[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.logins[-1][1] == "right", handled=False)


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None, asks_who: bool = False) -> Iterator[MailServer]:
    """`tls`: it is offered, and asked for before anything else. `asks_who`: only who signs in (password "right") may send."""
    (port,) = free_ports(1)
    server = MailServer(port)
    controller = Controller(
        server, hostname="127.0.0.1", port=port, tls_context=tls, require_starttls=tls is not None,
        authenticator=server.authenticate, auth_required=asks_who, auth_require_tls=tls is not None,
    )  # fmt: skip
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
