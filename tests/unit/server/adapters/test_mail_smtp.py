"""Mails, sent to a mail server that really answers."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from assay.server.adapters.mail_smtp import SmtpMailer
from assay.server.domain.errors import MailRefused
from assay.server.domain.mail import Mail, is_address
from assay.wire.errors import InvalidRequest, Unavailable
from tests.infra.mail_server import mail_server

MAIL = Mail("ada@example.org", "Assay: ann/digits/katzen:v0 will be deleted on 3 May 2026", "Größe: 3 GB\n")
SENDER = "assay@example.org"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of 127.0.0.1, with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    path = tmp_path / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def tls_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_mail_arrives_as_it_was_written() -> None:
    with mail_server() as server:
        SmtpMailer(server.address, SENDER).send(MAIL)
        (arrived,) = server.to(MAIL.to)
    assert (arrived["From"], arrived["Subject"], arrived["Auto-Submitted"]) == (SENDER, MAIL.subject, "auto-generated")
    assert arrived.get_content().replace("\r\n", "\n") == MAIL.text
    assert arrived["Message-ID"].endswith("@example.org>")
    assert arrived["Date"]


def test_who_sends_signs_in_where_that_is_asked() -> None:
    with mail_server(asks_who=True) as server:
        SmtpMailer(server.address, SENDER, "assay", "right").send(MAIL)
        assert server.logins == [("assay", "right")]
        with pytest.raises(Unavailable, match="535"):
            SmtpMailer(server.address, SENDER, "assay", "wrong").send(MAIL)
        assert len(server.mails) == 1


def test_an_offer_of_tls_is_taken_and_the_certificate_checked(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(tls=tls_of(certificate), asks_who=True) as server:
        mailer = SmtpMailer(server.address, SENDER, "assay", "right")
        with pytest.raises(Unavailable, match="certificate"):
            mailer.send(MAIL)
        assert server.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        mailer.send(MAIL)
        assert server.logins == [("assay", "right")]
        assert len(server.mails) == 1


def test_a_password_does_not_leave_this_machine_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as server:
        monkeypatch.setattr(socket, "getaddrinfo", _as_loopback(server.port))
        mailer = SmtpMailer(f"smtp://mail.example.org:{server.port}", SENDER, "assay", "right")
        with pytest.raises(Unavailable, match="no TLS"):
            mailer.send(MAIL)
        assert server.logins == []
        # Without a password there is nothing to be read that a mail does not show anyway.
        SmtpMailer(f"smtp://mail.example.org:{server.port}", SENDER).send(MAIL)
        assert len(server.mails) == 1


def _as_loopback(port: int) -> object:
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def test_what_passes_is_told_apart_from_what_does_not() -> None:
    with mail_server() as server:
        server.refusals |= {"gone@example.org": "550 no such user", "full@example.org": "452 mailbox full"}
        mailer = SmtpMailer(server.address, SENDER)
        with pytest.raises(MailRefused, match="550 no such user"):
            mailer.send(Mail("gone@example.org", "s", "t"))
        with pytest.raises(Unavailable, match="452 mailbox full"):
            mailer.send(Mail("full@example.org", "s", "t"))
    with pytest.raises(Unavailable, match="refused"):
        mailer.send(MAIL)  # nobody listens any more


@pytest.mark.parametrize(
    "address", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://h:port", "smtp://h/path", "smtp://ann:key@h"]
)
def test_an_address_that_is_none_is_told_without_its_password(address: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        SmtpMailer(address, SENDER)
    assert "key" not in str(refused.value)


def test_mails_need_somebody_they_are_from() -> None:
    with pytest.raises(InvalidRequest, match="mail_from"):
        SmtpMailer("smtp://127.0.0.1:25", "")


@pytest.mark.parametrize("text", ["ada@example.org", "a.b+c@x", "größe@example.org", "x" * 64 + "@example.org"])
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "ada", "@example.org", "ada@", "a b@c", "ada@example.org\nBcc: eve@example.org", "ada@example.org, eve@example.org",
     "Ada <ada@example.org>", "ada@-", "x" * 65 + "@example.org", "ada@" + "x" * 260, "a@b@c", "ada@exa mple.org", "\u200bada@x"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)
