"""Funnels, sources and days: what they say, and that no company sees another's."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domains.analytics.histories import Histories
from tests.factories import bearer, make_user

from talentsphere.db.base import now
from talentsphere.domains.applications.models import JobStage

pytestmark = pytest.mark.unfed

DAY_S = 86_400
HIRE = (
    ("applied", "new", "active", 0), ("moved", "screen", "active", 60), ("moved", "interview", "active", 180),
    ("moved", "hired", "hired", 2 * 1440),
)  # fmt: skip


@pytest.fixture
def get(client):
    def get(path: str, user: Any) -> Any:
        response = client.get(path, headers=bearer(user))
        assert response.status_code == 200, response.text
        return response.get_json()

    return get


@pytest.fixture
def hired(database) -> Histories:
    """One application to the second company's last posting, hired after two days."""
    histories = Histories(database, jobs=1, people=1)
    histories.free.sort()
    histories.tell(*HIRE)
    return histories


def recruiter_of(histories: Histories, number: int) -> Any:
    return make_user("recruiter", company_id=histories.companies[number])


def test_a_funnel_says_how_far_how_fast_and_where_it_ended(hired, get):
    shown = get("/api/v1/analytics/funnel", recruiter_of(hired, 1))

    assert {name: value for name, value in shown.items() if name != "stages"} == {
        "applied": 1, "rejected": 0, "withdrawn": 0, "hires": 1, "conversion": 1.0, "time_to_hire_s": 2 * DAY_S,
    }  # fmt: skip
    assert [(each["stage"], each["reached"], each["average_stay_s"]) for each in shown["stages"]] == [
        ("new", 1, 3_600), ("screen", 1, 7_200), ("interview", 1, 2 * DAY_S - 10_800), ("offer", 0, None),
        ("hired", 1, None),
    ]  # fmt: skip
    assert [each["from_previous"] for each in shown["stages"]] == [None, 1.0, 1.0, 0.0, None]


def test_the_second_version_leaves_out_what_is_nothing(hired, get):
    shown = get("/api/v2/analytics/funnel", recruiter_of(hired, 1))
    assert set(shown) == {"applied", "hires", "conversion", "time_to_hire_s", "stages"}
    assert shown["stages"][3] == {"stage": "offer", "reached": 0, "conversion": 0.0}


@pytest.mark.parametrize(("query", "applied"), [
    ("", 1), ("since=2026-01-05", 1), ("until=2026-01-01", 1), ("since=2026-02-01", 0), ("until=2025-12-31", 0),
    ("source=%20ACME%20jobs", 0),
])  # fmt: skip
def test_a_funnel_is_narrowed_to_who_applied_then_or_came_from_there(hired, get, query, applied):
    assert get(f"/api/v1/analytics/funnel?{query}", recruiter_of(hired, 1))["applied"] == applied


def test_a_job_is_shown_by_its_own_stages(hired, database, get):
    [(_, job_id)] = [job for job in hired.jobs if job[0] == hired.companies[1]]
    with database.writing() as session:
        session.add_all(
            [
                JobStage(job_id=job_id, stage="new", position=0, name="Inbox", kind="new"),
                JobStage(job_id=job_id, stage="screen", position=1, name="Call", kind="interview"),
                JobStage(job_id=job_id, stage="interview", position=2, name="On site", kind="interview"),
                JobStage(job_id=job_id, stage="hired", position=3, name="Hired", kind="hired"),
            ]
        )
    recruiter = recruiter_of(hired, 1)

    own = get(f"/api/v1/analytics/funnel?job={job_id}", recruiter)["stages"]
    assert [(each["name"], each["reached"]) for each in own] == [
        ("Inbox", 1),
        ("Call", 1),
        ("On site", 1),
        ("Hired", 1),
    ]
    kinds = get("/api/v1/analytics/funnel", recruiter)["stages"]
    assert [(each["kind"], each["reached"]) for each in kinds] == [
        ("new", 1), ("screen", 0), ("interview", 1), ("offer", 0), ("hired", 1),
    ]  # fmt: skip


def test_sources_say_who_was_interviewed_and_hired(database, get):
    histories = Histories(database, jobs=1, people=30)
    histories.play(400)
    rows = [row for row in histories.rows.values() if row["company_id"] == histories.companies[0]]
    let_in = [row for row in rows if row["status"] != "quarantined"]

    shown = get("/api/v1/analytics/sources", recruiter_of(histories, 0))["items"]
    assert {each["source"] for each in shown} == {row["source"] for row in let_in}
    assert [each["applied"] for each in shown] == sorted((each["applied"] for each in shown), reverse=True)
    assert 0 < sum(each["applied"] for each in shown) <= len(let_in)
    assert all(each["hires"] <= each["applied"] >= each["interviewed"] for each in shown)
    assert len(get("/api/v2/analytics/sources?limit=1", recruiter_of(histories, 0))["data"]) == 1


def test_days_without_a_step_are_there_too(database, get):
    histories = Histories(database, jobs=1, people=5)
    histories.at = now()
    histories.play(10)
    shown = get("/api/v1/analytics/days?days=7", make_user("admin"))["items"]
    assert len(shown) == 7
    assert shown[0]["applied"] == 0


def test_another_company_sees_nothing_of_it(hired, client, get):
    stranger = recruiter_of(hired, 0)
    [(_, job_id)] = [job for job in hired.jobs if job[0] == hired.companies[1]]

    assert get("/api/v1/analytics/funnel", stranger)["applied"] == 0
    assert get("/api/v1/analytics/sources", stranger) == {"items": []}
    missing = client.get("/api/v1/analytics/funnel?job=999999", headers=bearer(stranger))
    theirs = client.get(f"/api/v1/analytics/funnel?job={job_id}", headers=bearer(stranger))
    assert (missing.status_code, theirs.status_code) == (404, 404)


def test_what_was_kept_is_not_shown_after_the_next_step(hired, get):
    recruiter = recruiter_of(hired, 1)
    assert get("/api/v1/analytics/funnel", recruiter)["stages"][3]["reached"] == 0
    hired.tell(("moved", "offer", "active", 3 * 1440))
    assert get("/api/v1/analytics/funnel", recruiter)["stages"][3]["reached"] == 1
