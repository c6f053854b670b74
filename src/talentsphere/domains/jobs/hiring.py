"""Who may see a posting and those who apply to it besides the company's recruiters: its hiring team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from talentsphere.db.caller import Actor, Reach
from talentsphere.db.changes import mark_changed
from talentsphere.db.dialect import put_row
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.accounts.models import User
from talentsphere.domains.activity.queries import record_change
from talentsphere.domains.jobs.models import HiringTeamMember, Job
from talentsphere.domains.jobs.own import within
from talentsphere.errors import NotFound

BY_ID = (HiringTeamMember.user_id,)


def find_team_job(session: Reader, reach: Reach, job_id: int) -> AnyRow | None:
    """Return the posting (id, slug, and how many its team is: ``members``) within ``reach``, or nothing; one statement.

    Uses ``pk_hiring_teams``.
    """
    members = select(func.count()).select_from(HiringTeamMember).where(HiringTeamMember.job_id == Job.id)
    columns = (Job.id, Job.slug, members.correlate(Job).scalar_subquery().label("members"))
    return session.execute(select(*columns).where(Job.id == job_id, within(reach))).one_or_none()


def list_team(session: Reader, job_id: int, window: Window, columns: Sequence[Any]) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` people of a posting's team by id, with their account; one statement."""
    statement = select(*columns).join(User, User.id == HiringTeamMember.user_id)
    return session.execute(ascending_page(statement.where(HiringTeamMember.job_id == job_id), BY_ID, window)).all()


def get_member(session: Reader, job_id: int, user_id: int, columns: Sequence[Any]) -> AnyRow:
    """Return a person of the posting's team, or raise ``NotFound``; one statement."""
    statement = select(*columns).join(User, User.id == HiringTeamMember.user_id)
    row = session.execute(statement.where(_is(job_id, user_id))).one_or_none()
    if row is None:
        raise NotFound(f"there is no user {user_id} in the hiring team")
    return row


def put_member(session: Session, actor: Actor, job: Job, user_id: int, role: str) -> None:
    """Let a colleague see the posting as ``role``, whether or not they did before; three statements.

    Who does not work for the posting's company, or no longer may sign in, is ``NotFound``.
    """
    colleague = select(User.id).where(User.id == user_id, User.company_id == job.company_id, User.is_active)
    if session.scalar(colleague) is None:
        raise NotFound(f"there is no user {user_id}")
    mark_changed(session, "hiring_teams")
    put_row(session, HiringTeamMember, {"job_id": job.id, "user_id": user_id, "role": role})
    _log(session, actor, job, "job.team_joined", {"user_id": user_id, "role": role})


def remove_member(session: Session, actor: Actor, job: Job, user_id: int) -> None:
    """Take a person from the posting's team, or raise ``NotFound``; two statements."""
    mark_changed(session, "hiring_teams")
    gone = session.connection().execute(delete(HiringTeamMember).where(_is(job.id, user_id)))
    if not gone.rowcount:
        raise NotFound(f"there is no user {user_id} in the hiring team")
    _log(session, actor, job, "job.team_left", {"user_id": user_id})


def _is(job_id: int, user_id: int) -> Any:
    return (HiringTeamMember.job_id == job_id) & (HiringTeamMember.user_id == user_id)


def _log(session: Session, actor: Actor, job: Job, action: str, details: dict[str, Any]) -> None:
    record_change(session, actor, action, job.id, company_id=job.company_id, level="security", details=details)
