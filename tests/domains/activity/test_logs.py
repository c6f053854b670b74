"""The activity log over the API: who sees what, the filters, the walk, and what it costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from tests.factories import bearer, make_company, make_user

from talentsphere.db.caller import Actor
from talentsphere.domains.accounts.api_keys import add_api_key
from talentsphere.domains.activity.models import Activity
from talentsphere.domains.activity.queries import EXACT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VERSIONS = pytest.mark.parametrize(("version", "listed"), [("v1", "items"), ("v2", "data")])


def log(database, *rows: dict) -> None:
    """Add entries, the first an hour before noon, the others a minute later each."""
    default = {
        "user_id": None, "api_key_id": None, "company_id": None, "action": "job.updated", "level": "info",
        "object": "job", "object_id": 1, "request_id": None, "details": None,
    }  # fmt: skip
    dated = [{**default, "at": NOON + timedelta(minutes=n - 60), **row} for n, row in enumerate(rows)]
    with database.writing() as session:
        session.execute(insert(Activity), dated)


@pytest.fixture
def admin(database):
    return bearer(make_user("admin"))


def told(client, headers, query: str = "", version: str = "v2", listed: str = "data") -> list[int]:
    answer = client.get(f"/api/{version}/logs{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [entry["object_id"] for entry in answer.get_json()[listed]]


@VERSIONS
def test_a_company_sees_its_own_entries_and_an_admin_all_of_them(client, database, admin, version, listed):
    ours, theirs = make_company("Ours"), make_company("Theirs")
    recruiter = bearer(make_user("recruiter", ours))
    log(database, {"company_id": ours.id, "object_id": 1}, {"company_id": theirs.id, "object_id": 2}, {"object_id": 3})
    assert told(client, recruiter, version=version, listed=listed) == [1]
    assert told(client, admin, version=version, listed=listed) == [3, 2, 1]


def test_a_key_needs_the_scope_of_logs(client, database):
    company = make_company()
    log(database, {"company_id": company.id})
    statuses = []
    for scope in ("logs:read", "jobs:read"):
        with database.writing() as session:
            _, secret = add_api_key(session, Actor(), "siem", [scope], company.id)
        answer = client.get("/api/v2/logs?object=job", headers={"Authorization": f"Bearer {secret}"})
        statuses.append((answer.status_code, len(answer.get_json().get("data", []))))
    assert statuses == [(200, 1), (403, 0)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?user=7", [4]),
        ("?action=job.deleted", [3]),
        ("?level=security", [2]),
        ("?object=team", [5]),
        ("?object=job&object_id=1", [1]),
        ("?since=2026-03-01T11:03:00Z", [5, 4]),
        ("?until=2026-03-01T11:01:00Z", [1]),
        ("?since=2026-03-01T11:01:00Z&until=2026-03-01T11:03:00Z", [3, 2]),
        ("?level=security&action=job.deleted", []),
    ],
)
@VERSIONS
def test_each_filter_narrows_the_list(client, database, admin, version, listed, query, found):
    log(
        database, {"object_id": 1}, {"object_id": 2, "level": "security"}, {"object_id": 3, "action": "job.deleted"},
        {"object_id": 4, "user_id": 7}, {"object_id": 5, "object": "team"},
    )  # fmt: skip
    assert told(client, admin, query, version, listed) == found


@pytest.mark.parametrize("query", ["?object_id=1", "?level=loud", "?action=x", "?since=never", "?usr=1"])
def test_a_filter_that_means_nothing_is_refused(client, admin, query):
    answer = client.get(f"/api/v2/logs{query}", headers=admin)
    assert answer.status_code == 400
    assert answer.get_json()["errors"]


def test_a_walk_shows_each_entry_once_though_new_ones_come(client, database, admin):
    log(database, *({"object_id": number} for number in range(1, 8)))
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v2/logs?object=job&limit=3&cursor={cursor}", headers=admin).get_json()
        seen += [entry["object_id"] for entry in page["data"]]
        cursor = page["next"]
        log(database, {"object_id": 99, "at": datetime.now(UTC)})
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_entries_of_one_moment_keep_their_order(client, database, admin):
    log(database, *({"object_id": number, "at": NOON} for number in range(1, 6)))
    first = client.get("/api/v2/logs?object=job&limit=2", headers=admin).get_json()
    second = client.get(f"/api/v2/logs?object=job&limit=2&cursor={first['next']}", headers=admin).get_json()
    back = client.get(f"/api/v2/logs?object=job&limit=2&cursor={second['prev']}", headers=admin).get_json()
    assert [entry["object_id"] for entry in second["data"]] == [3, 2]
    assert back["data"] == first["data"]


def test_many_matches_are_counted_up_to_a_limit(client, database, admin):
    log(database, *({"object_id": number, "level": "warning"} for number in range(EXACT + 5)))
    page = client.get("/api/v1/logs?level=warning", headers=admin).get_json()
    assert (page["total"], page["total_is_estimate"]) == (EXACT + 1, True)
    assert client.get("/api/v1/logs?level=security", headers=admin).get_json()["total"] == 0


def test_an_entry_says_who_did_what_to_which(client, database, admin):
    log(database, {"user_id": 7, "company_id": 3, "request_id": "r-1", "details": {"fields": ["title"]}})
    minimal = client.get("/api/v2/logs?user=7", headers=admin).get_json()["data"][0]
    whole = client.get("/api/v1/logs?user=7", headers=admin).get_json()["items"][0]
    assert minimal == {
        "id": 1, "at": "2026-03-01T11:00:00Z", "action": "job.updated", "level": "info", "user_id": 7, "object": "job",
        "object_id": 1, "details": {"fields": ["title"]},
    }  # fmt: skip
    assert whole == {**minimal, "api_key_id": None, "company_id": 3, "request_id": "r-1"}


def test_a_page_costs_one_statement_and_a_count_one_more(client, database, admin, count_queries):
    log(database, *({} for _ in range(30)))
    own = {**admin, "Cache-Control": "no-cache"}
    client.get("/api/v2/logs", headers=own)
    count_queries()
    client.get("/api/v2/logs?limit=30", headers=own)
    assert count_queries() == 1
    client.get("/api/v1/logs?page_size=5", headers=own)
    assert count_queries() == 2
