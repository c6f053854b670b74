"""The named queries of the board, each with the index that it must use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.jobs.alike import bands_of, list_candidates
from talentsphere.domains.jobs.filters import JobFilter
from talentsphere.domains.jobs.fingerprints import BAND_NAMES
from talentsphere.domains.jobs.hiring import find_team_job, list_team
from talentsphere.domains.jobs.hiring_schemas import MEMBER_V2
from talentsphere.domains.jobs.listing import list_and_count_open_jobs, list_open_jobs, resolve_names
from talentsphere.domains.jobs.models import Job, JobSkill, key_floor
from talentsphere.domains.jobs.own import (
    count_company_jobs,
    find_external_id,
    find_own_job,
    list_company_jobs,
    lock_own_job,
)
from talentsphere.domains.jobs.own_schemas import OWN_JOB_CARD_V2, OWN_JOB_V2
from talentsphere.domains.jobs.queries import count_recent, find_job, list_jobs_by_ids, list_similar_jobs
from talentsphere.domains.jobs.schemas import JOB_CARD_V2, JOB_V1
from talentsphere.domains.jobs.skilling import list_skill_names, move_skills, replace_skills, skills_given
from talentsphere.domains.jobs.start import find_start
from talentsphere.domains.jobs.tallies import count_kept_open, list_tallies
from talentsphere.domains.jobs.timing import expire_jobs, next_expiry, next_publication, publish_jobs
from talentsphere.domains.jobs.walks import ORDERS

PAGE = Window(20)
OLD = datetime(2020, 1, 1, tzinfo=UTC)
DAY, WEEK = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 24, tzinfo=UTC)


def _list(sort: str = "newest", **narrowed: Any) -> Callable[[Session], object]:
    """Return a run of the first page of a list."""
    return lambda session: list_open_jobs(session, JobFilter(**narrowed), sort, PAGE, JOB_CARD_V2)


def _deep(sort: str) -> dict[str, Any]:
    """Return a run of a page in the middle of a walk, and what finds the middle."""
    place = ORDERS[sort].columns

    def run(session: Session, middle: Any) -> object:
        return list_open_jobs(session, JobFilter(), sort, Window(20, after=tuple(middle)), JOB_CARD_V2)

    return {"run": run, "given": lambda session: session.execute(select(*place).order_by(Job.id).limit(1)).one()}


def _list_by(column: Any, name: str) -> dict[str, Any]:
    """Return a run of a list narrowed to one value, and what finds a value that is there."""

    def run(session: Session, value: Any) -> object:
        narrowed: dict[str, Any] = {name: (value,)}
        return list_open_jobs(session, JobFilter(**narrowed), "newest", PAGE, JOB_CARD_V2)

    return {"run": run, "given": lambda session: session.scalar(select(column).where(column.is_not(None)).limit(1))}


def _skills_of_a_job(session: Session) -> tuple[int, Sequence[int]]:
    job_id = session.scalar(select(JobSkill.job_id).limit(1)) or 0
    return job_id, session.scalars(select(JobSkill.skill_id).where(JobSkill.job_id == job_id)).all()


def _similar(session: Session, job: tuple[int, Sequence[int]]) -> object:
    return list_similar_jobs(session, job[0], job[1], JOB_CARD_V2)


def _batch(session: Session) -> object:
    return list_jobs_by_ids(session, [1, 2, 3], JOB_CARD_V2)


def _count_types(session: Session) -> object:
    return list_and_count_open_jobs(session, JobFilter(employment_types=("full_time",)), "newest", PAGE, JOB_V1)


def _busiest_company(session: Session) -> int:
    """Return a company that has more postings than a planner would rather sort."""
    statement = select(Job.company_id).group_by(Job.company_id).order_by(func.count().desc()).limit(1)
    return session.scalar(statement) or 0


def _own_list(*statuses: str, after: tuple[int] | None = None) -> dict[str, Any]:
    def run(session: Session, company_id: int) -> object:
        return list_company_jobs(session, EVERYTHING, company_id, statuses, Window(20, after=after), OWN_JOB_CARD_V2)

    # one company's name is joined; a planner may read the few companies of the scratch database whole for it
    return {"run": run, "given": _busiest_company, "scans": ("companies",)}


def _own_count(session: Session, company_id: int) -> object:
    return count_company_jobs(session, EVERYTHING, company_id, ())


def _hired_for(session: Session, company_id: int) -> object:
    """List the postings of a hiring team."""
    reach = Reach(Extent.HIRING_TEAM, user_id=1, company_id=company_id)
    return list_company_jobs(session, reach, company_id, (), PAGE, OWN_JOB_CARD_V2)


def _fingerprinted(session: Session) -> dict[str, Any]:
    """Return the fingerprint of a posting."""
    columns = (getattr(Job, name) for name in BAND_NAMES)
    return dict(session.execute(select(*columns).where(Job.near_1.is_not(None)).limit(1)).one()._mapping)


NEAR = tuple(f"ix_jobs_{name}" for name in BAND_NAMES)
EVERYTHING = Reach(Extent.EVERYTHING)
WALK = "ix_jobs_open_key"
PLANS = (
    NamedQuery("jobs.list.newest", (WALK,), _list()),
    NamedQuery("jobs.list.newest.deep", (WALK,), **_deep("newest")),
    NamedQuery("jobs.list.oldest", (WALK,), _list("oldest")),
    NamedQuery("jobs.list.oldest.deep", (WALK,), **_deep("oldest")),
    NamedQuery("jobs.list.remote", (WALK,), _list(remote=True)),
    NamedQuery("jobs.list.country", (WALK,), _list(countries=("US",))),
    NamedQuery("jobs.list.type", (WALK,), _list(employment_types=("full_time",))),
    NamedQuery("jobs.list.types", (WALK,), _list(employment_types=("full_time", "contract"))),
    NamedQuery("jobs.list.level", (WALK,), _list(experience_levels=("senior",))),
    NamedQuery("jobs.list.pay", (WALK,), _list(salary_min=50_000, currencies=("USD",))),
    NamedQuery("jobs.list.combined", (WALK,), _list(countries=("US",), remote=True, salary_min=50_000)),
    NamedQuery("jobs.list.posted_after", (WALK,), _list(posted_after=DAY)),
    NamedQuery("jobs.list.region", (WALK,), **_list_by(Job.region_key, "regions")),
    NamedQuery("jobs.list.company", ("ix_jobs_open_company",), **_list_by(Job.company_id, "companies")),
    NamedQuery("jobs.list.location", ("ix_jobs_open_location",), **_list_by(Job.location_key, "locations")),
    NamedQuery("jobs.list.city", ("ix_jobs_open_city",), **_list_by(Job.city_key, "cities")),
    NamedQuery("jobs.list.skill", ("ix_job_skills_skill_key",), **_list_by(JobSkill.skill_id, "skills")),
    NamedQuery("jobs.list.featured", ("ix_jobs_featured_key",), _list(featured=True)),
    NamedQuery("jobs.list.salary", ("ix_jobs_open_pay",), _list("salary")),
    NamedQuery("jobs.list.salary.deep", ("ix_jobs_open_pay",), **_deep("salary")),
    NamedQuery("jobs.list.title", ("ix_jobs_open_title",), _list("title")),
    NamedQuery("jobs.list.title.deep", ("ix_jobs_open_title",), **_deep("title")),
    NamedQuery("jobs.list.counted", (WALK, "ix_jobs_sample"), _count_types),
    NamedQuery(
        "jobs.resolve_names",
        ("uq_companies_slug", "pk_skill_names"),
        lambda session: resolve_names(session, ["acme"], ["python"]),
    ),
    NamedQuery("jobs.detail", ("pk_jobs", "pk_job_skills"), lambda session: find_job(session, 1, JOB_V1)),
    NamedQuery("jobs.batch", ("pk_jobs",), _batch, scans=("companies",)),
    NamedQuery(
        "jobs.similar",
        ("ix_job_skills_skill_key",),
        _similar,
        given=_skills_of_a_job,
        scans=("companies",),
    ),
    NamedQuery("jobs.recent", (WALK,), lambda session: count_recent(session, WEEK), scans=("companies",)),
    NamedQuery("jobs.kept_open", (), count_kept_open, scans=("job_tallies",)),
    NamedQuery("jobs.tallies", (), list_tallies, scans=("job_tallies",)),
    NamedQuery("jobs.expire", ("ix_jobs_expires_at",), lambda session: expire_jobs(session, OLD, 3)),
    NamedQuery("jobs.next_expiry", ("ix_jobs_expires_at",), next_expiry),
    NamedQuery("jobs.next_publication", ("ix_jobs_publish_at",), next_publication),
    NamedQuery("jobs.publish", ("ix_jobs_publish_at",), lambda session: publish_jobs(session, OLD, 3)),
    NamedQuery(
        "jobs.import.seen",
        ("uq_jobs_source_external_id",),
        lambda session: session.execute(
            select(Job.id, Job.content_hash).where(Job.source == "usajobs_2026", Job.external_id.in_(["a", "b"]))
        ),
    ),
    NamedQuery("jobs.own.list", ("ix_jobs_company_key",), **_own_list()),
    NamedQuery("jobs.own.list.deep", ("ix_jobs_company_key",), **_own_list(after=(key_floor(WEEK),))),
    NamedQuery("jobs.own.list.drafts", ("ix_jobs_company_key",), **_own_list("draft", "paused")),
    NamedQuery("jobs.own.count", ("ix_jobs_company_key",), _own_count, given=_busiest_company),
    NamedQuery(
        "jobs.own.hiring_team", ("ix_hiring_teams_user",), _hired_for, scans=("companies",), given=_busiest_company
    ),
    NamedQuery("jobs.team.job", ("pk_hiring_teams",), lambda session: find_team_job(session, EVERYTHING, 1)),
    NamedQuery("jobs.team.list", ("pk_hiring_teams",), lambda session: list_team(session, 1, PAGE, MEMBER_V2)),
    NamedQuery("jobs.own.detail", ("pk_jobs",), lambda session: find_own_job(session, EVERYTHING, 1, 1, OWN_JOB_V2)),
    NamedQuery("jobs.write.lock", ("pk_jobs",), lambda session: lock_own_job(session, EVERYTHING, 1)),
    NamedQuery(
        "jobs.write.start",
        ("pk_companies", "pk_skill_names", *NEAR),
        lambda session, bands: find_start(session, 1, ["sql"], bands),
        given=lambda session: bands_of(_fingerprinted(session)),
        scans=("dictionaries",),
    ),
    NamedQuery(
        "jobs.write.near_copies",
        NEAR,
        lambda session, row: list_candidates(session, [row]),
        given=lambda session: {**_fingerprinted(session), "company_id": 1},
    ),
    NamedQuery("jobs.write.skills", ("pk_skill_names",), lambda session: skills_given(session, ["sql", "python"])),
    NamedQuery("jobs.write.alike_skills", ("pk_skill_names",), lambda session: list_skill_names(session, "q")),
    NamedQuery("jobs.write.replace_skills", ("pk_job_skills",), lambda session: replace_skills(session, 1, 1, [])),
    NamedQuery("jobs.write.move_skills", ("pk_job_skills",), lambda session: move_skills(session, 1, 1)),
    NamedQuery(
        "jobs.write.external_id",
        ("uq_jobs_source_external_id",),
        lambda session: find_external_id(session, "company:1", "REQ-1"),
    ),
)
