"""The tables of roll-ups: sums over the history of applications, kept by ``folding.py`` with every step."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base
from talentsphere.db.types import folded


class StageRollup(Base):
    """What happened in a stage of a job to those who applied in one month and came from one source.

    The company comes first, so that its figures are one range of the primary key. Jobs and sources keep the rows apart
    that writers lock.
    """

    __tablename__ = "stage_rollups"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    company_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stage: Mapped[str] = mapped_column(folded(40), primary_key=True)
    cohort: Mapped[date] = mapped_column(Date, primary_key=True)
    """The first day of the month of applying."""
    source: Mapped[str] = mapped_column(folded(80), primary_key=True)
    """Empty where nothing is known."""
    applied: Mapped[int] = mapped_column(BigInteger)
    """Applications that began here."""
    reached: Mapped[int] = mapped_column(BigInteger)
    """Applications that have ever stood here."""
    rejected: Mapped[int] = mapped_column(BigInteger)
    """Those rejected here, less those whose rejection was undone."""
    withdrawn: Mapped[int] = mapped_column(BigInteger)
    hires: Mapped[int] = mapped_column(BigInteger)
    """Applications that were hired here, each at most once."""
    hire_seconds: Mapped[int] = mapped_column(BigInteger)
    """From applying to that, summed."""
    stays: Mapped[int] = mapped_column(BigInteger)
    """Stays that are over: by a move, a rejection that stood, a withdrawal."""
    stay_seconds: Mapped[int] = mapped_column(BigInteger)


class DayRollup(Base):
    """What happened on one day (UTC) in one company, in ``SHARDS`` parts, so that its writers rarely meet in a row."""

    __tablename__ = "day_rollups"
    __table_args__ = (
        # dashboards.list_days: of all companies
        Index("ix_day_rollups_day", "day"),
        {"sqlite_with_rowid": False},
    )

    company_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    shard: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    applied: Mapped[int] = mapped_column(BigInteger)
    moved: Mapped[int] = mapped_column(BigInteger)
    rejected: Mapped[int] = mapped_column(BigInteger)
    """Less what was undone on this day."""
    withdrawn: Mapped[int] = mapped_column(BigInteger)
    hires: Mapped[int] = mapped_column(BigInteger)
    hire_seconds: Mapped[int] = mapped_column(BigInteger)
