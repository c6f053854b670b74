"""Telling the database's planner of many new rows at once, not when it next looks."""

from __future__ import annotations

MANY_ROWS = 1_000
"""Fewer change no plan."""


def refresh_after(changed: int) -> None:
    """Refresh the planner's statistics when ``changed`` rows are many; needs an application context.

    The rows are stored by now, so a database that is too busy for this ends nothing: it will look by itself.
    """
    if changed < MANY_ROWS:
        return
    from contextlib import suppress

    from sqlalchemy.exc import DBAPIError

    from talentsphere.db.session import database
    from talentsphere.db.statistics import refresh_statistics

    with suppress(DBAPIError):
        refresh_statistics(database.engine)
