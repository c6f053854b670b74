"""The tables of job postings, and rules on one posting."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, false, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from talentsphere.db.base import Base, now
from talentsphere.db.types import UtcDateTime, folded

if TYPE_CHECKING:
    from talentsphere.domains.companies.models import Company

STATUSES = ("draft", "open", "paused", "closed")
CLOSED_REASONS = ("filled", "expired", "cancelled", "duplicate", "other")
EMPLOYMENT_TYPES = (
    "full_time", "part_time", "contract", "temporary", "internship", "volunteer", "per_diem", "other",
)  # fmt: skip
EXPERIENCE_LEVELS = ("intern", "entry", "mid", "senior", "lead", "executive")
SALARY_PERIODS = {"hour": 2080, "day": 260, "week": 52, "month": 12, "year": 1}
"""Each period with how many of it make a working year (52 weeks of 5 days of 8 hours)."""

ID_BITS = 24
SAMPLE = 64
"""One open posting in this many, by id, stands in the sample from which totals are estimated."""

_OPEN = text("status = 'open'")
_FEATURED = text("status = 'open' AND featured")
_SAMPLED = text(f"status = 'open' AND id % {SAMPLE} = 0")
_ENDS = text("status IN ('open', 'paused') AND expires_at IS NOT NULL")
_BEGINS = text("status = 'draft' AND publish_at IS NOT NULL")
_WALK = (
    "country", "remote", "employment_type", "experience_level", "pay_yearly", "currency", "company_id",
    "featured", "location_key", "city_key", "region_key", "id", "status",
)  # fmt: skip


def recency_key(posted_at: datetime, job_id: int) -> int:
    """Return the number whose order is exactly (``posted_at`` in whole seconds, ``id``)."""
    return int(posted_at.timestamp()) << ID_BITS | job_id & (1 << ID_BITS) - 1


def key_floor(posted_at: datetime) -> int:
    """Return the smallest ``recency_key`` of a posting of that second or later."""
    return int(posted_at.timestamp()) << ID_BITS


class Job(Base):
    """A posting, in the terms of schema.org's JobPosting. Money is whole units of ``currency``.

    ``key`` is ``recency_key`` of ``posted_at`` (of ``created_at`` while it is unpublished): the order of lists,
    and what a cursor holds. The ``*_key`` columns are case-folded text for equality and order. Long texts come
    last, so that a page of a list never reads them.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", "status"),
        CheckConstraint("salary_max IS NULL OR salary_min IS NULL OR salary_max >= salary_min", "salary"),
        # queries.list_open_jobs: the newest-first walk; filters are judged inside the index
        Index("ix_jobs_open_key", "key", *_WALK, sqlite_where=_OPEN, postgresql_where=_OPEN),
        # queries.list_open_jobs with one company, place or in another order
        Index("ix_jobs_open_company", "company_id", "key", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_jobs_open_location", "location_key", "key", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_jobs_open_city", "city_key", "key", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_jobs_open_pay", "pay_yearly", "key", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_jobs_open_title", "title_key", "key", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_jobs_featured_key", "key", sqlite_where=_FEATURED, postgresql_where=_FEATURED),
        # queries.estimate_open_jobs
        Index("ix_jobs_sample", "key", *_WALK, sqlite_where=_SAMPLED, postgresql_where=_SAMPLED),
        # own.list_company_jobs: a company's own postings, drafts included
        Index("ix_jobs_company_key", "company_id", "key"),
        # timing.expire_jobs and timing.publish_jobs
        Index("ix_jobs_expires_at", "expires_at", sqlite_where=_ENDS, postgresql_where=_ENDS),
        Index("ix_jobs_publish_at", "publish_at", sqlite_where=_BEGINS, postgresql_where=_BEGINS),
        # alike.candidates: a company's postings that are near copies of one
        *(Index(f"ix_jobs_{name}", name, "company_id") for name in ("near_1", "near_2", "near_3", "near_4")),
        # the importer's look-up of what it has seen
        Index("uq_jobs_source_external_id", "source", "external_id", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(10), default="draft", server_default="draft")
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    title: Mapped[str] = mapped_column(String(300))
    title_key: Mapped[str] = mapped_column(folded(120))
    slug: Mapped[str] = mapped_column(folded(120))
    location: Mapped[str | None] = mapped_column(String(200))
    location_key: Mapped[str | None] = mapped_column(folded(200))
    city: Mapped[str | None] = mapped_column(String(120))
    city_key: Mapped[str | None] = mapped_column(folded(120))
    region: Mapped[str | None] = mapped_column(String(120))
    region_key: Mapped[str | None] = mapped_column(folded(120))
    country: Mapped[str | None] = mapped_column(folded(2))
    """ISO 3166-1 alpha-2, upper case."""
    remote: Mapped[bool] = mapped_column(default=False, server_default=false())
    employment_type: Mapped[str | None] = mapped_column(String(20))
    experience_level: Mapped[str | None] = mapped_column(String(20))
    salary_min: Mapped[int | None] = mapped_column(BigInteger)
    salary_max: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(folded(3))
    salary_period: Mapped[str | None] = mapped_column(String(10))
    pay_yearly: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The best pay in a year, in the posting's own currency; 0 when it is not stated."""
    featured: Mapped[bool] = mapped_column(default=False, server_default=false())
    source: Mapped[str | None] = mapped_column(folded(80))
    external_id: Mapped[str | None] = mapped_column(folded(200))
    industry: Mapped[str | None] = mapped_column(String(200))
    closed_reason: Mapped[str | None] = mapped_column(String(20))
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Whole seconds."""
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a draft is to be published."""
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    content_hash: Mapped[str | None] = mapped_column(String(32))
    """What the importer compares before it touches a row."""
    text_hash: Mapped[int | None] = mapped_column(BigInteger)
    """Of the words of title, place and text. With the next five the fingerprint of ``fingerprints.py``."""
    near_1: Mapped[int | None]
    near_2: Mapped[int | None]
    near_3: Mapped[int | None]
    near_4: Mapped[int | None]
    sketch: Mapped[str | None] = mapped_column(String(128))
    description: Mapped[str] = mapped_column(Text)
    """Sanitised HTML."""
    description_text: Mapped[str] = mapped_column(Text)
    questions: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """What who applies is asked, in its order; ``asking.py`` says of what each consists."""

    company: Mapped[Company] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def accepts_applications(self) -> bool:
        return self.status == "open"


class JobSkill(Base):
    """A skill that a posting asks for. ``key`` repeats the posting's, so that one skill is a newest-first walk."""

    __tablename__ = "job_skills"
    __table_args__ = (
        # queries.list_open_jobs with skills; queries.list_similar_jobs
        Index("ix_job_skills_skill_key", "skill_id", "key", "job_id"),
        {"sqlite_with_rowid": False},
    )

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skills.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger)


