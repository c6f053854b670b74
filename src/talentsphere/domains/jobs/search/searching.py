"""A search from its parameters to what is shown, alike for both versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from talentsphere.cache.dependencies import depends_on
from talentsphere.db.base import now
from talentsphere.db.paging import Window
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.search.asking import Asked, asked_of
from talentsphere.domains.jobs.search.facets import Facet, count_facets
from talentsphere.domains.jobs.search.finding import (
    Count,
    Found,
    counting,
    dialect_of,
    list_rows,
    page_of,
    rank,
    walk,
)
from talentsphere.domains.jobs.search.highlights import LENGTH, highlighted
from talentsphere.domains.jobs.search.ranking import DAY_S, Hit
from talentsphere.domains.suggestions.queries import corrections
from talentsphere.search.parsing import parse

_TEXT = (Job.title.label("found_title"), Job.description_text.label("found_text"))
Shape = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """One page: up to ``limit + 1`` matches in the walk's direction, and the rows of all but the last one.

    ``meant`` are the words as they were probably meant, when nothing matches and some look mistyped.
    """

    hits: Sequence[Hit]
    rows: Mapping[int, AnyRow]
    asked: Asked
    match: str
    is_cut: bool
    count: Count | None
    facets: dict[str, Facet]
    meant: str | None = None


def search(session: Reader, query: Mapping[str, Any], window: Window, day: int, columns: tuple[Any, ...]) -> Answer:
    """Return one page of a search; at most three statements, and three more for facets.

    ``day`` is that of ``day_of``; the count is that of ``query["count"]``, ``estimated`` when it names none.
    """
    asked = asked_of(session, query)
    found = rank(session, asked, day) if query["sort"] == "relevance" else None
    hits = page_of(found.hits, window) if found else walk(session, asked, window, day)
    match = found.match if found else "all"
    wanted = [hit.job_id for hit in hits[: window.limit]]
    shown = (*columns, *_TEXT) if query["highlight"] else columns
    known, sql = _counted(session, asked, found, hits, window, query.get("count", "estimated"))
    rows, count = list_rows(session, wanted, shown, sql)
    names = query.get("facets") or ()
    facets = count_facets(session, asked, query, match, names) if names else {}
    meant = None if hits or window.after else _meant(session, query["q"])
    return Answer(hits, rows, asked, match, bool(found and found.is_cut), known or count, facets, meant)


def _meant(session: Reader, text: str) -> str | None:
    """Return the words of a search with its mistyped ones corrected, or nothing; one statement."""
    depends_on("suggestions")
    words = [word for term in parse(text) if not term.is_excluded for word in term.words]
    meant = corrections(session, words)
    return " ".join(meant.get(word, word) for word in words) if meant else None


def day_of(window: Window, sort: str) -> int:
    """Return the day by which a walk scores: that on which it began."""
    if sort == "relevance" and window.after is not None:
        return int(window.after[0])
    return int(now().timestamp()) // DAY_S


def shown_hit(answer: Answer, query: Mapping[str, Any], shape: Shape) -> Callable[[Hit], dict[str, Any] | None]:
    """Return what shows a match: its row in ``shape``, and what was asked for besides; None when it is gone."""

    def show(hit: Hit) -> dict[str, Any] | None:
        row = answer.rows.get(hit.job_id)
        if row is None:
            return None
        more: dict[str, Any] = {"score": hit.score, "explain": dict(hit.parts)} if query["explain"] else {}
        if query["highlight"]:
            more["highlight"] = _highlight(row, answer.asked)
        return {**shape(row), **more}

    return show


def _highlight(row: AnyRow, asked: Asked) -> dict[str, str]:
    title = highlighted(row.found_title, asked.words)
    found = highlighted(row.found_text, asked.words, LENGTH)
    return {**({"title": title} if title else {}), **({"text": found} if found else {})}


def _counted(
    session: Reader, asked: Asked, found: Found | None, hits: Sequence[Hit], window: Window, count: str
) -> tuple[Count | None, Any]:
    """Return the count when it is known already, or what counts."""
    if count == "none":
        return None, None
    if found is not None and not found.is_cut:
        return Count(len(found.hits), False), None
    if found is None and window.after is None and len(hits) <= window.limit and (hits or not window.offset):
        return Count(window.offset + len(hits), False), None
    question = asked.question()
    if found is not None and found.match == "any":
        question = question.any_word()
    return None, counting(dialect_of(session), question, exact=count == "exact")
