"""Mailer through an SMTP server."""

from assay.server.adapters.mail_smtp.mailer import SmtpMailer

__all__ = ["SmtpMailer"]
