"""Dates as published, as aware times in UTC of whole seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from talentsphere.domains.jobs.importing.posting import Refused

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=366)
"""How far ahead a posting may be dated: a wrong clock here must not refuse a whole feed."""
EXPIRES_AHEAD = timedelta(days=366 * 20)

_FORMATS = ("%Y/%m/%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y")
"""Only formats in which day and month cannot be mistaken for each other."""
_MILLISECONDS_FROM = 10**11
_DIGITS = re.compile(r"\d{9,13}")


def time_of(value: object, name: str, now: datetime, ahead: timedelta = AHEAD) -> datetime | None:
    """Return the time in UTC; a day alone is its midnight, a time without a zone is UTC. None stays None.

    Numbers are seconds or milliseconds since 1970. Refuses what is not a date or lies out of range.
    """
    if value is None or (isinstance(value, str) and value.strip().casefold() in {"", "none", "null", "n/a", "nan"}):
        return None
    found = _parsed(value)
    if found is None:
        raise Refused(f"{name} is not a date: {repr(value)[:60]}")
    if not EARLIEST <= found <= now + ahead:
        raise Refused(f"{name} is out of range: {found.date().isoformat()}")
    return found


def _parsed(value: object) -> datetime | None:
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        return _whole_utc(_from_text(value.strip()) if isinstance(value, str) else _from_number(value))
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _from_number(value: float) -> datetime:
    seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
    return datetime.fromtimestamp(seconds, UTC)


def _from_text(text: str) -> datetime:
    if _DIGITS.fullmatch(text):
        return _from_number(int(text))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    return parsedate_to_datetime(text)


def _whole_utc(found: datetime) -> datetime:
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)
