"""Every statement about companies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from talentsphere.db.caller import Reach, of_company
from talentsphere.db.dialect import json_rows
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.companies.models import Company, CompanyLocation
from talentsphere.errors import NotFound

BY_NAME = (Company.name_key, Company.id)


def find_company(session: Reader, reference: str, columns: Sequence[Any]) -> AnyRow | None:
    """Return the company with this id or slug, or nothing; one statement."""
    return session.execute(select(*columns).where(is_reference(reference))).one_or_none()


def is_reference(reference: str) -> ColumnElement[bool]:
    """Return the condition that a company has this id or slug."""
    is_id = reference.isascii() and reference.isdecimal() and len(reference) < 10
    return Company.id == int(reference) if is_id else Company.slug == reference.lower()


def locations_of_company() -> ScalarSelect[Any]:
    """Return the company's locations as a column: a JSON array of {id, name, city, region, country}, unordered."""
    names = ("id", "name", "city", "region", "country")
    pairs = [part for name in names for part in (name, getattr(CompanyLocation, name))]
    rows = select(json_rows(*pairs)).where(CompanyLocation.company_id == Company.id)
    return rows.correlate(Company).scalar_subquery()


def get_own_company(session: Reader, reach: Reach, reference: str, columns: Sequence[Any]) -> AnyRow:
    """Return the company with this id or slug, or raise ``NotFound`` when it is not within ``reach``; one statement."""
    found = session.execute(select(*columns).where(is_reference(reference), of_company(Company.id, reach)))
    row = found.one_or_none()
    if row is None:
        raise NotFound(f"there is no company {reference}")
    return row


def has_company(session: Reader, reach: Reach, company_id: int) -> bool:
    """Tell whether there is this company within ``reach``; one statement."""
    return session.scalar(select(Company.id).where(Company.id == company_id, of_company(Company.id, reach))) is not None


def list_companies(session: Reader, window: Window, columns: Sequence[Any]) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` companies by name, in the walk's direction; one statement.

    A row has ``columns``, ``name_key`` and ``id`` as its place. Uses ``ix_companies_name_key_id``.
    """
    statement = select(*columns, Company.name_key.label("place_0"), Company.id.label("place_1"))
    return session.execute(ascending_page(statement, BY_NAME, window)).all()


def place_of(row: AnyRow) -> tuple[str, int]:
    """Return a listed row's place in the walk."""
    return row.place_0, row.place_1


def count_companies(session: Reader) -> int:
    """Return how many companies there are; one statement."""
    return session.scalar(select(func.count()).select_from(Company)) or 0
