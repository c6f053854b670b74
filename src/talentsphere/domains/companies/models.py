"""The tables of companies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base, now
from talentsphere.db.types import UtcDateTime, folded


class Company(Base):
    """An employer. ``open_jobs`` is a kept counter, changed in the transaction that changes a job."""

    __tablename__ = "companies"
    __table_args__ = (
        # queries.list_companies: by name, at any depth
        Index("ix_companies_name_key_id", "name_key", "id"),
        # queries.find_company, and filters by company
        Index("uq_companies_slug", "slug", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(folded(200))
    """The case-folded name with single spaces; what imports resolve a company by."""
    slug: Mapped[str] = mapped_column(folded(120))
    website: Mapped[str | None] = mapped_column(String(500))
    description: Mapped[str | None] = mapped_column(Text)
    confidential: Mapped[bool] = mapped_column(default=False, server_default=false())
    """True for the placeholder that holds a source's postings without a company."""
    open_jobs: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class CompanyLocation(Base):
    """Where a company works. The rows of a company are written together, in the order in which it shows them."""

    __tablename__ = "company_locations"
    __table_args__ = (
        # queries.locations_of_company
        Index("ix_company_locations_company", "company_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(120))
    region: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(folded(2))
    """ISO 3166-1 alpha-2, upper case."""


class Team(Base):
    """A department of a company. A person is in at most one."""

    __tablename__ = "teams"
    __table_args__ = (
        # queries.list_teams, and one name a company
        Index("uq_teams_company_name", "company_id", "name_key", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(folded(200))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Invitation(Base):
    """A person asked to join a company in a role, by a link that is mailed and good once."""

    __tablename__ = "invitations"
    __table_args__ = (
        Index("uq_invitations_token_hash", "token_hash", unique=True),
        # queries.list_invitations
        Index("ix_invitations_company", "company_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(folded(254))
    role: Mapped[str] = mapped_column(String(20))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    token_hash: Mapped[str] = mapped_column(folded(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
