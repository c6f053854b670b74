"""The board and the lists of a job: a fixed number of statements, kept counts, and fresh when it is cached."""

from __future__ import annotations

import pytest
from tests.factories import bearer, make_application, make_company, make_job, make_user

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])
BOARD = "/api/v2/jobs/1/board"


@pytest.fixture
def company(client):
    return make_company()


@pytest.fixture
def job(company):
    return make_job(company=company)


@pytest.fixture
def recruiter(job, company):
    return bearer(make_user("recruiter", company))


@VERSIONS
def test_a_board_has_every_stage_with_its_count_and_newest_cards(client, job, recruiter, version):
    for stage in ("new", "new", "new", "screen"):
        make_application(job, stage=stage)
    make_application(job, stage="hired", status="hired")
    make_application(job, stage="new", status="rejected")
    make_application(job, stage="new", status="quarantined")

    board = client.get(f"/api/{version}/jobs/{job.slug}/board?limit=2", headers=recruiter).get_json()

    assert [(each["stage"], each["count"], [card["id"] for card in each["cards"]]) for each in board["stages"]] == [
        ("new", 3, [3, 2]), ("screen", 1, [4]), ("interview", 0, []), ("offer", 0, []), ("hired", 1, [5]),
    ]  # fmt: skip
    assert board["off_board"] == {"rejected": 1, "withdrawn": 0, "quarantined": 1}


def test_a_board_costs_three_statements_whatever_its_size(client, job, recruiter, count_queries, lasting):
    headers = {**recruiter, "Cache-Control": "no-cache"}

    def cost():
        count_queries()
        assert client.get(BOARD, headers=headers).status_code == 200
        return count_queries()

    cost()  # who is calling is remembered from here on
    empty = cost()
    for stage in ("new", "screen", "offer"):
        for _ in range(5):
            make_application(job, stage=stage)
    assert (empty, cost()) == (3, 3)


def test_a_cached_board_shows_a_move_and_a_new_name_at_once(client, job, recruiter):
    candidate = make_user("candidate", full_name="Ada")
    make_application(job, candidate)

    def first():
        answer = client.get(BOARD, headers=recruiter)
        cards = [(each["stage"], card["candidate"]) for each in answer.get_json()["stages"] for card in each["cards"]]
        return answer.headers["X-Cache"], cards

    assert (first(), first()) == (("MISS", [("new", "Ada")]), ("HIT", [("new", "Ada")]))
    client.post("/api/v2/applications/1/move", json={"stage": "offer"}, headers=recruiter)
    assert first() == ("MISS", [("offer", "Ada")])
    client.patch("/api/v2/users/me", json={"full_name": "Lin"}, headers={**bearer(candidate), "If-Match": "*"})
    assert first() == ("MISS", [("offer", "Lin")])


@VERSIONS
def test_the_list_is_narrowed_counted_and_keeps_quarantine_apart(client, job, recruiter, version):
    for stage, status in (("new", "active"), ("screen", "active"), ("new", "rejected"), ("new", "quarantined")):
        make_application(job, stage=stage, status=status)
    key, more = ("items", "") if version == "v1" else ("data", "&count=exact")

    def found(query):
        body = client.get(f"/api/{version}/jobs/1/applications?{query}{more}", headers=recruiter).get_json()
        return [each["id"] for each in body[key]], body["total"]

    assert found("") == ([3, 2, 1], 3)
    assert found("stage=new") == ([3, 1], 2)
    assert found("status=quarantined") == ([4], 1)
    assert found("stage=new&status=active") == ([1], 1)


def test_the_list_goes_on_by_cursor(client, job, recruiter):
    for _ in range(5):
        make_application(job)
    path, seen = "/api/v2/jobs/1/applications?limit=2", []
    cursor = ""
    while cursor is not None:
        page = client.get(f"{path}&cursor={cursor}", headers=recruiter).get_json()
        seen += [each["id"] for each in page["data"]]
        cursor = page["next"]
    assert seen == [5, 4, 3, 2, 1]


def test_another_companys_board_is_not_there(client, job):
    stranger = bearer(make_user("recruiter", make_company("Acme")))
    assert client.get(BOARD, headers=stranger).status_code == 404
    assert client.get("/api/v2/jobs/99/board", headers=stranger).status_code == 404
