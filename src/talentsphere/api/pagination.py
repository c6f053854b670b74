"""Pages: the v1 envelope, the v2 walk, and the parameters of both."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import Response, request
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from talentsphere.api.cursors import Cursor, read_cursor, write_cursor
from talentsphere.api.inputs import Whole, formed
from talentsphere.api.json import json_response
from talentsphere.api.strict import warn, warnings
from talentsphere.db.paging import Window

DEFAULT_SIZE = 20
MAX_SIZE = 100
MAX_ROWS = 10_000
MAX_PAGE = 500
BIG = 1_000_000_000

Row = TypeVar("Row")


@dataclass(frozen=True)
class Total:
    """How many rows match, and whether that is an estimate."""

    count: int
    is_estimate: bool = False


class PageNumbers(Schema):
    """The paging parameters of v1."""

    page = Whole(
        load_default=1,
        validate=validate.Range(1, BIG),
        metadata={"description": f"From 1; `page` x `page_size` may not exceed {MAX_ROWS:,}", "example": 1},
    )
    page_size = Whole(
        load_default=DEFAULT_SIZE,
        validate=validate.Range(1),
        metadata={"description": f"Above {MAX_SIZE} it is clamped, and a warning says so", "example": 20},
    )

    @validates_schema
    def refuse_deep_pages(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("page", 1) * min(data.get("page_size", DEFAULT_SIZE), MAX_SIZE) > MAX_ROWS:
            raise ValidationError(f"page x page_size may not exceed {MAX_ROWS}; go deeper with the cursor of /api/v2")


class CursorOrPage(Schema):
    """The paging parameters of v2."""

    limit = Whole(
        load_default=DEFAULT_SIZE,
        validate=validate.Range(1, MAX_SIZE),
        metadata={"description": "How many at most", "example": 20},
    )
    cursor = formed(
        "[A-Za-z0-9_-]{0,2000}",
        "not a cursor",
        description="`next` or `prev` of an answer to the same query; empty: the beginning",
        example="",
    )
    page = Whole(
        validate=validate.Range(1, MAX_PAGE),
        metadata={"description": "Instead of `cursor`, for the first pages; from 1", "example": 1},
    )
    count = fields.String(
        load_default="none",
        validate=validate.OneOf(("none", "estimated", "exact")),
        metadata={"description": "Adds `total`; `estimated` is exact up to 1,000 matches", "example": "estimated"},
    )

    @validates_schema
    def refuse_both(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("cursor") and "page" in data:
            raise ValidationError("give cursor or page, not both", "cursor")


def numbered_window(query: dict[str, Any]) -> Window:
    """Return the rows that v1's ``page`` and ``page_size`` ask for; a page size too large is clamped."""
    size = query["page_size"]
    if size > MAX_SIZE:
        warn(f"page_size was lowered from {size} to {MAX_SIZE}, the most there is")
        size = MAX_SIZE
    return Window(size, offset=(query["page"] - 1) * size)


def numbered_page(
    found: Sequence[Row], window: Window, total: Total, shape: Callable[[Row], dict[str, Any]]
) -> dict[str, Any]:
    """Return v1's envelope around ``found``: up to ``limit + 1`` rows.

    Only the rows tell whether a page follows; an estimate is raised to as many as were seen.
    """
    seen = window.offset + len(found) if found and total.is_estimate else 0
    count, page = max(total.count, seen), window.offset // window.limit + 1
    has_more, may_go_on = len(found) > window.limit, window.offset + 2 * window.limit <= MAX_ROWS
    return {
        "items": [shape(row) for row in found[: window.limit]],
        "total": count,
        "page": page,
        "page_size": window.limit,
        "total_pages": math.ceil(count / window.limit),
        "has_next": has_more and may_go_on,
        "has_prev": page > 1,
        "total_is_estimate": total.is_estimate,
        "meta": {"warnings": warnings()},
    }


@dataclass(frozen=True)
class Walk(Generic[Row]):
    """One page of a v2 list: how it was asked for, and how to go on from it.

    ``identity`` is what a cursor is bound to (the filters and the sort), ``place`` gives the sort values of a row.
    """

    identity: Any
    window: Window
    page: int | None
    has_cursor: bool
    place: Callable[[Row], tuple[Any, ...]]

    @classmethod
    def of(cls, query: dict[str, Any], identity: Any, place: Callable[[Row], tuple[Any, ...]]) -> Walk[Row]:
        """Read ``limit``, ``cursor`` and ``page`` of ``query``; a foreign cursor is 400."""
        limit, page, text = query["limit"], query.get("page"), query.get("cursor")
        if not text:
            return cls(identity, Window(limit, offset=((page or 1) - 1) * limit), page, False, place)
        cursor = read_cursor(text, identity)
        return cls(identity, Window(limit, 0, cursor.values, cursor.backwards, cursor.inclusive), None, True, place)

    def answer(
        self,
        found: Sequence[Row],
        shape: Callable[[Row], Any],
        applied: dict[str, Any],
        total: Total | None = None,
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the body and the ``Link`` header for ``found``: up to ``limit + 1`` rows in the walk's direction."""
        rows = list(found[: self.window.limit])
        more = len(found) > self.window.limit
        if self.window.backwards:
            rows.reverse()
        following, previous = self._following(rows, more), self._previous(rows, more)
        body: dict[str, Any] = {"data": [shape(row) for row in rows], "next": following}
        if self.has_cursor:
            body["prev"] = previous
        if total is not None:
            body |= {"total": total.count, "total_is_estimate": total.is_estimate}
        body["applied"] = applied
        return body, self._links(following, previous, more)

    def _following(self, rows: list[Row], more: bool) -> str | None:
        if not (more or self.window.backwards):
            return None
        return self._cursor(rows[-1:], backwards=False)

    def _previous(self, rows: list[Row], more: bool) -> str | None:
        if not self.has_cursor or (self.window.backwards and not more):
            return None
        return self._cursor(rows[:1], backwards=True)

    def _cursor(self, edge: list[Row], backwards: bool) -> str:
        """Return the way on from the row at the ``edge``; a walk that found nothing can only turn where it began.

        It turns to that row itself, unless it began with it and would have shown it.
        """
        if edge:
            return write_cursor(Cursor(self.place(edge[0]), backwards), self.identity)
        turn = Cursor(self.window.after or (), backwards, inclusive=not self.window.inclusive)
        return write_cursor(turn, self.identity)

    def _links(self, following: str | None, previous: str | None, more: bool) -> dict[str, str]:
        if self.page is not None:
            ahead = {"page": str(self.page + 1)} if more and self.page < MAX_PAGE else None
            back = {"page": str(self.page - 1)} if self.page > 1 else None
        else:
            ahead = {"cursor": following} if following else None
            back = {"cursor": previous} if previous else None
        links = [_link(change, rel) for change, rel in ((ahead, "next"), (back, "prev")) if change]
        return {"Link": ", ".join(links)} if links else {}


def walk_response(
    walk: Walk[Any],
    found: Sequence[Any],
    shape: Callable[[Any], Any],
    applied: dict[str, Any],
    total: Total | None = None,
) -> Response:
    """Return the answer of a v2 list, with its ``Link`` header."""
    body, headers = walk.answer(found, shape, applied, total)
    response = json_response(body)
    response.headers.extend(headers)
    return response


def _link(change: dict[str, str], rel: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("cursor", "page")]
    return f'<{request.path}?{urlencode([*kept, *change.items()])}>; rel="{rel}"'
