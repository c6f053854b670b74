"""Changing one's own account."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.db.events import add_event
from talentsphere.domains.accounts.models import User
from talentsphere.domains.accounts.schemas import MAX_PREFERENCES
from talentsphere.domains.activity.queries import add_activity
from talentsphere.errors import InvalidInput


def change_profile(session: Session, user: User, changes: dict[str, Any], actor: Actor) -> None:
    """Change the locked ``user`` by a ``ProfileChanges``; what changes nothing writes nothing.

    Two statements, and its event at the commit.
    """
    user.full_name = changes.get("full_name", user.full_name)
    user.preferences = _merged(user.preferences, changes.get("preferences", {}))
    if not session.is_modified(user):
        return
    user.updated_at = now()
    session.flush()
    details = {"fields": sorted(changes)}
    add_activity(session, actor, "account.updated", "user", user.id, company_id=user.company_id, details=details)
    add_event(session, "user.updated", user.id, company_id=user.company_id)


def _merged(kept: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = {name: value for name, value in {**kept, **changes}.items() if value is not None}
    if len(merged) > MAX_PREFERENCES:
        error = {"pointer": "#/preferences", "detail": f"would be more than {MAX_PREFERENCES}"}
        raise InvalidInput(f"#/preferences: {error['detail']}", errors=[error])
    return merged
