"""The named queries of the search, each with the index that it must use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.jobs.schemas import JOB_CARD_V2
from talentsphere.domains.jobs.search.searching import search
from talentsphere.domains.jobs.search.store import index_jobs, remove_documents

WORDS = ("fts_jobs", "gin_search_doc_tokens")
SMALL = ("companies", "skills")
OLDEST = (*SMALL, "search_doc")
"""The last step of a wide question reads what is older than the windows; of ten thousand documents maybe all."""
DAY = 20_635


def _search(
    q: str, sort: str = "relevance", after: tuple[int, ...] | None = None, **more: Any
) -> Callable[..., object]:
    query: dict[str, Any] = {"q": q, "sort": sort, "highlight": False, "count": "none", **more}
    return lambda session: search(session, query, Window(20, after=after), DAY, JOB_CARD_V2)


def _index(session: Session) -> object:
    return index_jobs(session, [1, 2, 3], stale_only=True)


PLANS = (
    NamedQuery("jobs.search.words", (*WORDS, "pk_jobs"), _search("python sql"), scans=OLDEST),
    NamedQuery("jobs.search.filtered", WORDS, _search("manager", country=["CA"], remote=True), scans=SMALL),
    NamedQuery("jobs.search.phrase", WORDS, _search('"project manager"'), scans=OLDEST),
    NamedQuery("jobs.search.newest", WORDS, _search("manager", "newest"), scans=SMALL),
    NamedQuery("jobs.search.newest.deep", WORDS, _search("kubernetes", "newest", (2**55,)), scans=SMALL),
    NamedQuery(
        "jobs.search.facets",
        WORDS,
        _search("kubernetes", country=["CA"], facets=("country", "company", "skill")),
        scans=SMALL,
    ),
    NamedQuery("jobs.search.index", ("uq_search_doc_job_id", "pk_jobs"), _index),
    NamedQuery("jobs.search.remove", ("uq_search_doc_job_id",), lambda session: remove_documents(session, [1, 2, 3])),
)
