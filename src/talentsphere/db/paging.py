"""Which rows of an ordered walk are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import tuple_

from talentsphere.db.rows import AnySelect


@dataclass(frozen=True)
class Window:
    """``limit`` rows, after the sort values of a row (``after``) or after ``offset`` rows, maybe backwards.

    ``inclusive``: that row itself comes first, when it is there.
    """

    limit: int
    offset: int = 0
    after: tuple[Any, ...] | None = None
    backwards: bool = False
    inclusive: bool = False


def ascending_page(statement: AnySelect, columns: Sequence[Any], window: Window) -> AnySelect:
    """Return ``statement`` in the ascending order of ``columns``, cut to ``window`` and one row more."""
    return _page(statement, columns, window, ascending=not window.backwards)


def descending_page(statement: AnySelect, columns: Sequence[Any], window: Window) -> AnySelect:
    """Return ``statement`` in the descending order of ``columns``, cut to ``window`` and one row more."""
    return _page(statement, columns, window, ascending=window.backwards)


def _page(statement: AnySelect, columns: Sequence[Any], window: Window, *, ascending: bool) -> AnySelect:
    if window.after is not None:
        place, after = tuple_(*columns), tuple_(*window.after)
        before, behind = (place <= after, place >= after) if window.inclusive else (place < after, place > after)
        statement = statement.where(behind if ascending else before)
    order = [column.asc() if ascending else column.desc() for column in columns]
    return statement.order_by(*order).limit(window.limit + 1).offset(window.offset or None)
