"""The tables of suggestions. ``services.py`` keeps them behind the change feed; no request writes them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base
from talentsphere.db.types import folded

KINDS = ("title", "skill", "company", "place")
KEY_LENGTH = 60
WORD_LENGTH = 40


class SuggestLabel(Base):
    """Something that open postings have in common. ``ref`` names it within its kind: a folded title or place, an id."""

    __tablename__ = "suggest_labels"
    __table_args__ = (
        # services.refresh: the label of a title
        Index("uq_suggest_labels_ref", "kind", "ref", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    ref: Mapped[str] = mapped_column(folded(200))
    object_id: Mapped[int | None]
    """Of a skill or company: ``ref`` as a number."""
    label: Mapped[str] = mapped_column(String(300))
    slug: Mapped[str | None] = mapped_column(String(200))
    """Of skills and companies."""
    weight: Mapped[int]
    """Postings that have it, as they were last counted; at most ``services.COUNTED``."""


class SuggestKey(Base):
    """A label from the start of one of its words on, folded: ``data engineer`` and ``engineer``."""

    __tablename__ = "suggest_keys"
    __table_args__ = (
        # services: what a label was found by
        Index("ix_suggest_keys_label", "label_id"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[str] = mapped_column(folded(KEY_LENGTH), primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("suggest_labels.id", ondelete="CASCADE"), primary_key=True)


class SuggestTop(Base):
    """The best labels of each kind of a beginning that many keys have."""

    __tablename__ = "suggest_tops"
    __table_args__ = (
        # a label that goes, goes from here
        Index("ix_suggest_tops_label", "label_id"),
        {"sqlite_with_rowid": False},
    )

    prefix: Mapped[str] = mapped_column(folded(KEY_LENGTH), primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("suggest_labels.id", ondelete="CASCADE"), primary_key=True)


class SuggestWord(Base):
    """A word of labels, and in how many it stands."""

    __tablename__ = "suggest_words"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    word: Mapped[str] = mapped_column(folded(WORD_LENGTH), primary_key=True)
    n: Mapped[int]


class SuggestDeletion(Base):
    """What is left of a word's beginning without one of its letters (and with all of them): ``pyton`` of ``python``."""

    __tablename__ = "suggest_deletions"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    deletion: Mapped[str] = mapped_column(folded(WORD_LENGTH), primary_key=True)
    word: Mapped[str] = mapped_column(folded(WORD_LENGTH), primary_key=True)
