"""Cursors: signed, bound to their query, and steady while postings come, go and change."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from tests.factories import POSTED_AT, copy_job, make_job, make_jobs, row_at
from tests.scratch import empty

from talentsphere.api.cursors import Cursor, read_cursor, write_cursor
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import Job, JobSkill
from talentsphere.domains.skills.models import Skill, SkillName
from talentsphere.errors import InvalidQuery

pytestmark = pytest.mark.unfed  # rows are written by hand


def page(client, cursor="", **query) -> dict:
    return client.get("/api/v2/jobs", query_string={"cursor": cursor, **query}).get_json()


def ids(body) -> list[int]:
    return [job["id"] for job in body["data"]]


def cursor_of(client) -> str:
    make_jobs(2)
    return page(client, limit=1)["next"]


def test_a_cursor_is_made_of_characters_that_need_no_escaping(client):
    assert re.fullmatch("[A-Za-z0-9_-]+", cursor_of(client))


def test_a_changed_cursor_is_refused_whatever_was_changed(client):
    cursor = cursor_of(client)
    others = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = [
        cursor[:place] + others[(others.index(letter) + step) % 64] + cursor[place + 1 :]
        for place, letter in enumerate(cursor)
        for step in (1, 32)
    ]
    assert {client.get(f"/api/v2/jobs?limit=1&cursor={each}").status_code for each in changed} == {400}


@pytest.mark.parametrize(
    "cursor",
    ["x", "AAAA", "=", "a b", "%00", "..", "A" * 1001, "bnVsbA", base64.urlsafe_b64encode(b"[false,1]" * 3).decode()],
)
def test_nonsense_is_no_cursor(client, cursor):
    response = client.get("/api/v2/jobs", query_string={"cursor": cursor})
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize("change", ["sort=oldest", "country=CA", "remote=false", "company=viamo"])
def test_a_cursor_belongs_to_its_query(client, change):
    cursor = cursor_of(client)
    assert client.get(f"/api/v2/jobs?limit=1&{change}&cursor={cursor}").status_code == 400


@pytest.mark.parametrize("path", ["/api/v2/jobs/featured", "/api/v2/companies", "/api/v2/skills"])
def test_a_cursor_belongs_to_its_list(client, path):
    assert client.get(f"{path}?cursor={cursor_of(client)}").status_code == 400


@pytest.mark.parametrize("change", ["limit=7", "limit=1&fields=id", "limit=1&count=exact"])
def test_a_cursor_does_not_mind_how_much_is_shown(client, change):
    assert client.get(f"/api/v2/jobs?{change}&cursor={cursor_of(client)}").status_code == 200


def test_an_empty_cursor_is_the_beginning(client):
    make_jobs(2)
    body = page(client, limit=1)
    assert (ids(body), body.get("prev")) == ([1], None)


def test_another_secret_refuses_the_cursor(app):
    with app.app_context():
        cursor = write_cursor(Cursor((1,)), "query")
    app.secret_key, kept = "another", app.secret_key
    try:
        with app.app_context(), pytest.raises(InvalidQuery):
            read_cursor(cursor, "query")
    finally:
        app.secret_key = kept


@given(
    values=st.lists(st.integers().filter(lambda n: abs(n) < 2**53) | st.text(max_size=20), max_size=3),
    backwards=st.booleans(),
    inclusive=st.booleans(),
)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_cursor_reads_back_as_it_was_written(app, values, backwards, inclusive):
    with app.app_context():
        cursor = Cursor(tuple(values), backwards, inclusive)
        assert read_cursor(write_cursor(cursor, {"country": ["DE"]}), {"country": ["DE"]}) == cursor


@pytest.mark.parametrize("sort", ["newest", "oldest", "salary", "title"])
def test_next_and_prev_lead_to_the_same_pages(client, sort):
    for n in range(7):
        make_job(f"Title {n % 3}", posted_at=POSTED_AT + timedelta(minutes=n // 2), salary_max=100_000 + n % 2)
    forth, cursor = [], ""
    while cursor is not None:
        body = page(client, cursor, limit=2, sort=sort)
        forth.append(ids(body))
        cursor = body["next"]
        last = body
    back = [ids(last)]
    while last["prev"] is not None:
        last = page(client, last["prev"], limit=2, sort=sort)
        back.append(ids(last))
    assert sorted(id_ for found in forth for id_ in found) == list(range(1, 8))
    assert [found for found in back[::-1] if found] == forth


def test_infinite_scroll_sees_what_was_published_since_by_going_back(client):
    make_jobs(3)
    second = page(client, page(client, limit=1)["next"], limit=1)
    make_job("New", posted_at=POSTED_AT + timedelta(days=1))
    back = page(client, second["prev"], limit=5)
    assert ids(back) == [4, 1]


@pytest.mark.parametrize("sort", ["newest", "oldest", "salary", "title"])
def test_going_back_from_an_empty_page_shows_the_last_row_again(client, database, sort):
    make_jobs(4, title="Same", salary_max=100_000)
    first = page(client, limit=2, sort=sort)
    second = page(client, first["next"], limit=1, sort=sort)
    gone = {1, 2, 3, 4} - {*ids(first), *ids(second)}
    with database.writing() as session:
        session.execute(delete(Job).where(Job.id.in_(gone)))
    empty_page = page(client, second["next"], limit=2, sort=sort)
    assert (ids(empty_page), empty_page["next"]) == ([], None)
    back = page(client, empty_page["prev"], limit=2, sort=sort)
    assert ids(back) == [ids(first)[1], *ids(second)]
    assert ids(page(client, back["next"], limit=2, sort=sort)) == []


def test_turning_round_on_empty_pages_never_shows_a_row_twice_or_loses_one(client, database):
    make_jobs(2)
    first = page(client, limit=1)
    with database.writing() as session:
        session.execute(delete(Job))
    end = page(client, first["next"], limit=1)
    begin = page(client, end["prev"], limit=1)
    assert (ids(end), ids(begin), begin["prev"]) == ([], [], None)
    make_job("Where the first was", posted_at=POSTED_AT + timedelta(days=1))
    make_job("After it", posted_at=POSTED_AT - timedelta(days=1))
    assert [job["title"] for job in page(client, begin["next"], limit=5)["data"]] == ["After it"]
    assert [job["title"] for job in page(client, end["prev"], limit=5)["data"]] == ["Where the first was"]


@pytest.mark.parametrize("path", ["companies", "skills"])
def test_lists_by_name_too_show_the_last_row_again(client, database, path):
    for name in ("A", "B", "C"):
        make_job(company=name, skills=[name])
    first = client.get(f"/api/v2/{path}?limit=2").get_json()
    with database.writing() as session:
        for model in (JobSkill, Job, SkillName, Skill, Company):
            session.execute(delete(model).where(*_named_c(model)))
    end = client.get(f"/api/v2/{path}?cursor={first['next']}").get_json()
    back = client.get(f"/api/v2/{path}?cursor={end['prev']}").get_json()
    assert end["data"] == []
    assert back["data"] == first["data"]


def _named_c(model) -> list:
    return [model.name == "C"] if model in (Skill, Company) else []


steps = st.lists(
    st.tuples(st.sampled_from(["insert", "close", "delete", "edit"]), st.integers(0, 30)), min_size=1, max_size=12
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=steps,
    limit=st.integers(1, 5),
    sort=st.sampled_from(["newest", "oldest", "salary", "title"]),
    query=st.sampled_from([{}, {"skill": "x"}]),
)
def test_a_walk_gives_each_surviving_posting_once_whatever_happens_meanwhile(
    client, database, steps, limit, sort, query
):
    empty(database.engine)
    jobs = [
        make_job(
            f"Data Engineer {n * 5 % 12}",
            posted_at=POSTED_AT - timedelta(minutes=n),
            salary_max=100_000 + 5_000 * (n * 7 % 12 // 2),
            skills=["X"],
        )
        for n in range(12)
    ]
    gone, seen, cursor, pending = set(), [], "", list(steps)
    while cursor is not None:
        body = page(client, cursor, limit=limit, sort=sort, **query)
        seen += ids(body)
        cursor = body["next"]
        if pending:
            gone |= happen(database, *pending.pop(), jobs)
    assert len(seen) == len(set(seen))
    assert {job.id for job in jobs} - gone <= set(seen)


def happen(database, what, number, jobs) -> set[int]:
    """Let one thing happen to the board; return the ids that are gone by it.

    An edit moves nothing in any sort: what moves while it is walked over may be met twice, or not at all.
    """
    job = jobs[number % len(jobs)]
    if what == "insert":
        make_job(
            f"Data Engineer {number}",
            posted_at=POSTED_AT - timedelta(minutes=number / 2),
            salary_max=100_000 + 2_000 * number,
            skills=["X"],
        )
        return set()
    with database.writing() as session:
        if what == "delete":
            session.execute(delete(Job).where(Job.id == job.id))
        else:
            change = {"status": "closed"} if what == "close" else {"location": "Edited", "version": 1 + number}
            session.execute(update(Job).where(Job.id == job.id).values(change))
    return set() if what == "edit" else {job.id}


@pytest.mark.parametrize(
    ("sort", "count"), [("newest", 10_000), ("oldest", 3_000), ("salary", 3_000), ("title", 3_000)]
)
def test_thousands_of_postings_are_walked_once_while_hundreds_change(client, database, sort, count):
    copy_job(make_job(), count)
    gone, seen, cursor, turn = set(), [], "", 0
    while cursor is not None:
        body = page(client, cursor, limit=100, sort=sort, fields="id")
        seen += ids(body)
        cursor = body["next"]
        gone |= change_ten(database, turn, count)
        turn += 1
    assert turn >= count / 100
    assert len(seen) == len(set(seen))
    assert set(range(1, count + 1)) - gone <= set(seen)


def change_ten(database, turn: int, count: int) -> set[int]:
    """Add three postings, delete three and edit four, all over the board; return the ids that are gone."""
    with database.writing() as session:
        row = dict(session.execute(select(Job.__table__).limit(1)).one()._mapping)
        session.execute(insert(Job.__table__), [row_at(row, 20_000 + 3 * turn + n) for n in range(3)])
        gone = {1 + (turn * 10 + n) * 613 % count for n in range(3)}
        session.execute(delete(Job).where(Job.id.in_(gone)))
        edited = [1 + (turn * 10 + n) * 613 % count for n in range(3, 7)]
        session.execute(update(Job).where(Job.id.in_(edited)).values(title="Edited", version=Job.version + 1))
    return gone
