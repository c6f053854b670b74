"""Every step of an application after the first: each changes the row, its counts, its history and the log together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.domains.activity.queries import record_change
from talentsphere.domains.applications.errors import WrongStep
from talentsphere.domains.applications.history import add_steps
from talentsphere.domains.applications.models import ON_BOARD, Application
from talentsphere.domains.applications.stages import get_stage, lock_stages
from talentsphere.domains.applications.tallies import Standing, record_standings
from talentsphere.errors import invalid_field
from talentsphere.tasks.queue import add_task

REJECTED = "applications.rejected"
"""The task that makes a rejection final, and mails it."""


@dataclass(frozen=True)
class Step:
    """What happens to an application: to which stage and status, and why."""

    kind: str
    stage: str
    status: str
    reason: str | None = None
    comment: str | None = None


def move(session: Session, actor: Actor, application: Application, stage: str, comment: str | None = None) -> None:
    """Let an application that stands on the board stand in another stage; nothing happens when it does already.

    Ten statements. Raises ``WrongStep``, and ``InvalidInput`` for a stage that the job has not.
    """
    move_all(session, actor, [application], stage, comment)


def move_all(
    session: Session, actor: Actor, applications: Sequence[Application], stage: str, comment: str | None = None
) -> None:
    """Do the same with several applications to one job."""
    if len({application.job_id for application in applications}) > 1:
        raise invalid_field("#/ids", "the applications are to several jobs, which have stages of their own")
    for application in applications:
        _must_be(application, ON_BOARD)
    target = get_stage(lock_stages(session, applications[0].job_id), stage)
    moving = [application for application in applications if application.stage != stage]
    step = Step("moved", stage, "hired" if target["kind"] == "hired" else "active", comment=comment)
    take(session, actor, [(application, step) for application in moving])


def reject(
    session: Session, actor: Actor, application: Application, reason: str, comment: str | None, delay_s: int, mail: bool
) -> None:
    """End an application for a reason. For ``delay_s`` it can be undone; then it is final, and mailed if ``mail``."""
    _must_be(application, ON_BOARD)
    application.undo_until = now() + timedelta(seconds=delay_s)
    take(session, actor, [(application, Step("rejected", application.stage, "rejected", reason, comment))])
    plan_rejection(session, application.id, application.undo_until, mail)


def plan_rejection(session: Session, application_id: int, at: datetime, mail: bool) -> None:
    """Let the rejection become final then; one statement."""
    which = {"application_id": application_id, "mail": int(mail)}
    add_task(session, REJECTED, {**which, "until": at.isoformat()}, run_at=at)


def undo(session: Session, actor: Actor, application: Application) -> None:
    """Take a rejection back while it is not final: no mail was sent, and none will be."""
    _must_be(application, ("rejected",))
    if application.undo_until is None or application.undo_until <= now():
        raise WrongStep("the rejection is final: its time to be undone is over", application_status="rejected")
    kind = get_stage(lock_stages(session, application.job_id), application.stage)["kind"]
    application.undo_until = None
    status = "hired" if kind == "hired" else "active"
    take(session, actor, [(application, Step("undone", application.stage, status))])


def withdraw(session: Session, actor: Actor, application: Application) -> None:
    """End an application as its candidate wishes; a rejection of which they do not know is never mailed."""
    is_pending = application.status == "rejected" and application.undo_until is not None
    if not is_pending:
        _must_be(application, (*ON_BOARD, "quarantined"))
    application.undo_until = None
    take(session, actor, [(application, Step("withdrawn", application.stage, "withdrawn"))])


def release(session: Session, actor: Actor, application: Application) -> None:
    """Put a quarantined application on the board."""
    _must_be(application, ("quarantined",))
    take(session, actor, [(application, Step("released", application.stage, "active"))])


def take(session: Session, actor: Actor, steps: Sequence[tuple[Application, Step]]) -> None:
    """Take each step with its locked application; seven statements, two more for each further application."""
    at, standings, rows = now(), [], []
    for application, step in steps:
        before = standing_of(application)
        rows.append(history_row(actor, application, step, at))
        _change(application, step, at)
        standings.append((before, standing_of(application)))
    if not rows:
        return
    session.flush()
    add_steps(session, rows)
    for (application, step), row in zip(steps, rows, strict=True):
        details = {"from": row["from_stage"], "to": step.stage} if step.kind == "moved" else None
        action = f"application.{step.kind}"
        record_change(session, actor, action, application.id, company_id=application.company_id, details=details)
    record_standings(session, standings)


def history_row(actor: Actor, application: Application, step: Step, at: datetime) -> dict[str, Any]:
    """Return the row of ``application_events`` for a step that is about to be taken."""
    since = application.decided_at if step.kind == "undone" else application.entered_at
    return {
        "application_id": application.id, "job_id": application.job_id, "company_id": application.company_id,
        "at": at, "user_id": actor.user_id, "api_key_id": actor.api_key_id, "kind": step.kind,
        "from_stage": application.stage, "to_stage": step.stage, "from_status": application.status,
        "to_status": step.status, "seconds": max(0, int((at - (since or at)).total_seconds())),
        "reason": step.reason, "comment": step.comment,
    }  # fmt: skip


def standing_of(application: Application) -> Standing:
    """Return where the application is counted."""
    return Standing(application.company_id, application.job_id, application.stage, application.status)


def _change(application: Application, step: Step, at: datetime) -> None:
    if application.stage != step.stage:
        application.stage, application.entered_at = step.stage, at
    application.status, application.reject_reason = step.status, step.reason
    application.decided_at = None if step.status == "active" else at
    application.updated_at = at


def _must_be(application: Application, statuses: Sequence[str]) -> None:
    if application.status not in statuses:
        wanted = " or ".join(status for status in statuses if status != "quarantined")  # nobody is told
        raise WrongStep(
            f"application {application.id} is {application.status}; it would have to be {wanted or 'held back'}",
            application_status=application.status,
        )
