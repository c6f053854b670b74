"""The tags of roll-ups, for whoever writes them past the unit of work."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from talentsphere.db.changes import mark_changed

EVERY = "rollups"


def of_company_figures(company_id: int) -> str:
    """Return what changes with any step of an application to the company."""
    return f"rollups:{company_id}"


def mark_rollups(session: Session, companies: Iterable[int]) -> None:
    """Say that this transaction changes the figures of these companies."""
    mark_changed(session, EVERY, *(of_company_figures(company_id) for company_id in companies))
