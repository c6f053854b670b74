"""Imports into a real database: what is added, kept, changed, refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from tests.domains.jobs.importing.files import all_counted, counts, import_bytes, import_rows, lines, row
from tests.factories import make_skill

from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job, JobSkill, recency_key
from talentsphere.domains.jobs.tallies import count_kept_open

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def only_job(database):
    def read() -> Job:
        with database.reading() as session:
            return session.scalars(select(Job)).one()

    return read


@pytest.fixture
def companies(database):
    def read() -> list[tuple[str, bool, int]]:
        with database.reading() as session:
            statement = select(Company.name, Company.confidential, Company.open_jobs).order_by(Company.id)
            return [tuple(found) for found in session.execute(statement)]

    return read


def test_a_posting_is_stored_with_its_keys(app, only_job):
    import_rows(app, row(posted_at="2026-01-30T10:00:00Z", salary_max=90000, currency="CAD", salary_period="year"))

    job = only_job()
    assert (job.title, job.title_key, job.slug) == ("Data Engineer", "data engineer", f"data-engineer-{job.id}")
    assert (job.city_key, job.region_key, job.country, job.location_key) == (
        "toronto", "ontario", "CA", "toronto, ontario, canada",
    )  # fmt: skip
    assert (job.status, job.remote, job.version, job.pay_yearly) == ("open", False, 1, 90000)
    assert job.posted_at == datetime(2026, 1, 30, 10, tzinfo=UTC)
    assert job.key == recency_key(job.posted_at, job.id)
    assert (job.description, job.description_text) == ("<p>We use Python and SQL.</p>", "We use Python and SQL.")


def test_a_second_import_changes_nothing(app, only_job):
    content = lines(row(), row(external_id="2", title="Nurse"))
    first, _ = import_bytes(app, content)
    second, _ = import_bytes(app, content)

    assert counts(first) == (2, 0, 0, 0)
    assert counts(second) == (0, 0, 2, 0)


def test_order_of_fields_is_no_change(app):
    import_rows(app, row())

    again, _ = import_rows(app, dict(reversed(row().items())))

    assert counts(again) == (0, 0, 1, 0)


def test_a_changed_row_updates_its_posting(app, only_job):
    import_rows(app, row())
    before = only_job()

    summary, _ = import_rows(app, row(title="Data Scientist", location="Berlin, Germany"))

    after = only_job()
    assert counts(summary) == (0, 1, 0, 0)
    assert (after.id, after.version, after.title, after.country) == (before.id, 2, "Data Scientist", "DE")
    assert after.slug == f"data-scientist-{after.id}"


def test_missing_date_is_that_of_the_first_import_and_kept(app, only_job):
    import_rows(app, row())
    first = only_job().posted_at

    import_rows(app, row(title="Data Scientist"))

    assert first is not None
    assert first.microsecond == 0
    assert only_job().posted_at == first


def test_a_new_date_moves_the_posting_and_its_skills(app, database, only_job):
    make_skill("Python")
    import_rows(app, row(posted_at="2026-01-01"))

    import_rows(app, row(posted_at="2026-01-02"))

    with database.reading() as session:
        assert session.scalars(select(JobSkill.key)).all() == [only_job().key]
    assert only_job().key == recency_key(datetime(2026, 1, 2, tzinfo=UTC), only_job().id)


def test_a_closed_posting_stays_closed_unless_its_source_states_otherwise(app, only_job):
    import_rows(app, row(status="closed", closed_reason="filled"))
    import_rows(app, row(title="Data Scientist"))
    closed = only_job()
    import_rows(app, row(title="Data Scientist", status="open"))

    assert (closed.status, closed.closed_reason) == ("closed", "filled")
    assert closed.closed_at is not None
    assert (only_job().status, only_job().closed_reason, only_job().closed_at) == ("open", None, None)


def test_companies_are_found_by_folded_name_and_counted(app, companies):
    import_rows(app, row(), row(external_id="2", company="VIAMO "), row(external_id="3", company="Acme"))
    import_rows(app, row(company="Acme"))

    assert companies() == [("Viamo", False, 1), ("Acme", False, 2)]


def test_one_placeholder_a_source_stands_for_missing_companies(app, companies):
    nameless = [None, "", "None", "Company Undisclosed", "confidential"]
    import_rows(app, *(row(external_id=str(n), company=company) for n, company in enumerate(nameless)))
    import_rows(app, row(source="other", company=None))

    assert companies() == [("Company not stated", True, 5), ("Company not stated", True, 1)]


def test_a_company_of_that_name_is_not_the_placeholder(app, companies):
    import_rows(app, row(company="Company not stated (board)"), row(external_id="2", company=None))

    assert companies() == [("Company not stated (board)", False, 1), ("Company not stated", True, 1)]


def test_kept_counts_follow_every_change(app, database):
    import_rows(app, row(), row(external_id="2"), row(external_id="3", status="draft"))
    import_rows(app, row(status="closed"), row(external_id="3", status="open", location="Berlin, Germany"))

    with database.reading() as session:
        assert count_kept_open(session) == session.scalar(select(func.count()).where(Job.status == "open")) == 2


def test_skills_are_those_of_title_and_text_and_those_named_by_the_source(app, database):
    for name in ("Python", "SQL", "Nursing", "Go"):
        make_skill(name)
    import_rows(app, row(skills=["nursing", "juggling"], description="Python at a platform. Ready to Go!"))

    with database.reading() as session:
        assert set(session.scalars(select(JobSkill.skill_id))) == {1, 3}


def test_changed_text_replaces_the_skills(app, database):
    for name in ("Python", "SQL", "Docker"):
        make_skill(name)
    import_rows(app, row(description="Python, SQL"))
    import_rows(app, row(description="SQL, Docker"))

    with database.reading() as session:
        assert set(session.scalars(select(JobSkill.skill_id))) == {2, 3}


def test_a_repeated_id_is_refused_when_it_says_something_else(app, only_job):
    summary, rejects = import_rows(app, row(), row(), row(title="Nurse"))

    assert counts(summary) == (1, 0, 1, 1)
    assert rejects.reasons == [(3, "the same external_id stands on line 1 with other content")]
    assert only_job().title == "Data Engineer"


def test_a_row_without_id_gets_one_of_its_text(app):
    nameless = {name: value for name, value in row().items() if name != "external_id"}
    first, _ = import_rows(app, nameless, {**nameless, "title": "Nurse"})
    second, _ = import_rows(app, {**nameless, "salary_max": 10}, {**nameless, "title": "Nurse"})

    assert counts(first) == (2, 0, 0, 0)
    assert counts(second) == (0, 1, 1, 0)


@pytest.mark.parametrize("external_id", ["job?id=1&copy=2", "a<1>b", "a  b", "&amp;"])
def test_an_id_is_kept_as_published(app, only_job, external_id):
    import_rows(app, row(external_id=f" {external_id}\x00"))

    assert only_job().external_id == external_id


def test_ids_that_differ_in_brackets_are_two_postings(app):
    summary, _ = import_rows(app, row(external_id="a<1>b"), row(external_id="a<2>b"), row(external_id="ab"))

    assert counts(summary) == (3, 0, 0, 0)


@pytest.mark.parametrize(
    ("options", "source"), [({}, "row's"), ({"source": "given"}, "given")], ids=["from the row", "from the option"]
)
def test_source_is_the_rows_own_unless_given(app, only_job, options, source):
    import_rows(app, row(source="row's"), **options)

    assert only_job().source == source


def test_source_is_the_files_name_when_nothing_else_says_it(app, only_job):
    import_bytes(app, lines({"title": "Nurse", "company": "Viamo"}), name="exports/acme.jobs.jsonl.gz")

    assert only_job().source == "acme"


def test_dry_run_counts_and_writes_nothing(app, database):
    import_rows(app, row())

    summary, _ = import_rows(
        app, row(title="Nurse"), row(external_id="2"), row(external_id="3", title=""), dry_run=True
    )

    assert counts(summary) == (1, 1, 0, 1)
    with database.reading() as session:
        assert session.scalars(select(Job.title)).all() == ["Data Engineer"]


def test_a_listing_without_description_is_taken(app, only_job):
    import_rows(app, row(description=None))

    assert (only_job().description, only_job().description_text) == ("", "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": None}, "no title"),
        ({"title": "&nbsp;- "}, "no title"),
        ({"title": "x" * 301}, "title has more than 300 characters"),
        ({"title": ["x"]}, "title is not text"),
        ({"description": "x" * 600_000}, "description has 600000 characters, more than 500000"),
        ({"salary_min": 2, "salary_max": 1}, "salary_max 1 is below salary_min 2"),
        ({"posted_at": "20026-01-01"}, "posted_at is not a date: '20026-01-01'"),
        ({"posted_at": "2099-01-01"}, "posted_at is out of range: 2099-01-01"),
        ({"company": "x" * 201}, "company has more than 200 characters"),
        ({"external_id": "x" * 201}, "external_id has more than 200 characters"),
        ({"external_id": {}}, "external_id is not text"),
        ({"source": "x" * 81}, "source has more than 80 characters"),
        ({"status": "live"}, "status is none of draft, open, paused, closed: 'live'"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_line_and_the_others_are_taken(app, change, reason):
    summary, rejects = import_rows(
        app,
        row(),
        row(external_id="2", **change) if "external_id" not in change else row(**change),
        row(external_id="3"),
    )

    assert counts(summary) == (2, 0, 0, 1)
    assert rejects.reasons == [(2, reason)]


def test_a_ten_megabyte_description_is_refused(app):
    summary, rejects = import_rows(app, row(), row(external_id="2", description="x" * 10_000_000), row(external_id="3"))

    assert counts(summary) == (2, 0, 0, 1)
    assert rejects.reasons == [(2, "the line has more than 4 MiB")]


def test_nul_and_controls_are_taken_out(app, only_job):
    import_rows(
        app, row(title="Data\x00 Engineer", company="Vi\x07amo", description="a\x00b\x1fc", location="Berlin\x00")
    )

    assert (only_job().title, only_job().description_text) == ("Data Engineer", "a b c")


def test_what_the_database_refuses_is_one_reject(app, database, monkeypatch):
    from talentsphere.domains.jobs.importing import store

    real = store.new_row
    monkeypatch.setattr(
        store,
        "new_row",
        lambda posting, *rest: real(posting, *rest) | ({"status": "odd"} if posting.title == "Odd" else {}),
    )

    summary, rejects = import_rows(
        app, *(row(external_id=str(n), title="Odd" if n == 5 else "Nurse") for n in range(9))
    )

    assert counts(summary) == (8, 0, 0, 1)
    assert [line for line, _ in rejects.reasons] == [6]
    assert rejects.reasons[0][1].startswith("the database refused it")
    assert all_counted(summary)
    with database.reading() as session:
        assert count_kept_open(session) == 8


def test_a_missing_file_is_a_reject(app, tmp_path):
    from talentsphere.domains.jobs.importing.run import Options, import_files
    from talentsphere.domains.jobs.importing.sources import file_source

    with app.app_context():
        summary = import_files([file_source(str(tmp_path / "none.jsonl"))], Options(helper=False))

    assert counts(summary) == (0, 0, 0, 1)


def test_long_files_are_prepared_in_processes_in_the_same_order(app, database):
    rows = [row(external_id=str(n), title=f"Job {n}", salary_max=-1 if n % 1000 == 7 else None) for n in range(3500)]

    summary, rejects = import_rows(app, *rows, helper=True)

    assert counts(summary) == (3496, 0, 0, 4)
    assert [line for line, _ in rejects.reasons] == [8, 1008, 2008, 3008]
    with database.reading() as session:
        titles = session.scalars(select(Job.title).order_by(Job.id)).all()
    assert titles == [each["title"] for each in rows if each["salary_max"] is None]
