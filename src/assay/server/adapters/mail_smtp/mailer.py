"""Mail through the SMTP server of an organisation or a provider (RFC 5321), over TLS from the start (`smtps://`) or as soon as
the server offers it (`smtp://`).

A password travels over TLS only, except to a server on this machine: whoever takes the offer of TLS out of an answer on the way
would read it otherwise."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from assay.server.domain.errors import MailRefused
from assay.server.domain.mail import Mail, is_address
from assay.server.domain.networks import is_loopback
from assay.wire.errors import InvalidRequest, Unavailable

_TIMEOUT_S = 20.0  # for each word of the exchange
_PORTS = {"smtp": 587, "smtps": 465}


class SmtpMailer:
    """`sender` is who mails are from."""

    def __init__(self, address: str, sender: str, user: str = "", password: str = "") -> None:
        """Raises InvalidRequest for an address or a sender that cannot be one."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError as error:
            raise InvalidRequest(detail=f"smtp is {address!r}: {error}") from error
        if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or "@" in parts.netloc:
            raise InvalidRequest(
                detail=f"smtp is {_without_login(address)!r}; expected smtp://host:port or smtps://host:port. Name and password "
                "go into smtp_user and smtp_password"
            )
        if not is_address(sender):
            raise InvalidRequest(detail=f"mail_from is {sender!r}; expected the address that mails are sent from")
        self._host, self._port = parts.hostname, port or _PORTS[parts.scheme]
        self._is_tls = parts.scheme == "smtps"
        self._sender, self._user, self._password = sender, user, password

    def send(self, mail: Mail) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, mail.to, mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence notes come back
        message.set_content(mail.text)
        try:
            with self._connected() as server:
                server.send_message(message, self._sender, [mail.to])
        except (OSError, smtplib.SMTPException) as error:
            if isinstance(error, smtplib.SMTPRecipientsRefused) and all(code >= 500 for code, _ in error.recipients.values()):
                raise MailRefused(to=mail.to, reason=_reason(error)) from error
            raise Unavailable(
                detail=f"The mail server {self._host}:{self._port} did not take a mail: {_reason(error)}."
            ) from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_S)
        try:
            if not self._is_tls:
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=context)
                elif self._user and not is_loopback(self._host):
                    raise smtplib.SMTPException("it offers no TLS, and a password is not sent without; use a port that does")
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server


def _without_login(address: str) -> str:
    scheme, found, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if found else address


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return f"{code} {text.decode(errors='replace')}"
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    if isinstance(error, ConnectionError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
