"""Postings of a company that a new one repeats or nearly repeats: looked for by the bands of their fingerprints.

What is like it is shown with the evidence, and nothing else happens. Another company's postings are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import CompoundSelect, ScalarSelect, Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from talentsphere.db.dialect import json_rows
from talentsphere.db.rows import AnyRow
from talentsphere.domains.jobs.fingerprints import BAND_NAMES, SHOWN, Fingerprint, likeness
from talentsphere.domains.jobs.models import Job

NEWEST = 25
"""Postings of a band that are compared, the newest first."""
COMPARED = (Job.id, Job.company_id, Job.text_hash, Job.sketch, Job.title_key, Job.location_key)
Similar = dict[str, Any]
"""``{id, score, why}``."""


def candidates(company_id: int) -> ScalarSelect[Any]:
    """Return the company's postings in a band with ``:near_1`` to ``:near_4``, as a column: a JSON array.

    Uses ``ix_jobs_near_1`` to ``ix_jobs_near_4``.
    """
    pairs: Any = chain.from_iterable((column.key, column) for column in COMPARED)
    meeting = union_all(*(select(_newest(company_id, name).subquery()) for name in BAND_NAMES)).subquery()
    return select(json_rows(*pairs)).where(Job.id.in_(select(meeting.c.id))).scalar_subquery()


def bands_of(fingerprint: Fingerprint) -> dict[str, int]:
    """Return what ``:near_1`` to ``:near_4`` must be."""
    return {name: fingerprint[name] for name in BAND_NAMES}


def list_candidates(session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[AnyRow]:
    """Return stored postings that may be like any of ``rows`` (new ones, not yet stored); one statement."""
    return session.execute(_meeting(rows)).all()


def similar_to(row: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> list[Similar]:
    """Return those of ``others`` in the same company that ``row`` is like, at most ``SHOWN``, the likest first."""
    found = [likeness(other, row) for other in others if other["company_id"] == row["company_id"]]
    alike = [each for each in found if each is not None]
    return sorted(alike, key=lambda each: (-each["score"], -each["id"]))[:SHOWN]


def _newest(company_id: int, name: str) -> Select[int]:
    band = select(Job.id).where(Job.company_id == company_id, getattr(Job, name) == bindparam(name))
    return band.order_by(Job.id.desc()).limit(NEWEST)


def _meeting(rows: Sequence[Mapping[str, Any]]) -> CompoundSelect[Any]:
    """Return the newest of each band apart, as an OR over four indexes would be one over the table."""
    companies = {row["company_id"] for row in rows}
    selects = []
    for name in BAND_NAMES:
        band = getattr(Job, name)
        columns = select(*COMPARED, *(getattr(Job, each) for each in BAND_NAMES))
        wanted = columns.where(Job.company_id.in_(companies), band.in_({row[name] for row in rows}))
        selects.append(select(wanted.order_by(Job.id.desc()).limit(NEWEST * len(rows)).subquery()))
    return union_all(*selects)
