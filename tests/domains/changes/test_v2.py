"""``GET /api/v2/changes``: the feed by cursor, of everything for admins, of one company for its keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from tests.factories import bearer, close_job, make_company, make_job, make_skill, make_user

from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.domains.accounts.api_keys import add_api_key
from talentsphere.domains.changes.pruning import prune_events


@pytest.fixture
def admin(client):
    return bearer(make_user("admin", email="root@example.org"))


@pytest.fixture
def board(admin):
    """Companies 1 and 2 with the jobs 1 and 2, and skill 1, after the admin's account."""
    make_job(company=make_company("Viamo"))
    make_job(company=make_company("Acme"))
    make_skill("Python")


@pytest.fixture
def key(database):
    """Make a key of a company, or of the instance, and return its headers."""

    def make(company_id=None, scope="changes:read"):
        with database.writing() as session:
            _, secret = add_api_key(session, Actor(), "copy", [scope], company_id)
        return {"Authorization": f"Bearer {secret}"}

    return make


def ask(client, headers, since="", limit=100):
    response = client.get(f"/api/v2/changes?since={since}&limit={limit}", headers=headers)
    assert response.status_code == 200, response.get_json()
    return response.get_json()


def types(body) -> list[tuple[str, int]]:
    return [(row["type"], row["id"]) for row in body["data"]]


def test_an_admin_reads_everything_in_order(client, admin, board):
    body = ask(client, admin)
    assert types(body) == [
        ("user.created", 1), ("company.created", 1), ("job.created", 1), ("company.created", 2), ("job.created", 2),
        ("skill.created", 1),
    ]  # fmt: skip
    assert [row["seq"] for row in body["data"]] == sorted(row["seq"] for row in body["data"])


def test_an_event_has_just_these_fields(client, admin, board):
    row = ask(client, admin)["data"][2]
    assert {name: row[name] for name in row if name not in ("seq", "at")} == {
        "type": "job.created", "object": "job", "id": 1, "op": "upsert", "company_id": 1,
    }  # fmt: skip
    assert row["at"].endswith("Z")


def test_pages_are_walked_to_the_end_and_beyond(client, admin, board):
    first = ask(client, admin, limit=4)
    second = ask(client, admin, first["next"], limit=4)
    empty = ask(client, admin, second["next"], limit=4)
    assert [len(page["data"]) for page in (first, second, empty)] == [4, 2, 0]
    close_job(make_job())
    assert types(ask(client, admin, empty["next"])) == [("job.created", 3), ("job.closed", 3)]


def test_latest_is_where_the_feed_ends(client, admin, board):
    latest = ask(client, admin, "latest")
    assert latest["data"] == []
    make_skill("SQL")
    assert types(ask(client, admin, latest["next"])) == [("skill.created", 2)]


def test_a_key_of_a_company_reads_what_is_the_companys_and_nothing_else(client, board, key):
    assert types(ask(client, key(2))) == [("company.created", 2), ("job.created", 2)]


def test_a_key_of_the_instance_reads_everything(client, board, key):
    assert len(ask(client, key())["data"]) == 6


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "candidate"])
def test_people_who_operate_nothing_do_not_read_it(client, board, role):
    company = None if role == "candidate" else make_company("Initech")
    assert client.get("/api/v2/changes", headers=bearer(make_user(role, company))).status_code == 403


def test_a_key_needs_the_scope(client, board, key):
    assert client.get("/api/v2/changes", headers=key(1, "jobs:read")).status_code == 403


def test_a_recruiter_makes_such_a_key(client, board):
    recruiter = bearer(make_user("recruiter", make_company("Initech")))
    made = client.post("/api/v2/api-keys", json={"scopes": ["changes:read"]}, headers=recruiter).get_json()
    assert types(ask(client, {"Authorization": f"Bearer {made['secret']}"})) == [
        ("company.created", 3),
        ("user.created", 2),
    ]


@pytest.mark.parametrize("query", ["since=x", "since=newest", "limit=0", "limit=101", "cursor=x", "since=%00"])
def test_what_is_no_position_is_400(client, admin, query):
    refused = client.get(f"/api/v2/changes?{query}", headers=admin)
    assert refused.status_code == 400
    assert refused.get_json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_page_costs_one_statement(client, admin, board, count_queries):
    ask(client, admin)
    count_queries()
    position = ask(client, admin, limit=2)["next"]
    ask(client, admin, position)
    ask(client, admin, "latest")
    assert count_queries() == 3


def test_a_new_job_costs_at_most_eight_statements_and_one_commit(client, board, database, count_queries):
    recruiter = bearer(make_user("recruiter", make_company("Initech")))
    new = {"title": "Nurse", "description": "Work with Python.", "status": "open", "skills": ["Python"]}
    assert client.post("/api/v2/jobs", json=new, headers=recruiter).status_code == 201
    count_queries()
    commits: list[object] = []
    note = commits.append
    event.listen(database.engine, "commit", note)
    try:
        assert client.post("/api/v2/jobs", json=new, headers=recruiter).status_code == 201
    finally:
        event.remove(database.engine, "commit", note)
    assert (count_queries() <= 8, len(commits)) == (True, 1)


def prune(database, days=30, later=timedelta(0)) -> int:
    with database.writing() as session:
        return prune_events(session, now() + later - timedelta(days=days))


def test_a_position_before_what_was_removed_is_410_and_the_end_is_not(client, admin, board, database):
    first, end = ask(client, admin, limit=1)["next"], ask(client, admin)["next"]
    assert prune(database, later=timedelta(days=31)) == 6
    gone = client.get(f"/api/v2/changes?since={first}", headers=admin)
    assert (gone.status_code, gone.get_json()["type"]) == (410, "/problems/feed-truncated")
    assert ask(client, admin, end)["data"] == []
    assert ask(client, admin)["data"] == []


def test_a_company_in_which_nothing_happens_keeps_its_place(client, admin, board, key, database):
    quiet = key(1)
    position = ask(client, quiet)["next"]
    make_job(company="Acme")
    position = ask(client, quiet, position)["next"]
    prune(database, later=timedelta(days=31))
    assert ask(client, quiet, position)["data"] == []