class JobTally(Base):
    """Kept counts of postings, so that no request counts them: sum ``n`` over the rows that match.

    ``shard`` (the company's id modulo 16) lets writers of different companies pass each other. Empty text stands
    for an unknown country or type, as a null would not be unique.
    """

    __tablename__ = "job_tallies"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    status: Mapped[str] = mapped_column(String(10), primary_key=True)
    country: Mapped[str] = mapped_column(folded(2), primary_key=True)
    employment_type: Mapped[str] = mapped_column(String(20), primary_key=True)
    remote: Mapped[bool] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigInteger)


class SearchDoc(Base):
    """What an open posting is found by. Kept by ``search/store.py`` in the transaction that writes the posting.

    ``tokens`` is all of it (``talentsphere.search.tokens``): text on SQLite, where triggers keep the FTS5 table
    ``fts_jobs`` of it, and a ``tsvector`` with the index ``gin_search_doc_tokens`` on PostgreSQL. The other columns are
    what a match is scored and counted by.
    """

    __tablename__ = "search_doc"
    __table_args__ = (
        # search/store.py: the document of a posting
        Index("uq_search_doc_job_id", "job_id", unique=True),
    )

    key: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    company_id: Mapped[int]
    country: Mapped[str | None] = mapped_column(folded(2))
    remote: Mapped[bool]
    employment_type: Mapped[str | None] = mapped_column(String(20))
    experience_level: Mapped[str | None] = mapped_column(String(20))
    pay: Mapped[int] = mapped_column(BigInteger)
    """The posting's ``pay_yearly``."""
    complete: Mapped[int]
    """Of pay, place, type, level and skills how many are stated."""
    tokenizer: Mapped[int]
    """The version of what made ``tokens``."""
    skills: Mapped[str] = mapped_column(Text)
    """Ids with a space before and behind each."""
    head: Mapped[str] = mapped_column(Text)
    """The tokens of the title, with a space before and behind each."""
    tokens: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


class HiringTeamMember(Base):
    """A person who may see a posting and those who applied to it."""

    __tablename__ = "hiring_teams"
    __table_args__ = (
        # own.within: the postings of a person
        Index("ix_hiring_teams_user", "user_id", "job_id"),
        {"sqlite_with_rowid": False},
    )

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    """``hiring_manager`` or ``interviewer``."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
