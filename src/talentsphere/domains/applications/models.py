"""The tables of hiring: stages of jobs, applications, what happened to them, what is said about them.

A **stage** is a word (``screen``) that is unique in its job. A job without rows in ``job_stages`` has
``DEFAULT_STAGES``. An application stands in one stage, and its **status** says whether it still runs:

- ``active`` and ``hired`` stand on the board. Entering a stage of the kind ``hired`` is to be hired.
- ``rejected`` and ``withdrawn`` are over, and keep the stage in which they ended.
- ``quarantined`` is kept from the board until somebody releases it; its candidate is told that it is active.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from talentsphere.db.base import Base, now
from talentsphere.db.types import UtcDateTime, folded

STATUSES = ("active", "hired", "rejected", "withdrawn", "quarantined")
ON_BOARD = ("active", "hired")
STAGE_KINDS = ("new", "screen", "interview", "offer", "hired")
DEFAULT_STAGES = tuple({"stage": kind, "name": kind.title(), "kind": kind} for kind in STAGE_KINDS)
REJECT_REASONS = (
    "not_qualified", "other_candidate", "position_filled", "salary", "location", "no_answer", "no_show", "knock_out",
    "other",
)  # fmt: skip
EVENT_KINDS = ("applied", "moved", "rejected", "undone", "withdrawn", "released")
VISIBILITIES = ("private", "team")
STAGE_LENGTH = 40


class StageTemplate(Base):
    """Stages that a company gives to its jobs: ``stages`` holds them in their order, as ``DEFAULT_STAGES`` does."""

    __tablename__ = "stage_templates"
    __table_args__ = (
        # stages.list_templates, and one name a company
        Index("uq_stage_templates_company_name", "company_id", "name_key", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(folded(80))
    stages: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class JobStage(Base):
    """A stage of one job."""

    __tablename__ = "job_stages"
    __table_args__ = (
        CheckConstraint(f"kind IN {STAGE_KINDS}", "kind"),
        {"sqlite_with_rowid": False},
    )

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[str] = mapped_column(folded(STAGE_LENGTH), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))


class Application(Base):
    """A person's only application to a job. ``id`` ascends with the time of applying.

    Only answers, letter and resume are the candidate's; everything else is the company's. Long texts come last, so
    that boards and lists never read them.
    """

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", "status"),
        # applying.insert_application: one application a person and job
        Index("uq_applications_job_candidate", "job_id", "candidate_id", unique=True),
        # board.list_first_cards: the cards of each stage, newest first
        Index("ix_applications_board", "job_id", "stage", "status", "id"),
        # queries.list_applications: of a job, newest first
        Index("ix_applications_job", "job_id", "id"),
        # queries.list_own_applications
        Index("ix_applications_candidate", "candidate_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    candidate_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    """The job's."""
    status: Mapped[str] = mapped_column(String(12), default="active")
    stage: Mapped[str] = mapped_column(folded(STAGE_LENGTH))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """Since when it stands in its stage."""
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was hired, rejected or withdrawn."""
    undo_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Of a rejected one: until then the rejection can be undone, and its mail waits."""
    reject_reason: Mapped[str | None] = mapped_column(String(20))
    source: Mapped[str | None] = mapped_column(folded(80))
    """Where the candidate comes from, case-folded: ``linkedin``."""
    suspicion: Mapped[str | None] = mapped_column(String(20))
    """Why it was quarantined; kept when it is released."""
    is_knocked_out: Mapped[bool] = mapped_column(default=False, server_default=false())
    """An answer is not one that a knock-out question accepts."""
    resume_id: Mapped[int | None] = mapped_column(ForeignKey("resumes.id", ondelete="SET NULL"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """``{question_id, question, kind, answer}`` each: the question as it was when it was answered."""
    cover_letter: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ApplicationTally(Base):
    """How many applications of a job stand in a stage with a status: kept, so that no request counts them.

    The company comes first, so that a company's figures are one range of the primary key.
    """

    __tablename__ = "application_tallies"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    company_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stage: Mapped[str] = mapped_column(folded(STAGE_LENGTH), primary_key=True)
    status: Mapped[str] = mapped_column(String(12), primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)


class ApplicationEvent(Base):
    """One step of an application: who, when, from where to where, after how long. Never changed.

    ``from_*`` are null for the first one. ``seconds`` is how long it had stood in ``from_stage``.
    """

    __tablename__ = "application_events"
    __table_args__ = (
        CheckConstraint(f"kind IN {EVENT_KINDS}", "kind"),
        # history.list_history
        Index("ix_application_events_application", "application_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    job_id: Mapped[int]
    company_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    user_id: Mapped[int | None]
    """Who did it; nobody when an API key or a rule did."""
    api_key_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(12))
    from_stage: Mapped[str | None] = mapped_column(String(STAGE_LENGTH))
    to_stage: Mapped[str] = mapped_column(String(STAGE_LENGTH))
    from_status: Mapped[str | None] = mapped_column(String(12))
    to_status: Mapped[str] = mapped_column(String(12))
    seconds: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(20))
    comment: Mapped[str | None] = mapped_column(String(500))


class Note(Base):
    """What a member of the company wrote about an application: for the hiring team, or for themselves alone."""

    __tablename__ = "notes"
    __table_args__ = (
        CheckConstraint(f"visibility IN {VISIBILITIES}", "visibility"),
        # notes.list_notes
        Index("ix_notes_application", "application_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    visibility: Mapped[str] = mapped_column(String(10), default="team")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    text: Mapped[str] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ApplicationTag(Base):
    """A word that the company put on an application."""

    __tablename__ = "application_tags"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(folded(40), primary_key=True)
