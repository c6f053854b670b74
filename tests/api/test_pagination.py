"""Pages of v1, pages and limits of v2, links."""

from __future__ import annotations

import re

import pytest
from tests.factories import copy_job, make_company, make_job, make_jobs

from talentsphere.api.pagination import Total, numbered_page
from talentsphere.db.paging import Window
from talentsphere.domains.skills import queries as skill_queries

LINK = re.compile(r'<([^>]+)>; rel="(\w+)"')


def links(response) -> dict[str, str]:
    return {rel: target for target, rel in LINK.findall(response.headers.get("Link", ""))}


def ids(body, key="data") -> list[int]:
    return [job["id"] for job in body[key]]


def test_v1_pages_follow_each_other(client):
    make_jobs(5)
    pages = [client.get(f"/api/v1/jobs?page={page}&page_size=2").get_json() for page in (1, 2, 3, 4)]
    assert [ids(page, "items") for page in pages] == [[1, 2], [3, 4], [5], []]
    assert [(page["has_prev"], page["has_next"]) for page in pages] == [
        (False, True), (True, True), (True, False), (True, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "window", "estimate", "expected"),
    [
        (21, Window(20, 1_980), 1_024, (True, 2_001, 101)),
        (15, Window(20, 1_980), 1_024, (False, 1_995, 100)),
        (21, Window(20, 1_980), 5_000, (True, 5_000, 250)),
        (15, Window(20, 1_980), 5_000, (False, 5_000, 250)),
        (0, Window(20, 9_980), 1_024, (False, 1_024, 52)),
        (21, Window(20, 9_960), 99_999, (True, 99_999, 5_000)),
        (21, Window(20, 9_980), 99_999, (False, 99_999, 5_000)),
    ],
)
def test_v1_has_a_next_page_when_a_row_follows_whatever_the_estimate(app, found, window, estimate, expected):
    with app.test_request_context():
        body = numbered_page(range(found), window, Total(estimate, is_estimate=True), lambda n: {"id": n})
    assert (body["has_next"], body["total"], body["total_pages"]) == expected
    assert len(body["items"]) == min(found, 20)


def test_following_has_next_leads_to_every_posting_although_the_total_is_estimated(client):
    copy_job(make_job(), 1300)
    seen, page, has_next = [], 1, True
    while has_next:
        body = client.get(f"/api/v1/jobs?page={page}&page_size=100&country=CA&fields=id").get_json()
        assert body["total_is_estimate"]
        assert body["total"] >= len(seen) + len(body["items"])
        seen += ids(body, "items")
        page, has_next = page + 1, body["has_next"]
    assert sorted(seen) == list(range(1, 1301))


def test_v1_clamps_the_page_size_and_says_so(client):
    body = client.get("/api/v1/jobs?page_size=1000000").get_json()
    assert body["page_size"] == 100
    assert body["meta"]["warnings"] == ["page_size was lowered from 1000000 to 100, the most there is"]


@pytest.mark.parametrize("query", ["page=501&page_size=20", "page=101&page_size=1000", "page=10001&page_size=1"])
def test_v1_refuses_pages_beyond_ten_thousand_rows_and_names_the_cursor(client, query):
    response = client.get(f"/api/v1/jobs?{query}")
    assert response.status_code == 400
    assert "cursor of /api/v2" in response.get_json()["detail"]


@pytest.mark.parametrize("query", ["page=500&page_size=20", "page=100&page_size=1000", "page=10000&page_size=1"])
def test_v1_answers_the_last_page_that_it_may(client, query):
    assert client.get(f"/api/v1/jobs?{query}").status_code == 200


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "", "1e3", "1_0", "+5", " 5", "٣", "9" * 30, "NaN", "0x10"])
def test_v1_ignores_numbers_that_are_none_with_a_warning(client, value):
    body = client.get("/api/v1/jobs", query_string={"page": value, "page_size": value}).get_json()
    assert (body["page"], body["page_size"]) == (1, 20)
    assert len(body["meta"]["warnings"]) == 2


@pytest.mark.parametrize("value", ["0", "-1", "101", "1000000", "1.5", "x", "", "1_0", "+5", " 5", "٣", "9" * 30])
def test_v2_refuses_limits_that_it_cannot_give(client, value):
    response = client.get("/api/v2/jobs", query_string={"limit": value})
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["parameter"] == "limit"


@pytest.mark.parametrize("path", ["jobs", "jobs/featured", "companies", "skills"])
def test_no_list_is_unbounded(client, path):
    assert client.get(f"/api/v2/{path}?limit=1000000").status_code == 400
    assert client.get(f"/api/v1/{path}?page_size=1000000").get_json()["page_size"] == 100


def test_v2_gives_twenty_by_default_and_a_hundred_at_most(client):
    make_jobs(101)
    assert len(client.get("/api/v2/jobs").get_json()["data"]) == 20
    assert len(client.get("/api/v2/jobs?limit=100").get_json()["data"]) == 100


