"""What happened to an application: written with every step, in the same transaction, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.accounts.models import User
from talentsphere.domains.analytics.folding import fold_steps
from talentsphere.domains.applications.models import ApplicationEvent

HISTORY = (
    ApplicationEvent.at, ApplicationEvent.kind, ApplicationEvent.user_id, User.full_name.label("by"),
    ApplicationEvent.from_stage, ApplicationEvent.to_stage, ApplicationEvent.from_status, ApplicationEvent.to_status,
    ApplicationEvent.seconds, ApplicationEvent.reason, ApplicationEvent.comment,
)  # fmt: skip


def add_steps(session: Session, steps: Sequence[dict[str, Any]]) -> None:
    """Write these rows of ``application_events``, and add them to the roll-ups; three statements.

    Nothing else writes steps, so none is forgotten there. Call it once a transaction (``fold_steps``).
    """
    # past the unit of work, which makes a statement of each run of rows with the same gaps
    table: Any = ApplicationEvent.__table__
    ids = session.connection().execute(insert(table).returning(table.c.id), list(steps)).scalars().all()
    fold_steps(session, ids, {step["company_id"] for step in steps})


def list_history(session: Reader, application_id: int) -> Sequence[AnyRow]:
    """Return every step of an application, the first one first, with ``HISTORY``; one statement."""
    statement = select(*HISTORY).outerjoin(User, User.id == ApplicationEvent.user_id)
    of_this = ApplicationEvent.application_id == application_id
    return session.execute(statement.where(of_this).order_by(ApplicationEvent.id)).all()
