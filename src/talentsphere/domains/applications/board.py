"""A job's board: each stage with its count and its newest cards, in three statements whatever there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, union_all

from talentsphere.db.caller import Reach
from talentsphere.db.rows import AnyRow, AnySelect, Reader
from talentsphere.domains.accounts.models import User
from talentsphere.domains.applications.models import Application
from talentsphere.domains.applications.queries import find_job, stages_of_job
from talentsphere.domains.applications.stages import Stage, in_order
from talentsphere.domains.applications.tallies import list_tallies
from talentsphere.domains.jobs.models import Job

BOARD_JOB = (Job.id, Job.slug, Job.title, Job.status, Job.company_id, stages_of_job().label("stages"))
Counts = dict[tuple[str, str], int]


def find_board_job(session: Reader, reach: Reach, job_id: int) -> AnyRow | None:
    """Return the job within reach with its stages, or nothing; one statement."""
    return find_job(session, reach, job_id, BOARD_JOB)


def count_by_stage(session: Reader, job: AnyRow) -> Counts:
    """Return how many applications stand in each (stage, status), from the kept counts; one statement."""
    return {(row.stage, row.status): row.n for row in list_tallies(session, job.company_id, job.id)}


def list_first_cards(session: Reader, job: AnyRow, per_stage: int, columns: Sequence[Any]) -> dict[str, list[AnyRow]]:
    """Return up to ``per_stage`` cards of each stage, the newest first; one statement.

    Each stage is a walk along ``ix_applications_board`` that ends after so many: nothing is sorted, and nothing read
    that is not shown.
    """
    firsts = (_first(job.id, stage, per_stage, columns) for stage in in_order(job.stages))
    rows = session.execute(union_all(*(select(each.subquery()) for each in firsts))).all()
    cards: dict[str, list[AnyRow]] = {}
    for row in sorted(rows, key=lambda each: -int(each.id)):
        cards.setdefault(row.stage, []).append(row)
    return cards


def _first(job_id: int, stage: Stage, limit: int, columns: Sequence[Any]) -> AnySelect:
    """Return a stage's newest: in each stage all that stand on the board have one status."""
    status = "hired" if stage["kind"] == "hired" else "active"
    statement = select(*columns).select_from(Application).join(User, User.id == Application.candidate_id)
    statement = statement.where(
        Application.job_id == job_id, Application.stage == stage["stage"], Application.status == status
    )
    return statement.order_by(Application.id.desc()).limit(limit)
