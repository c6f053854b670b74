"""What a new posting needs of the database, asked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import null, select
from sqlalchemy.orm import Session

from talentsphere.db.ids import next_id
from talentsphere.db.rows import AnyRow
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.alike import candidates
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.skilling import keys_of, named_skills
from talentsphere.domains.skills.models import Dictionary


def find_start(
    session: Session, company_id: int, names: Sequence[str] | None, bands: Mapping[str, int]
) -> AnyRow | None:
    """Return what a new posting needs of the database, or nothing when there is no such company; one statement.

    The company's columns, ``job_id`` (a new id), ``dictionary`` (the version of the skills) ``named`` (the skills with
    any of ``names``, null without) and ``near`` (its postings in any of ``bands``, to be compared with the new one).
    """
    version = select(Dictionary.version).where(Dictionary.name == "skills").scalar_subquery()
    start = (
        Company.id.label("company_id"), Company.name.label("company_name"), Company.slug.label("company_slug"),
        Company.website, Company.confidential, Company.open_jobs,
        next_id(session.get_bind().dialect.name, Job).label("job_id"), version.label("dictionary"),
        (named_skills() if names else null()).label("named"),
        candidates(company_id).label("near"),
    )  # fmt: skip
    statement = select(*start).where(Company.id == company_id)
    return session.execute(statement, {**bands, **({"names": keys_of(names)} if names else {})}).one_or_none()
