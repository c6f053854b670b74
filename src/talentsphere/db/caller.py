"""What the store must know of a caller: how far statements reach, and in whose name a write is logged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, false, true


class Extent(Enum):
    """The rows that a policy opens to a role."""

    EVERYTHING = "everything"
    COMPANY = "the caller's company"
    HIRING_TEAM = "jobs whose hiring team holds the caller"
    OWN = "the caller's own"


@dataclass(frozen=True)
class Reach:
    """Which rows one caller may see or change in one request.

    A query asks for it and turns it into conditions on its tables, so that none can be built without it; it never
    decides by role.
    """

    extent: Extent
    user_id: int | None = None
    company_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """In whose name something is written: a person, an API key, or (neither) the operator at the shell."""

    user_id: int | None = None
    api_key_id: int | None = None
    request_id: str | None = None


def of_company(column: Any, reach: Reach) -> ColumnElement[bool]:
    """Return the condition that ``column`` names a company within ``reach``; who reaches no company matches nothing."""
    if reach.extent is Extent.EVERYTHING:
        return true()
    if reach.extent is Extent.COMPANY and reach.company_id is not None:
        return column == reach.company_id  # type: ignore[no-any-return]
    return false()
