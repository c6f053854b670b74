"""The statements of the lists against a search through every row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories import POSTED_AT, copy_job, make_job

from talentsphere.db.paging import Window
from talentsphere.db.prepared import PREPARED
from talentsphere.domains.jobs.filters import JobFilter
from talentsphere.domains.jobs.listing import count_open_jobs, list_and_count_open_jobs, list_open_jobs
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.jobs.schemas import JOB_CARD_V2
from talentsphere.domains.jobs.walks import ORDERS, page_statement

COUNTRIES, CITIES, TYPES = ("CA", "DE", None), ("Berlin", "Toronto", None), ("full_time", "contract", None)

maybe = st.none() | st.booleans()


def some(*values):
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


filters = st.builds(
    JobFilter,
    companies=some(1, 2, 3),
    cities=some("berlin", "toronto"),
    countries=some("CA", "DE"),
    remote=maybe,
    employment_types=some("full_time", "contract"),
    salary_min=st.none() | st.sampled_from([0, 50_000, 120_000]),
    skills=some(1, 2),
    posted_after=st.none() | st.just(POSTED_AT - timedelta(minutes=9)),
    featured=maybe,
)


@pytest.fixture
def board(database):
    """Thirty postings with every mixture of values, some of them not open."""
    return [
        (
            make_job(
                f"Job {n % 7}",
                company=f"Company {n % 2}",
                posted_at=POSTED_AT - timedelta(minutes=n // 2),
                country=COUNTRIES[n % 3],
                city=CITIES[n % 3],
                employment_type=TYPES[n % 3],
                remote=n % 4 == 0,
                featured=n % 5 == 0,
                salary_max=(None, 120_000, 60_000)[n % 3],
                salary_min=None,
                skills=skills,
                status="open" if n % 8 else "paused",
            ),
            skills,
        )
        for n in range(30)
        for skills in [[["Python", "SQL"], ["SQL"], []][n % 3]]
    ]


def is_wanted(job: Job, skills: list[str], wanted: JobFilter) -> bool:
    ids = {"Python": 1, "SQL": 2}
    return (
        job.status == "open"
        and (not wanted.companies or job.company_id in wanted.companies)
        and (not wanted.cities or (job.city_key or "") in wanted.cities)
        and (not wanted.countries or (job.country or "") in wanted.countries)
        and wanted.remote in (None, job.remote)
        and (not wanted.employment_types or (job.employment_type or "") in wanted.employment_types)
        and (wanted.salary_min is None or 0 < job.pay_yearly >= wanted.salary_min)
        and (not wanted.skills or bool({ids[name] for name in skills} & set(wanted.skills)))
        and (wanted.posted_after is None or job.posted_at >= wanted.posted_after)
        and wanted.featured in (None, job.featured)
    )


SORT_KEYS = {
    "newest": lambda job: (-job.posted_at.timestamp(), -job.id),
    "oldest": lambda job: (job.posted_at.timestamp(), job.id),
    "salary": lambda job: (-job.pay_yearly, -job.posted_at.timestamp(), -job.id),
    "title": lambda job: (job.title_key, job.posted_at.timestamp(), job.id),
}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=filters, sort=st.sampled_from(sorted(SORT_KEYS)), offset=st.integers(0, 8))
def test_a_list_is_what_a_search_through_every_row_finds(database, board, wanted, sort, offset):
    expected = sorted((job for job, skills in board if is_wanted(job, skills, wanted)), key=SORT_KEYS[sort])
    ids = [job.id for job in expected]
    with database.reading() as session:
        rows = list_open_jobs(session, wanted, sort, Window(5, offset), JOB_CARD_V2)
        counted = list_and_count_open_jobs(session, wanted, sort, Window(5, offset), JOB_CARD_V2)
        assert [row.id for row in rows] == ids[offset : offset + 6]
        assert [row.id for row in counted[0]] == ids[offset : offset + 6]
        assert counted[1:] == (len(ids), False)
        exactly = list_and_count_open_jobs(session, wanted, sort, Window(5, offset), JOB_CARD_V2, exact=True)
        assert exactly == counted
        assert count_open_jobs(session, wanted) == len(ids)


def test_a_total_above_a_thousand_is_an_estimate_and_near(database):
    copy_job(make_job(), 1300)
    with database.reading() as session:
        wanted = JobFilter(countries=("CA",))
        _, total, is_estimate = list_and_count_open_jobs(session, wanted, "newest", Window(5), JOB_CARD_V2)
        assert is_estimate
        assert total == pytest.approx(1300, rel=0.3)
        assert count_open_jobs(session, wanted) == 1300
        exactly = list_and_count_open_jobs(session, wanted, "newest", Window(5), JOB_CARD_V2, exact=True)
        assert exactly[1:] == (1300, False)


def test_a_total_of_exactly_a_thousand_is_exact(database):
    copy_job(make_job(), 1000)
    with database.reading() as session:
        found = list_and_count_open_jobs(session, JobFilter(countries=("CA",)), "newest", Window(5), JOB_CARD_V2)
        assert found[1:] == (1000, False)


@pytest.mark.parametrize(
    ("wanted", "sort", "is_planned_once"),
    [
        (JobFilter(), "title", True),
        (JobFilter(countries=("CA",), remote=True), "newest", True),
        (JobFilter(companies=(1, 2), employment_types=("contract",)), "oldest", True),
        (JobFilter(companies=(1,), locations=("toronto",)), "newest", False),
        (JobFilter(salary_min=1), "newest", False),
        (JobFilter(countries=("CA",)), "salary", False),
    ],
)
def test_a_list_is_planned_once_unless_its_values_decide_which_index_is_best(wanted, sort, is_planned_once):
    statement = page_statement(wanted.shape(), ORDERS[sort], False, 21, JOB_CARD_V2)
    assert (PREPARED in statement.get_execution_options()) is is_planned_once
