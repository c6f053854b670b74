"""Companies as their staff write them: slugs, locations, versions, and whose they are."""

from __future__ import annotations

import pytest
from tests.factories import bearer, make_company, make_user

from talentsphere.domains.activity.models import Activity
from talentsphere.domains.companies.models import Company

VERSIONS = pytest.mark.parametrize("version", ["v1", "v2"])
OFFICE = {"name": "Head office", "city": "Toronto", "region": "Ontario", "country": "ca"}
ANY = {"If-Match": "*"}


@pytest.fixture
def admin(client):
    return bearer(make_user("admin", email="root@example.org"))


@pytest.fixture
def recruiter(client):
    """Staff of Viamo, which is company 1; Acme is company 2."""
    headers = bearer(make_user("recruiter", make_company("Viamo")))
    make_company("Acme")
    return headers


@VERSIONS
def test_an_admin_adds_a_company_that_everybody_sees(client, admin, version):
    body = {"name": "  Ärzte   GmbH ", "website": "https://aerzte.example", "locations": [OFFICE]}
    made = client.post(f"/api/{version}/companies", json=body, headers=admin)
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/{version}/companies/arzte-gmbh")
    shown = client.get(made.headers["Location"])
    assert shown.get_json() == made.get_json()
    assert shown.headers["ETag"] == made.headers["ETag"]
    assert (made.get_json()["name"], made.get_json()["open_jobs"]) == ("Ärzte GmbH", 0)
    assert made.get_json()["locations"] == [{**OFFICE, "country": "CA"}]


def test_slugs_are_unique_and_never_read_as_an_id(client, admin):
    names = ["Acme", "ACME", "acme!", "2026", "§§"]
    made = [client.post("/api/v2/companies", json={"name": name}, headers=admin).get_json()["slug"] for name in names]
    assert made == ["acme", "acme-2", "acme-3", "2026-2", "company"]


def test_a_name_that_many_companies_have_still_gets_a_slug(client, admin):
    for _ in range(12):
        made = client.post("/api/v2/companies", json={"name": "Acme"}, headers=admin)
        assert made.status_code == 201
    assert made.get_json()["slug"].startswith("acme-")


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "candidate"])
def test_only_an_admin_adds_companies(client, role):
    headers = bearer(make_user(role, make_company()))
    assert client.post("/api/v2/companies", json={"name": "Acme"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " \n "},
        {"name": "x" * 201},
        {"name": "a\u0000b"},
        *({"name": "Acme", "website": address} for address in
          ("javascript:alert(1)", "ftp://acme.example", "acme.example", "https://", "http://a b", "http://[x")),
        {"name": "Acme", "locations": [{"city": "Toronto"}]},
        {"name": "Acme", "locations": [{"name": "x", "country": "CAN"}]},
        {"name": "Acme", "locations": [{"name": "x", "company_id": 2}]},
        {"name": "Acme", "locations": [{"name": "x"}] * 101},
        *({"name": "Acme", field: 1} for field in
          ("id", "slug", "open_jobs", "confidential", "version", "created_at", "user_id", "status", "role")),
    ],
)  # fmt: skip
def test_what_a_company_cannot_say_is_refused(client, admin, body):
    assert client.post("/api/v2/companies", json=body, headers=admin).status_code == 422


@VERSIONS
@pytest.mark.parametrize("reference", ["1", "viamo"])
def test_a_recruiter_changes_their_own_company(client, recruiter, version, reference):
    path = f"/api/{version}/companies/{reference}"
    before = client.get(path)
    changes = {"name": "Viamo Inc", "description": "Builds phones.\nSince 2012.", "locations": [OFFICE, {"name": "B"}]}
    changed = client.patch(path, json=changes, headers={**recruiter, "If-Match": before.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.get_json() == client.get(path).get_json()
    assert [changed.get_json()[name] for name in ("name", "slug", "description")] == [
        "Viamo Inc", "viamo", "Builds phones.\nSince 2012.",
    ]  # fmt: skip
    assert [place["name"] for place in changed.get_json()["locations"]] == ["Head office", "B"]
    assert changed.headers["ETag"].startswith('"2-')


def test_what_is_left_out_stays_and_what_is_null_goes(client, recruiter, database):
    headers = {**recruiter, **ANY}
    client.patch(
        "/api/v2/companies/1", json={"website": "https://viamo.example", "locations": [OFFICE]}, headers=headers
    )
    body = client.patch("/api/v2/companies/1", json={"description": "x"}, headers=headers).get_json()
    assert (body["website"], len(body["locations"])) == ("https://viamo.example", 1)
    body = client.patch("/api/v2/companies/1", json={"website": None, "locations": []}, headers=headers).get_json()
    assert ("website" in body, body["locations"], body["description"]) == (False, [], "x")


def test_a_change_that_was_overtaken_is_refused(client, recruiter):
    seen = client.get("/api/v2/companies/1").headers["ETag"]
    headers = {**recruiter, "If-Match": seen}
    statuses = [client.patch("/api/v2/companies/1", json={"name": name}, headers=headers).status_code for name in "AB"]
    assert statuses == [200, 412]
    assert client.patch("/api/v2/companies/1", json={"name": "C"}, headers=recruiter).status_code == 428
    assert client.patch("/api/v1/companies/1", json={"name": "C"}, headers=recruiter).status_code == 200


def test_a_change_of_locations_alone_is_a_new_version(client, recruiter):
    seen = client.get("/api/v2/companies/1").headers["ETag"]
    client.patch("/api/v2/companies/1", json={"locations": [OFFICE]}, headers={**recruiter, **ANY})
    stale = client.patch("/api/v2/companies/1", json={"locations": []}, headers={**recruiter, "If-Match": seen})
    assert stale.status_code == 412


@VERSIONS
@pytest.mark.parametrize("reference", ["2", "acme"])
def test_another_company_is_as_one_that_is_not_there(client, recruiter, database, version, reference):
    other, missing = (
        client.patch(f"/api/{version}/companies/{each}", json={"name": "Owned"}, headers={**recruiter, **ANY})
        for each in (reference, "nobody")
    )
    assert other.status_code == missing.status_code == 404
    assert other.get_json()["detail"].replace(reference, "") == missing.get_json()["detail"].replace("nobody", "")
    with database.reading() as session:
        assert session.get(Company, 2).name == "Acme"


@pytest.mark.parametrize("field", ["id", "slug", "open_jobs", "confidential", "version", "created_at", "company_id"])
def test_no_other_column_can_be_set(client, recruiter, field):
    refused = client.patch("/api/v2/companies/1", json={field: 5}, headers={**recruiter, **ANY})
    assert refused.status_code == 422


def test_writes_are_logged_with_the_fields_and_without_their_values(client, recruiter, admin, database):
    client.patch("/api/v2/companies/1", json={"name": "Secret name"}, headers={**recruiter, **ANY})
    client.post("/api/v2/companies", json={"name": "New"}, headers=admin)
    with database.reading() as session:
        changed, made = session.get(Activity, 1), session.get(Activity, 2)
    assert (changed.action, changed.user_id, changed.company_id) == ("company.updated", 1, 1)
    assert changed.details == {"fields": ["name"]}
    assert (made.action, made.company_id) == ("company.created", 3)


def test_the_page_of_a_company_costs_one_statement(client, recruiter, count_queries):
    count_queries()
    client.get("/api/v2/companies/1", headers={"Cache-Control": "no-cache"})
    assert count_queries() == 1
