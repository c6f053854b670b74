"""The tables of people, their sessions, the links they are mailed, and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base, now
from talentsphere.db.types import UtcDateTime, folded

ROLES = ("admin", "recruiter", "hiring_manager", "interviewer", "candidate")
LINK_KINDS = ("verify_email", "reset_password")


class User(Base):
    """A person. ``company_id`` is set for recruiters, hiring managers and interviewers, and for nobody else."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(f"role IN {ROLES}", "role"),
        # queries.find_by_email, and one account an address
        Index("uq_users_email_key", "email_key", unique=True),
        # companies.queries.list_members: a team's people, active ones apart
        Index("ix_users_team", "team_id", "is_active", "id"),
        # companies.queries.list_people: a company's people
        Index("ix_users_company", "company_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(folded(254))
    """The case-folded address: what accounts are found by."""
    full_name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default="candidate")
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    password_hash: Mapped[str] = mapped_column(String(200))
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token_version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Raised to end every session and every access token of the person at once."""
    preferences: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Session(Base):
    """One sign-in, and the family of refresh tokens that came from it. The row is the truth about its end."""

    __tablename__ = "sessions"
    __table_args__ = (
        # queries.list_sessions
        Index("ix_sessions_user", "user_id", "id"),
        # what pruning walks
        Index("ix_sessions_expires_at", "expires_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RefreshToken(Base):
    """A refresh token by its hash. Used once; the one that follows is derived from it, so a family is one chain."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index("ix_refresh_tokens_session", "session_id"),
        {"sqlite_with_rowid": False},
    )

    token_hash: Mapped[str] = mapped_column(folded(64), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MailedLink(Base):
    """A secret that was mailed to prove an address or to set a new password: by its hash, good once."""

    __tablename__ = "mailed_links"
    __table_args__ = (
        CheckConstraint(f"kind IN {LINK_KINDS}", "kind"),
        Index("ix_mailed_links_user", "user_id", "kind"),
        {"sqlite_with_rowid": False},
    )

    token_hash: Mapped[str] = mapped_column(folded(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKey(Base):
    """A secret for an integration, by its hash. ``company_id`` is null for a key of the whole instance."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("uq_api_keys_secret_hash", "secret_hash", unique=True),
        # queries.list_api_keys
        Index("ix_api_keys_company", "company_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(100))
    start: Mapped[str] = mapped_column(String(12))
    """The first characters of the secret, for people to tell keys apart."""
    secret_hash: Mapped[str] = mapped_column(folded(64))
    scopes: Mapped[str] = mapped_column(String(300))
    """Names with spaces between, as in OAuth."""
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
