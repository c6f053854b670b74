"""The companies of imported postings: found by name, made when they are new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.changes import mark_changed
from talentsphere.db.events import add_event
from talentsphere.db.ids import allocate_ids
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.importing.posting import MAX_COMPANY, Posting
from talentsphere.domains.names import folded_name, slug_of

NOT_STATED = "Company not stated"
MAX_REMEMBERED = 50_000
MAX_SLUG = 120

Key = tuple[str, bool]
"""(name_key, confidential)."""


def company_key(posting: Posting) -> Key:
    """Return what a posting's company is found by; one placeholder a source stands for those that name none."""
    if posting.company is None:
        return folded_name(f"{NOT_STATED} ({posting.source})", MAX_COMPANY), True
    return folded_name(posting.company, MAX_COMPANY), False


class Companies:
    """Company ids by key, remembered over the batches of a run; ``forget`` after a transaction that failed."""

    def __init__(self) -> None:
        self._ids: dict[Key, int] = {}

    def forget(self) -> None:
        self._ids.clear()

    def ids_of(self, session: Session, postings: Iterable[Posting]) -> Mapping[Key, int]:
        """Return the ids for ``postings``; at most five statements when some are new, else none."""
        if len(self._ids) > MAX_REMEMBERED:
            self.forget()
        wanted: dict[Key, Posting] = {}
        for posting in postings:
            wanted.setdefault(company_key(posting), posting)  # the first spelling of a name is the one that is kept
        missing = {key: posting for key, posting in wanted.items() if key not in self._ids}
        if missing:
            self._ids.update(_found(session, missing))
            new = {key: posting for key, posting in missing.items() if key not in self._ids}
            self._ids.update(_made(session, new))
        return self._ids


def _found(session: Session, keys: Iterable[Key]) -> dict[Key, int]:
    names = [name_key for name_key, _ in keys]
    statement = select(Company.name_key, Company.confidential, Company.id).where(Company.name_key.in_(names))
    found = session.execute(statement.order_by(Company.id.desc())).all()
    return {(name_key, confidential): company_id for name_key, confidential, company_id in found}


def _made(session: Session, new: Mapping[Key, Posting]) -> dict[Key, int]:
    if not new:
        return {}
    ids = dict(zip(new, allocate_ids(session, Company, len(new)), strict=True))
    slugs = _free_slugs(session, new)
    rows = [_row(key, ids[key], slugs[key], posting) for key, posting in new.items()]
    mark_changed(session, "companies")
    session.connection().execute(insert(Company.__table__), rows)  # type: ignore[arg-type]
    for company_id in ids.values():
        add_event(session, "company.created", company_id, company_id=company_id)
    return ids


def _row(key: Key, company_id: int, slug: str, posting: Posting) -> dict[str, object]:
    name_key, confidential = key
    made_at = now()
    return {
        "id": company_id,
        "name": posting.company or NOT_STATED,
        "name_key": name_key,
        "slug": slug,
        "confidential": confidential,
        "open_jobs": 0,
        "version": 1,
        "created_at": made_at,
        "updated_at": made_at,
    }


def _free_slugs(session: Session, keys: Iterable[Key]) -> dict[Key, str]:
    """Give each key a slug; one that is taken gets the name's digest behind it."""
    wished = {key: slug_of(key[0], 100, "company") for key in keys}
    taken = set(session.scalars(select(Company.slug).where(Company.slug.in_(set(wished.values())))))
    slugs = {}
    for key, slug in wished.items():
        is_free = slug not in taken and not slug.isdecimal()  # digits alone would read as an id
        slugs[key] = slug if is_free else f"{slug}-{blake2b(repr(key).encode(), digest_size=5).hexdigest()}"
        taken.add(slug)
    return slugs
