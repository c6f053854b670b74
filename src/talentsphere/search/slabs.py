"""Windows of time as tokens, so that PostgreSQL can look at the newest rows first.

A GIN index cannot stop early: left alone it collects every match. So each document has a token for the window that it
is in, at five widths, and a search asks for the newest windows first (``postgresql.py``). Documents are ordered by
``key``, of which the upper bits are seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHIFTS = (36, 39, 42, 45, 48)
"""Bits of a key below each width: 68 minutes, 9 hours, 3 days, 24 days, 194 days."""
MOST_SLABS = 16
FIRST, SECOND = 4_096, 36_864
"""Documents in the first window, and in the first two."""


@dataclass(frozen=True)
class Floors:
    """The highest key, and the keys of the documents at ``FIRST`` and ``SECOND`` (None: there are not so many)."""

    top: int
    first: int | None
    second: int | None


@dataclass(frozen=True)
class Step:
    """A window of keys: those in any of ``slabs`` (all, when there are none) and below ``below``."""

    slabs: tuple[str, ...] = ()
    below: int | None = None


def slab_tokens(key: int) -> list[str]:
    """Return the windows that a document is in."""
    return [_slab(width, key >> shift) for width, shift in enumerate(SHIFTS)]


def steps_of(floors: Floors | None) -> Sequence[Step]:
    """Return windows that hold every document once, the newest first."""
    if floors is None or floors.first is None:
        return (Step(),)
    slabs, first = _cover(floors.first, floors.top)
    if floors.second is None or floors.second >= first:
        return (Step(slabs), Step(below=first))
    more, second = _cover(floors.second, first - 1)
    return (Step(slabs), Step(more, first), Step(below=second))


def _cover(low: int, high: int) -> tuple[tuple[str, ...], int]:
    """Return windows of one width that hold ``low`` to ``high`` and maybe more, and where the oldest begins.

    They are at most ``MOST_SLABS``, unless the widest are too narrow.
    """
    for width, shift in enumerate(SHIFTS):
        first, last = low >> shift, high >> shift
        if last - first < MOST_SLABS or width == len(SHIFTS) - 1:
            return tuple(_slab(width, number) for number in range(first, last + 1)), first << shift
    raise AssertionError("unreachable")


def _slab(width: int, number: int) -> str:
    return f"_k{width}_{number:x}"
