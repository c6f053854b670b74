"""Kept counts of postings, and how every write of a posting keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Row, bindparam, cast, func, select, update
from sqlalchemy.orm import Session

from talentsphere.db.changes import mark_changed
from talentsphere.db.dialect import add_to_counters
from talentsphere.db.rows import Reader
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import JobTally

SHARDS = 16
SUM = cast(func.coalesce(func.sum(JobTally.n), 0), BigInteger)
"""PostgreSQL adds up integers into a numeric, and a Decimal has no JSON form."""


@dataclass(frozen=True, order=True)
class Kind:
    """What a posting is counted as."""

    company_id: int
    status: str
    country: str | None
    employment_type: str | None
    remote: bool


def record_tallies(session: Session, changes: Mapping[Kind, int]) -> None:
    """Add ``changes`` (how many more postings of each kind) to the kept counts; at most two statements.

    Call it once a transaction, late, with everything that the transaction changed: rows are locked in one order, so
    that writers never wait for each other in a circle.
    """
    tallies: Counter[tuple[str, str, str, bool, int]] = Counter()
    opened: Counter[int] = Counter()
    for kind, more in changes.items():
        shard = kind.company_id % SHARDS
        tallies[kind.status, kind.country or "", kind.employment_type or "", kind.remote, shard] += more
        if kind.status == "open":
            opened[kind.company_id] += more
    mark_changed(session, "jobs")
    _add_to_tallies(session, {key: more for key, more in tallies.items() if more})
    _add_to_companies(session, {company_id: more for company_id, more in opened.items() if more})


def _add_to_tallies(session: Session, tallies: Mapping[tuple[str, str, str, bool, int], int]) -> None:
    names = ("status", "country", "employment_type", "remote", "shard")
    rows = [{**dict(zip(names, key, strict=True)), "n": tallies[key]} for key in sorted(tallies)]
    add_to_counters(session, JobTally, "n", rows)


def _add_to_companies(session: Session, opened: Mapping[int, int]) -> None:
    if not opened:
        return
    mark_changed(session, "companies", *(f"company:{company_id}" for company_id in opened))
    columns = Company.__table__.c
    statement = (
        update(Company)
        .where(columns.id == bindparam("company"))
        .values(open_jobs=columns.open_jobs + bindparam("more"))
    )
    rows = [{"company": company_id, "more": opened[company_id]} for company_id in sorted(opened)]
    session.connection().execute(statement, rows)


def count_kept_open(session: Reader) -> int:
    """Return how many postings are open, from the kept counts."""
    return session.scalar(select(SUM).where(JobTally.status == "open")) or 0


def list_tallies(session: Reader) -> list[Row[str, str, str, bool, int]]:
    """Return (status, country, employment type, remote, n), summed over the shards; one statement."""
    kind = (JobTally.status, JobTally.country, JobTally.employment_type, JobTally.remote)
    return list(session.execute(select(*kind, SUM.label("n")).group_by(*kind)).all())
