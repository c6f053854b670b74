"""The table of the activity log. Personal data stands in it only as references."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base, now
from talentsphere.db.types import UtcDateTime

LEVELS = ("info", "warning", "security")


class Activity(Base):
    """One thing that was done. Rows have no foreign keys: the log outlives what it is about."""

    __tablename__ = "activity_logs"
    __table_args__ = (
        CheckConstraint(f"level IN {LEVELS}", "level"),
        # queries.list_activities: newest first, by whatever it is narrowed to, and within a span of time
        Index("ix_activity_logs_company", "company_id", "at", "id"),
        Index("ix_activity_logs_user", "user_id", "at", "id"),
        Index("ix_activity_logs_action", "action", "at", "id"),
        Index("ix_activity_logs_level", "level", "at", "id"),
        Index("ix_activity_logs_object", "object", "object_id", "at", "id"),
        # queries.prune_activities, and a list that is not narrowed
        Index("ix_activity_logs_at", "at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    user_id: Mapped[int | None]
    api_key_id: Mapped[int | None]
    company_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(60))
    """``object.verb`` in the past: ``job.created``."""
    level: Mapped[str] = mapped_column(String(10), default="info")
    object: Mapped[str | None] = mapped_column(String(40))
    object_id: Mapped[int | None]
    request_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Names of changed fields and numbers; never a name, an address or a text that a person wrote."""
