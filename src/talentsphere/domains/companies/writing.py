"""Every statement that changes a company."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor, Reach, of_company
from talentsphere.db.changes import mark_changed
from talentsphere.db.dialect import insert_unless_taken
from talentsphere.domains.activity.queries import record_change
from talentsphere.domains.companies.models import Company, CompanyLocation
from talentsphere.domains.companies.queries import is_reference
from talentsphere.domains.names import folded_name, slug_of
from talentsphere.errors import NotFound

NUMBERED = 9
"""A slug that is taken gets a number up to here, then a random end."""


def add_company(session: Session, actor: Actor, new: Mapping[str, Any]) -> int:
    """Add a company and return its id; two statements, one more with locations and for each slug that is taken.

    ``new``: ``name``, and maybe ``website``, ``description`` and ``locations`` (mappings of their columns).
    """
    facts, made_at = dict(new), now()
    places = facts.pop("locations", ())
    row = {**facts, "name_key": folded_name(facts["name"], 200), "confidential": False, "open_jobs": 0, "version": 1}
    company_id = _add_with_free_slug(session, {**row, "created_at": made_at, "updated_at": made_at})
    _add_locations(session, company_id, places)
    record_change(session, actor, "company.created", company_id, company_id=company_id)
    return company_id


def lock_company(session: Session, reach: Reach, reference: str) -> Company:
    """Return the company with this id or slug for a change, or raise ``NotFound`` when it is not within ``reach``."""
    within = (is_reference(reference), of_company(Company.id, reach))
    company = session.scalars(select(Company).where(*within).with_for_update()).one_or_none()
    if company is None:
        raise NotFound(f"there is no company {reference}")
    return company


def change_company(session: Session, actor: Actor, company: Company, changes: Mapping[str, Any]) -> None:
    """Apply ``changes`` (as in ``add_company``) to a locked company; at most four statements.

    Its slug stays, as links hold it. Locations that are given replace all that there are.
    """
    facts = dict(changes)
    places = facts.pop("locations", None)
    for name, value in facts.items():
        setattr(company, name, value)
    company.name_key = folded_name(company.name, 200)
    company.updated_at = now()
    session.flush()
    if places is not None:
        mark_changed(session, "companies", f"company:{company.id}")
        session.execute(delete(CompanyLocation).where(CompanyLocation.company_id == company.id))
        _add_locations(session, company.id, places)
    details = {"fields": sorted(changes)}
    record_change(session, actor, "company.updated", company.id, company_id=company.id, details=details)


def _add_with_free_slug(session: Session, row: Mapping[str, Any]) -> int:
    mark_changed(session, "companies")
    for slug in _slugs(row["name"]):
        company_id: int | None = insert_unless_taken(session, Company, {**row, "slug": slug}, Company.slug, Company.id)
        if company_id is not None:
            return company_id
    raise AssertionError("there is always another slug")


def _slugs(name: str) -> Iterator[str]:
    """Give slugs for ``name``, best first; digits alone would read as an id."""
    slug = slug_of(name, 100, "company")
    if not slug.isdecimal():
        yield slug
    yield from (f"{slug}-{n}" for n in range(2, NUMBERED + 1))
    yield from (f"{slug}-{secrets.token_hex(4)}" for _ in itertools.count())


def _add_locations(session: Session, company_id: int, places: Sequence[Mapping[str, Any]]) -> None:
    columns = ("name", "city", "region", "country")
    rows = [{"company_id": company_id, **{name: place.get(name) for name in columns}} for place in places]
    if rows:
        mark_changed(session, "companies", f"company:{company_id}")
        session.execute(insert(CompanyLocation), rows)
