"""Handing a message to a mail server (SMTP)."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from talentsphere.tasks.queue import TaskFailed

TIMEOUT_S = 10.0


class Refused(Exception):
    """The server will never take this message; the text is its status code."""


@dataclass(frozen=True)
class MailServer:
    """Where ``SMTP_URL`` leads."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    """From the first byte (``smtps``)."""
    starttls: bool
    sender: str | None

    @classmethod
    def of(cls, url: str) -> MailServer:
        """Return what a checked ``SMTP_URL`` means."""
        parts = urlsplit(url)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (465 if tls else 587 if options.get("starttls") == "1" else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
            starttls=options.get("starttls") == "1",
            sender=options.get("from"),
        )


def deliver(server: MailServer, message: EmailMessage) -> None:
    """Hand ``message`` over; raise ``Refused``, or ``TaskFailed`` when a later attempt may succeed."""
    try:
        with _connected(server) as connection:
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(min(code for code, _ in error.recipients.values())) from None
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code) from None
    except smtplib.SMTPResponseException as error:
        raise TaskFailed(f"the mail server answered {error.smtp_code}") from None
    except smtplib.SMTPNotSupportedError:
        raise TaskFailed("the mail server cannot do what SMTP_URL or the address asks for") from None
    except (smtplib.SMTPException, OSError) as error:
        raise TaskFailed(f"the mail server cannot be reached: {type(error).__name__}") from None


def _connected(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if server.tls:
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    try:
        if server.starttls:
            connection.starttls(context=context)
        if server.user is not None:
            connection.login(server.user, server.password or "")
    except BaseException:
        connection.close()
        raise
    return connection


def _refusal(code: int) -> Exception:
    return Refused(str(code)) if 500 <= code < 600 else TaskFailed(f"the mail server answered {code}")
