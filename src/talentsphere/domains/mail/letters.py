"""A row of the outbox as a letter: subject, text and HTML, and the headers that never change."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from flask import render_template

from talentsphere.db.rows import AnyRow
from talentsphere.domains.mail.kinds import MAILS
from talentsphere.domains.mail.unsubscribing import unsubscribe_link
from talentsphere.settings import Settings

LETTERS = uuid.UUID("5f0c7c0e-3b0f-5d0a-9a52-3d8f1c6f7a11")
"""The name space of message ids."""
_LOOKS_LIKE_A_LINK = re.compile(r"://|www\.|[/@]", re.IGNORECASE)


@dataclass(frozen=True)
class Letter:
    """What a person reads."""

    subject: str
    text: str
    html: str
    unsubscribe: str | None
    """The link that refuses this kind of mail."""


def letter_of(mail: AnyRow, settings: Settings) -> Letter:
    """Return the mail as it reads, from a row of ``queries.WHOLE`` whose values were not forgotten."""
    kind = MAILS[mail.template]
    unsubscribe = None if kind.transactional else unsubscribe_link(settings, mail.user_id, mail.template)
    shown = {**mail.context, "site": settings.public_url, "unsubscribe": unsubscribe}
    shown["name"] = greeting(mail.context.get("name"))
    shown["subject"] = subject = _one_line(kind.subject.format_map(shown))
    text, html = (render_template(f"mail/{mail.template}.{ending}", **shown) for ending in ("txt", "html"))
    return Letter(subject, text, html, unsubscribe)


def greeting(name: str | None) -> str | None:
    """Return the name to greet with, or nothing: who registers somebody else's address must not mail them links."""
    return None if not name or _LOOKS_LIKE_A_LINK.search(name) else name


def message_of(mail: AnyRow, letter: Letter, sender: str, settings: Settings) -> EmailMessage:
    """Return what is handed to a mail server: the same for every attempt, its Message-ID included."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = message_id(mail, settings)
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def message_id(mail: AnyRow, settings: Settings) -> str:
    """Return the mail's own id, by which a mail server knows it again when it is sent twice."""
    name = f"{settings.public_url} {mail.id} {mail.created_at.isoformat()}"
    return f"<{uuid.uuid5(LETTERS, name)}@{urlsplit(settings.public_url).hostname}>"


def _one_line(text: Any) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
