"""Every statement about the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.accounts.models import User
from talentsphere.domains.mail.kinds import MAILS
from talentsphere.domains.mail.models import Mail
from talentsphere.tasks.models import SOON
from talentsphere.tasks.queue import add_task

SEND = "mail.send"
KEPT_FOR = timedelta(days=30)
"""Longer than any link in a mail is good."""
WHOLE = (
    Mail.id, Mail.recipient, Mail.template, Mail.values.label("context"), Mail.created_at, Mail.sent_at, Mail.error,
    Mail.status, Mail.user_id,
)  # fmt: skip


def add_mail(
    session: Session, recipient: str, template: str, values: dict[str, Any], user_id: int | None = None
) -> None:
    """Put a mail into the outbox: it is sent when this transaction is committed, by a task; two statements.

    ``user_id`` is whom it is for, when they may refuse this kind (``kinds.MAILS``).
    """
    assert template in MAILS and (MAILS[template].transactional or user_id), f"who may refuse {template}?"
    mail = Mail(recipient=recipient, template=template, values=values, user_id=user_id)
    session.add(mail)
    session.flush()
    add_task(session, SEND, {"mail_id": mail.id}, priority=SOON)


def find_mail(session: Reader, mail_id: int) -> AnyRow | None:
    """Return ``WHOLE`` of a mail, and the ``preferences`` of whom it is for, or nothing; one statement."""
    statement = select(*WHOLE, User.preferences).outerjoin(User, User.id == Mail.user_id)
    return session.execute(statement.where(Mail.id == mail_id)).one_or_none()


def list_mails(session: Reader, limit: int) -> Sequence[AnyRow]:
    """Return ``WHOLE`` of the newest mails; one statement."""
    return session.execute(select(*WHOLE).order_by(Mail.id.desc()).limit(limit)).all()


def settle(session: Session, mail_id: int, status: str, at: datetime, error: str | None = None) -> dict[str, str]:
    """Say what became of a mail, and forget what it showed unless it is kept to be looked at; one statement."""
    columns: dict[str, Any] = {"status": status, "error": error, "sent_at": at if status == "sent" else None}
    if status != "kept":
        columns["values"] = {}
    session.execute(update(Mail).where(Mail.id == mail_id).values(columns))
    return {"status": status}


def prune_mails(session: Session, at: datetime, limit: int) -> int:
    """Delete up to ``limit`` old mails, the oldest first; return how many. One statement."""
    old = select(Mail.id).where(Mail.created_at < at - KEPT_FOR).order_by(Mail.created_at).limit(limit)
    return session.connection().execute(delete(Mail).where(Mail.id.in_(old))).rowcount