@pytest.mark.parametrize("page", ["0", "501", "x"])
def test_v2_refuses_pages_out_of_range(client, page):
    assert client.get(f"/api/v2/jobs?page={page}").status_code == 400


def test_v2_pages_link_to_each_other(client):
    make_jobs(5)
    second = client.get("/api/v2/jobs?page=2&limit=2&country=CA")
    assert ids(second.get_json()) == [3, 4]
    assert ids(client.get(links(second)["next"]).get_json()) == [5]
    assert ids(client.get(links(second)["prev"]).get_json()) == [1, 2]
    assert "prev" not in second.get_json()


def test_v2_takes_cursor_or_page_but_not_both(client):
    make_jobs(2)
    cursor = client.get("/api/v2/jobs?limit=1").get_json()["next"]
    response = client.get(f"/api/v2/jobs?limit=1&page=1&cursor={cursor}")
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["detail"] == "give cursor or page, not both"


def test_a_page_can_be_gone_on_from_by_cursor(client):
    make_jobs(5)
    cursor = client.get("/api/v2/jobs?page=2&limit=2").get_json()["next"]
    assert ids(client.get(f"/api/v2/jobs?limit=2&cursor={cursor}").get_json()) == [5]


def test_the_links_of_a_walk_lead_forth_and_back_with_the_same_filters(client):
    make_jobs(5)
    first = client.get("/api/v2/jobs?limit=2&country=CA&country=DE&sort=oldest")
    assert links(first).keys() == {"next"}
    second = client.get(links(first)["next"])
    assert links(second).keys() == {"next", "prev"}
    assert second.get_json()["applied"] == first.get_json()["applied"]
    assert ids(client.get(links(second)["prev"]).get_json()) == ids(first.get_json())


def test_count_none_says_no_total(client):
    make_jobs(2)
    assert client.get("/api/v2/jobs").get_json().keys() == {"data", "next", "applied"}


@pytest.mark.parametrize("count", ["estimated", "exact"])
@pytest.mark.parametrize(
    ("path", "total"), [("jobs", 3), ("jobs/featured", 3), ("companies", 2), ("skills", 3), ("skills?q=p", 2)]
)
def test_every_list_of_v2_counts_when_it_is_asked_to(client, path, total, count):
    make_company("Another")
    make_jobs(3, featured=True, skills=["Python", "Perl", "SQL"])
    target = f"/api/v2/{path}{'&' if '?' in path else '?'}limit=1"
    body = client.get(f"{target}&count={count}").get_json()
    assert (len(body["data"]), body["total"], body["total_is_estimate"]) == (1, total, False)
    assert "total" not in client.get(target).get_json()


def test_a_prefix_of_too_many_skills_is_not_counted_to_the_end(client, monkeypatch):
    monkeypatch.setattr(skill_queries, "COUNTED", 3)
    make_job(skills=[f"Python {n}" for n in range(6)])
    estimated = client.get("/api/v2/skills?q=python&count=estimated").get_json()
    assert (estimated["total"], estimated["total_is_estimate"]) == (4, True)
    assert client.get("/api/v2/skills?q=python&count=exact").get_json()["total"] == 6
    numbered = client.get("/api/v1/skills?q=python&page_size=5").get_json()
    assert (numbered["total"], numbered["total_is_estimate"], numbered["has_next"]) == (6, True, True)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("companies/viamo", None),
        ("skills/python", None),
        ("jobs/1", None),
        ("jobs", "list"),
        ("jobs/featured", "list"),
        ("companies", "list"),
        ("skills", "list"),
        ("jobs/batch?ids=1", "list"),
    ],
)
def test_fields_leave_only_what_they_name_wherever_there_are_objects(client, version, path, key):
    make_job(featured=True, skills=["Python"])
    target = f"/api/{version}/{path}{'&' if '?' in path else '?'}fields"
    body = client.get(f"{target}=id").get_json()
    assert (body[{"v1": "items", "v2": "data"}[version]][0] if key else body) == {"id": 1}
    assert client.get(f"{target}=idd").status_code == {"v1": 200, "v2": 400}[version]


def test_totals_stay_the_same_along_a_walk(client):
    make_jobs(5)
    first = client.get("/api/v2/jobs?limit=2&count=exact&country=CA").get_json()
    second = client.get(f"/api/v2/jobs?limit=2&count=estimated&country=CA&cursor={first['next']}").get_json()
    assert (first["total"], second["total"]) == (5, 5)


@pytest.mark.parametrize("page", ["/api/v2/jobs?page=400", "/api/v2/jobs?page=400&count=estimated&country=CA"])
def test_a_page_beyond_the_end_is_empty(client, page):
    make_jobs(2)
    body = client.get(page).get_json()
    assert (body["data"], body["next"], body.get("total", 2)) == ([], None, 2)
