"""The tables of the skill dictionary."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base, now
from talentsphere.db.types import UtcDateTime, folded


class Skill(Base):
    """One skill, under the name that is shown."""

    __tablename__ = "skills"
    __table_args__ = (
        # queries.list_skills: by name, at any depth
        Index("ix_skills_name_key_id", "name_key", "id"),
        # queries.find_skill
        Index("uq_skills_slug", "slug", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(folded(200))
    slug: Mapped[str] = mapped_column(folded(200))
    kind: Mapped[str] = mapped_column(String(20))
    """``skill``, ``technology`` or ``language`` (a programming language)."""
    code: Mapped[str | None] = mapped_column(String(120))
    """The concept in its source: an ESCO URI or a UNSPSC code."""


class SkillName(Base):
    """A name by which a skill is found: its own name, its slug or an alias, case-folded."""

    __tablename__ = "skill_names"
    __table_args__ = (
        # queries.list_skills: the aliases of a page of skills
        Index("ix_skill_names_skill_id", "skill_id"),
        {"sqlite_with_rowid": False},
    )

    name_key: Mapped[str] = mapped_column(folded(200), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skills.id", ondelete="CASCADE"), primary_key=True)
    alias: Mapped[str | None] = mapped_column(String(200))
    """The alias as published; null for the skill's own name and slug."""


class Dictionary(Base):
    """Which dictionary was imported last, and when."""

    __tablename__ = "dictionaries"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[str] = mapped_column(String(64))
    """The SHA-256 of the imported content."""
    entries: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
