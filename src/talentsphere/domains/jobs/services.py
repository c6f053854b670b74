"""What both versions ask of the board: a filter with its names resolved, a posting that may be shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from talentsphere.cache.dependencies import depends_on
from talentsphere.db.caller import Extent, Reach
from talentsphere.db.paging import Window
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.companies.models import Company
from talentsphere.domains.companies.queries import find_company
from talentsphere.domains.jobs.errors import JobClosed
from talentsphere.domains.jobs.filters import JobFilter
from talentsphere.domains.jobs.hiring import find_team_job
from talentsphere.domains.jobs.listing import list_and_count_open_jobs, list_open_jobs, resolve_names
from talentsphere.domains.jobs.own import find_own_job
from talentsphere.domains.jobs.queries import count_recent, find_job, list_similar_jobs
from talentsphere.domains.jobs.tagging import jobs_of
from talentsphere.domains.jobs.tallies import count_kept_open, list_tallies
from talentsphere.errors import NotFound

Found = tuple[Sequence[AnyRow], int, bool]
"""Rows, the number of matches, and whether that is estimated."""

_REFERENCE = re.compile(r"(?:.*-)?([0-9]{1,9})\Z", re.ASCII)


def filter_of(session: Reader, query: dict[str, Any]) -> JobFilter:
    """Return the filter that the parameters ask for; one statement when companies or skills are named."""
    companies, skills = query.get("company", ()), query.get("skill", ())
    company_ids, skill_ids = _resolved(session, companies, skills)
    locations = query.get("location", ())
    return JobFilter(
        companies=company_ids,
        locations=tuple(place for place in locations if place != "remote"),
        or_remote="remote" in locations,
        cities=tuple(query.get("city", ())),
        regions=tuple(query.get("region", ())),
        countries=tuple(query.get("country", ())),
        remote=query.get("remote"),
        employment_types=tuple(query.get("employment_type", ())),
        experience_levels=tuple(query.get("experience_level", ())),
        salary_min=query.get("salary_min"),
        currencies=tuple(query.get("currency", ())),
        skills=skill_ids,
        posted_after=query.get("posted_after"),
        featured=query.get("featured"),
        nothing=bool((companies and not company_ids) or (skills and not skill_ids)),
    )


def _resolved(
    session: Reader, companies: Sequence[str], skills: Sequence[str]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    slugs = [name for name in companies if not name.isdecimal()]
    by_slug, by_name = resolve_names(session, slugs, skills) if slugs or skills else ({}, {})
    numbers = [int(name) for name in companies if name.isdecimal() and len(name) < 10]
    return tuple(dict.fromkeys([*numbers, *by_slug.values()])), tuple(
        dict.fromkeys(id_ for ids in by_name.values() for id_ in ids)
    )


def search_and_count(
    session: Reader,
    wanted: JobFilter,
    sort: str,
    window: Window,
    columns: tuple[Any, ...],
    count: str = "estimated",
) -> Found:
    """Return a page and the number of matches: kept for the unfiltered list, else counted or estimated.

    ``count`` is ``estimated`` (exact up to 1,000) or ``exact``. One or two statements.
    """
    if wanted.is_empty:
        rows = list_open_jobs(session, wanted, sort, window, columns)
        return rows, count_kept_open(session), False
    return list_and_count_open_jobs(session, wanted, sort, window, columns, exact=count == "exact")


def get_public_job(session: Reader, reference: str, columns: tuple[Any, ...], card: Any) -> AnyRow:
    """Return the open posting with this id or exactly this slug; one statement.

    A closed one raises ``JobClosed`` with similar postings (``card``: their columns and shape), any other ``NotFound``.
    """
    row = find_job(session, id_of(reference), columns)
    is_meant = row is not None and (reference.isdecimal() or reference.lower() == row.slug)
    if row is None or not is_meant or row.status not in ("open", "closed"):
        raise NotFound(f"there is no open job {reference}")
    if row.status == "closed":
        similar = similar_to(session, row, *card)
        raise JobClosed(
            f"job {row.id} was closed",
            id=row.id,
            closed_reason=row.closed_reason,
            closed_at=row.closed_at,
            similar=similar,
        )
    depends_on(f"job:{row.id}", f"company:{row.company_id}")
    return row


def get_own_job(session: Reader, reach: Reach, company: str, reference: str, columns: tuple[Any, ...]) -> AnyRow:
    """Return the company's posting with this id or slug, whatever its status, or raise ``NotFound``; two statements."""
    company_id = get_member_company_id(session, reach, company)
    row = find_own_job(session, reach, company_id, id_of(reference), columns)
    if row is None or not (reference.isdecimal() or reference.lower() == row.slug):
        raise NotFound(f"there is no job {reference}")
    return row


def get_team_job(session: Reader, reach: Reach, reference: str) -> AnyRow:
    """Return the posting with this id or slug as ``find_team_job`` does, or raise ``NotFound``; one statement."""
    row = find_team_job(session, reach, id_of(reference))
    if row is None or not (reference.isdecimal() or reference.lower() == row.slug):
        raise NotFound(f"there is no job {reference}")
    depends_on(f"job:{row.id}")
    return row


def get_member_company_id(session: Reader, reach: Reach, reference: str) -> int:
    """Return the id of the company with this id or slug; raise ``NotFound`` when it is not the caller's; one statement.

    People of a hiring team see their company, and of its postings those of their teams.
    """
    row = find_company(session, reference, (Company.id,))
    if row is None or not (reach.extent is Extent.EVERYTHING or row.id == reach.company_id):
        raise NotFound(f"there is no company {reference}")
    company_id: int = row.id
    depends_on(f"company:{company_id}", jobs_of(company_id))
    return company_id


def similar_to(session: Reader, row: AnyRow, columns: tuple[Any, ...], shape: Any) -> list[Any]:
    """Return open postings that share skills with ``row``, in their shape; one statement."""
    depends_on("jobs")
    found = list_similar_jobs(session, row.id, [skill["id"] for skill in row.skills], columns)
    return [shape(similar) for similar in found]


def id_of(reference: str) -> int:
    """Return the id in an id or slug (``data-engineer-17``); raise ``NotFound`` when there is none."""
    match = _REFERENCE.match(reference)
    if match is None:
        raise NotFound(f"there is no open job {reference}")
    return int(match[1])


def board_stats(session: Reader, now: datetime) -> dict[str, Any]:
    """Return the figures of the whole board, from kept counts; two statements."""
    by_type: dict[str, int] = {}
    by_country: dict[str, int] = {}
    totals = {"open": 0, "closed": 0, "remote": 0}
    for status, country, employment_type, remote, n in list_tallies(session):
        totals[status] = totals.get(status, 0) + n
        if status == "open":
            totals["remote"] += n * remote
            by_type[employment_type] = by_type.get(employment_type, 0) + n
            by_country[country] = by_country.get(country, 0) + n
    posted_7d, companies = count_recent(session, now - timedelta(days=7))
    return {
        "open": totals["open"],
        "closed": totals["closed"],
        "companies": companies,
        "remote": totals["remote"],
        "posted_7d": posted_7d,
        "by_employment_type": _known(by_type),
        "by_country": _known(by_country),
    }


def _known(counts: dict[str, int]) -> dict[str, int]:
    """Leave out what is not stated or gone, most frequent first."""
    return dict(
        sorted(((name, int(n)) for name, n in counts.items() if name and n), key=lambda pair: (-pair[1], pair[0]))
    )
