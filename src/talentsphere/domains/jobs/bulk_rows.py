"""What a bulk call is made of: rows that are taken or refused one by one, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from talentsphere.errors import DomainError, InvalidInput

Item = TypeVar("Item")

ATOMIC, EACH = "atomic", "each"
MODES = (ATOMIC, EACH)
MOST = 1_000
CHUNK = 250
"""Rows of one statement."""
SHOWN = 100
"""Errors that a refusal names; the others are counted."""

Outcome = dict[str, Any]
"""``{index, status, id, ...}`` of a row that was taken, ``{index, status, errors}`` of one that was not."""


@dataclass(frozen=True)
class Refusal:
    """Why a row was not taken; pointers are those of the whole body."""

    index: int
    status: int
    errors: list[dict[str, str]]


def refused(index: int, error: DomainError, rows: str = "jobs") -> Refusal:
    """Return ``error`` as the refusal of a row of the list ``rows``."""
    errors = error.extras.get("errors") or [{"pointer": "#", "detail": error.detail}]
    return Refusal(index, error.status, [_within(each, f"#/{rows}/{index}") for each in errors])


def check(mode: str, refusals: Sequence[Refusal]) -> None:
    """Raise ``InvalidInput`` with the errors of all rows when one of all-or-nothing was refused."""
    if mode == EACH or not refusals:
        return
    errors = [error for refusal in sorted(refusals, key=lambda refusal: refusal.index) for error in refusal.errors]
    first, more = errors[0], len(refusals) - 1
    others = f" (and {more} more rows)" if more else ""
    raise InvalidInput(f"{first['pointer']}: {first['detail']}{others}; nothing was stored", errors=errors[:SHOWN])


def outcomes(taken: Iterable[Outcome], refusals: Iterable[Refusal]) -> list[Outcome]:
    """Return what became of each row, in the order of the rows."""
    return sorted([*taken, *(asdict(refusal) for refusal in refusals)], key=lambda outcome: outcome["index"])


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield ``items`` in the portions of one statement each."""
    for first in range(0, len(items), CHUNK):
        yield items[first : first + CHUNK]


def _within(error: dict[str, str], row: str) -> dict[str, str]:
    return {**error, "pointer": row + error["pointer"].removeprefix("#")}
