"""The outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base, now
from talentsphere.db.types import UtcDateTime

STATUSES = ("queued", "sent", "kept", "unwanted", "refused")
"""``kept``: there is no mail server, so it stays here to be looked at; the last two will never be sent."""


class Mail(Base):
    """A mail, written in the transaction that caused it, with the task that sends it."""

    __tablename__ = "outbox"
    __table_args__ = (
        # queries.prune_mails
        Index("ix_outbox_created_at", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    template: Mapped[str] = mapped_column(String(40))
    """A name of ``kinds.MAILS``."""
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the template shows, a secret link among it; empty once it was sent."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12), default="queued", server_default="kept")
    """The server's default is for rows of before there were tasks."""
    user_id: Mapped[int | None]
    """Whose preferences decide, for mails that one may refuse."""
