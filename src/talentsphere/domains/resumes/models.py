"""The table of resumes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base, now
from talentsphere.db.types import UtcDateTime


class Resume(Base):
    """What a person says of themselves: ``text`` as it reads, ``profile`` as facts (skills, positions)."""

    __tablename__ = "resumes"
    __table_args__ = (
        # queries.find_own_resume: by the id that clients know
        Index("uq_resumes_public_id", "public_id", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    """The only id that leaves the house."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    profile: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    text: Mapped[str] = mapped_column(Text, default="")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
