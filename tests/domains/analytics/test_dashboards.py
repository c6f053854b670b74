"""What each role sees first: only what is theirs, in at most four statements, and one's own change at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.domains.analytics.histories import Histories
from tests.factories import bearer, make_company, make_job, make_user

from talentsphere.db.base import now
from talentsphere.db.events import add_event
from talentsphere.domains.accounts.models import User
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.models import HiringTeamMember

pytestmark = pytest.mark.unfed

FRESH = {"Cache-Control": "no-cache"}
NOBODYS = {"total": 0, "active": 0, "hired": 0, "rejected": 0, "withdrawn": 0}


class Place:
    """Two companies with a history of the last weeks, and somebody of each role at the first."""

    def __init__(self, database: Any) -> None:
        self.database, self.histories = database, Histories(database, jobs=2, people=12)
        self.histories.at = now() - timedelta(days=20)
        self.company_id, self.job_id = self.histories.jobs[0]
        self.recruiter = make_user("recruiter", company_id=self.company_id)
        self.stranger = make_user("recruiter", company_id=self.histories.companies[1])
        self.interviewer = make_user("interviewer", company_id=self.company_id)
        with database.writing() as session:
            session.add(HiringTeamMember(job_id=self.job_id, user_id=self.interviewer.id, role="interviewer"))
            add_event(session, "job.team_joined", self.job_id, company_id=self.company_id)

    def standing(self, *, candidate: int | None = None, job: int | None = None, company: int | None = None) -> Any:
        rows = [
            row
            for row in self.histories.rows.values()
            if candidate in (None, row["candidate_id"]) and job in (None, row["job_id"])
            and company in (None, row["company_id"])
        ]  # fmt: skip
        return lambda status: sum(row["status"] == status for row in rows)


@pytest.fixture
def place(database) -> Place:
    return Place(database)


@pytest.fixture
def ask(client):
    def ask(user: Any, path: str = "/api/v1/dashboard", **headers: str) -> Any:
        response = client.get(path, headers={**bearer(user), **headers})
        assert response.status_code == 200, response.text
        return response.get_json()

    return ask


def test_a_candidate_sees_how_their_applications_stand(place, ask):
    place.histories.tell(("applied", "new", "quarantined", 0))
    [row] = place.histories.rows.values()
    candidate = _user(place, row["candidate_id"])

    shown = ask(candidate)
    assert shown["applications"] == {**NOBODYS, "total": 1, "active": 1}, "nobody learns that they are suspected"
    assert [(each["id"], each["status"], each["stage"]) for each in shown["recent"]] == [(row["id"], "active", "new")]
    assert set(shown) == {"role", "applications", "recent"}


def test_a_hiring_team_sees_its_postings_alone(place, ask):
    place.histories.play(300)
    counted = place.standing(job=place.job_id)

    shown = ask(place.interviewer)
    assert shown["applications"] == {
        "total": sum(map(counted, ("active", "hired", "rejected", "withdrawn"))),
        **{status: counted(status) for status in ("active", "hired", "rejected", "withdrawn")},
    }
    assert [(job["id"], job["active"]) for job in shown["jobs"]] == [(place.job_id, counted("active"))]
    assert sum(stage["active"] for stage in shown["stages"]) == counted("active")


def test_a_recruiter_sees_their_company_alone(place, ask):
    place.histories.play(300)
    counted = place.standing(company=place.company_id)

    shown = ask(place.recruiter)
    assert {status: shown["applications"][status] for status in ("active", "quarantined")} == {
        "active": counted("active"), "quarantined": counted("quarantined"),
    }  # fmt: skip
    assert shown["open_jobs"] == 2
    assert {job["id"] for job in shown["jobs"]} == {
        job for company, job in place.histories.jobs if company == place.company_id
    }
    assert len(shown["days"]) == 30
    assert sum(day["moved"] for day in shown["days"]) == shown["last_30_days"]["moved"] > 0


def test_an_admin_sees_all_companies(place, ask):
    place.histories.play(300)
    counted = place.standing()

    shown = ask(make_user("admin"))
    assert shown["applications"]["active"] == counted("active")
    assert shown["postings"] == {"open": 4}


def test_who_has_nothing_sees_nothing(database, ask):
    company = make_company("Initech")
    shown = {role: ask(make_user(role, company)) for role in ("recruiter", "hiring_manager", "interviewer")}
    shown["candidate"] = ask(make_user())
    assert [each["applications"]["total"] for each in shown.values()] == [0] * 4
    assert shown["recruiter"]["jobs"] == shown["hiring_manager"]["jobs"] == shown["candidate"]["recent"] == []


def test_the_second_version_leaves_the_days_out(place, ask):
    place.histories.play(50)
    first, second = ask(place.recruiter), ask(place.recruiter, "/api/v2/dashboard")
    assert {name: part for name, part in first.items() if name != "days"} == second


def test_it_is_kept_for_each_person_and_a_change_is_seen_at_once(place, client):
    place.histories.play(30)
    headers = {user.id: bearer(user) for user in (place.recruiter, place.stranger)}

    def said(user: Any) -> tuple[str, int]:
        response = client.get("/api/v1/dashboard", headers=headers[user.id])
        return response.headers["X-Cache"], response.get_json()["last_30_days"]["moved"]

    assert [said(user)[0] for user in (place.recruiter, place.stranger, place.recruiter)] == ["MISS", "MISS", "HIT"]
    before = said(place.recruiter)[1]
    move(client, headers[place.recruiter.id], place)
    assert said(place.recruiter) == ("MISS", before + 1)
    assert said(place.stranger)[0] == "HIT", "another company's change is none of theirs"


def test_a_candidate_sees_the_move_of_their_application_at_once(place, client):
    place.histories.tell(("applied", "new", "active", 0))
    [row] = place.histories.rows.values()
    candidate, recruiter = bearer(_user(place, row["candidate_id"])), bearer(make_user("admin"))

    def stage() -> str:
        return client.get("/api/v1/dashboard", headers=candidate).get_json()["recent"][0]["stage"]

    assert stage() == "new"
    assert (
        client.post(f"/api/v1/applications/{row['id']}/move", headers=recruiter, json={"stage": "offer"}).status_code
        == 200
    )
    assert stage() == "offer"


def move(client: Any, headers: dict[str, str], place: Place) -> None:
    """Move an application to the first company, as its recruiter does."""
    mine = [row for row in place.histories.rows.values() if row["company_id"] == place.company_id]
    row = next(row for row in mine if row["status"] == "active")
    stage = "new" if row["stage"] == "screen" else "screen"
    response = client.post(f"/api/v1/applications/{row['id']}/move", headers=headers, json={"stage": stage})
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("role", ["recruiter", "interviewer", "candidate", "admin"])
def test_cold_it_costs_at_most_four_statements(place, client, count_queries, role):
    place.histories.play(100)
    [first, *_] = place.histories.rows.values()
    users = {"recruiter": place.recruiter, "interviewer": place.interviewer}
    user = users.get(role) or (_user(place, first["candidate_id"]) if role == "candidate" else make_user("admin"))
    headers = {**bearer(user), **FRESH}
    count_queries()
    assert client.get("/api/v1/dashboard", headers=headers).status_code == 200
    assert count_queries() <= 4


def test_of_a_renamed_posting_the_new_name_is_shown(place, client):
    place.histories.play(60)
    headers = bearer(place.recruiter)
    shown = client.get("/api/v1/dashboard", headers=headers).get_json()["jobs"][0]
    patch = client.patch(f"/api/v1/jobs/{shown['id']}", headers=headers, json={"title": "Welder"})
    assert patch.status_code == 200
    assert client.get("/api/v1/dashboard", headers=headers).get_json()["jobs"][0]["title"] == "Welder"


def test_a_posting_that_is_published_is_counted_at_once(place, client):
    headers = bearer(place.recruiter)
    assert client.get("/api/v1/dashboard", headers=headers).get_json()["open_jobs"] == 2
    draft = make_job(status="draft", company=_company(place)).id
    assert client.post(f"/api/v1/jobs/{draft}/publish", headers=headers).status_code == 200
    assert client.get("/api/v1/dashboard", headers=headers).get_json()["open_jobs"] == 3


def _user(place: Place, user_id: int) -> Any:
    with place.database.writing() as session:
        return session.get(User, user_id)


def _company(place: Place) -> Any:
    with place.database.writing() as session:
        return session.get(Company, place.company_id)
