"""Made-up postings: as many as asked, alike every time, spread as real ones are."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select
from tests.factories import make_skill

from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job, JobSkill
from talentsphere.domains.jobs.seeding import Seeding, seed_jobs
from talentsphere.domains.jobs.tallies import count_kept_open

pytestmark = pytest.mark.unfed  # rows are written by hand

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def seed(app, database):
    def make(count: int = 2_500, number: int = 1) -> list[Job]:
        with app.app_context():
            seed_jobs(Seeding(count, UNTIL, number))
        with database.reading() as session:
            return list(session.scalars(select(Job).order_by(Job.id)))

    return make


def facts(jobs: list[Job]) -> list[tuple[object, ...]]:
    return [
        (
            job.external_id,
            job.title,
            job.company_id,
            job.city,
            job.salary_max,
            job.posted_at,
            job.status,
            job.description,
        )
        for job in jobs
    ]


def test_seed_is_the_same_every_time_and_differs_by_its_number(database, seed):
    first = facts(seed(200))
    with database.writing() as session:
        session.execute(delete(Job))
    second = facts(seed(200))
    with database.writing() as session:
        session.execute(delete(Job))
    other = facts(seed(200, number=2))

    assert first == second
    assert len([1 for one, two in zip(first, other, strict=True) if one[1:] == two[1:]]) < 5


def test_an_interrupted_seed_goes_on_where_it_stopped(database, seed):
    whole = facts(seed(300))
    with database.writing() as session:
        session.execute(delete(Job).where(Job.id > 200))

    assert facts(seed(300)) == whole


def test_spreads_are_realistic(database, seed):
    jobs = seed()

    statuses = Counter(job.status for job in jobs)
    assert 0.87 < statuses["open"] / len(jobs) < 0.93
    assert 0.01 < sum(job.featured for job in jobs) / len(jobs) < 0.03
    assert all(job.closed_at and job.closed_reason for job in jobs if job.status == "closed")
    sizes = Counter(job.company_id for job in jobs).most_common()
    assert 30 < len(sizes) <= 51
    assert sizes[0][1] > 3 * sizes[len(sizes) // 2][1]
    dates = [job.posted_at for job in jobs if job.posted_at]
    assert min(dates) >= UNTIL - timedelta(days=730)
    assert max(dates) <= UNTIL
    assert sum(date > UNTIL - timedelta(days=240) for date in dates) > len(jobs) / 2
    assert len({job.country for job in jobs}) > 10
    assert 0.4 < sum(job.pay_yearly > 0 for job in jobs) / len(jobs) < 0.8


def test_kept_counts_are_right(database, seed):
    jobs = seed(500)

    with database.reading() as session:
        assert count_kept_open(session) == sum(job.status == "open" for job in jobs)
        assert sum(session.scalars(select(Company.open_jobs))) == sum(job.status == "open" for job in jobs)


def test_skills_are_named_in_the_text(database, seed):
    make_skill("Python")
    jobs = {job.id: f"{job.title} {job.description_text}" for job in seed(300)}

    with database.reading() as session:
        texts = [jobs[job_id] for job_id in session.scalars(select(JobSkill.job_id))]
    assert texts
    assert all("python" in text.casefold() for text in texts)
