"""What becomes of a rejection when its time to be undone is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor, Extent, Reach
from talentsphere.domains.activity.queries import record_change
from talentsphere.domains.applications.applying import LETTER
from talentsphere.domains.applications.models import Application
from talentsphere.domains.applications.queries import get_application, lock_application
from talentsphere.domains.mail.queries import add_mail
from talentsphere.errors import NotFound

EVERYTHING = Reach(Extent.EVERYTHING)


def finish_rejection(session: Session, args: dict[str, Any]) -> dict[str, bool]:
    """Make a rejection final and mail it, unless it was undone or withdrawn, or rejected anew with more time."""
    try:
        application = lock_application(session, EVERYTHING, args["application_id"])
    except NotFound:
        return {"final": False}
    if not _is_due(application, args.get("until")):
        return {"final": False}
    application.undo_until = None
    record_change(session, Actor(), "application.informed", application.id, company_id=application.company_id)
    if args["mail"]:
        row = get_application(session, EVERYTHING, application.id, LETTER)
        values = {"name": row.full_name, "job": row.title, "company": row.company}
        add_mail(session, row.email, "application_rejected", values)
    return {"final": True}


def _is_due(application: Application, until: str | None) -> bool:
    """Tell whether the rejection that can be undone ``until`` then is the one in force, and its time is over."""
    undo_until = application.undo_until
    if application.status != "rejected" or undo_until is None or undo_until > now():
        return False
    return until is None or datetime.fromisoformat(until) == undo_until
