"""Sending mail."""

from __future__ import annotations

from typing import Protocol

from assay.server.domain.mail import Mail


class Mailer(Protocol):
    """Safe to share between threads."""

    def send(self, mail: Mail) -> None:
        """Returns when the mail server has taken it. Raises Unavailable where another try may do, MailRefused where none will."""
