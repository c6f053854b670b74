"""Companies on both versions: lists by name, public pages, open postings counted."""

from __future__ import annotations

import pytest
from tests.factories import close_job, make_company, make_job


@pytest.fixture
def companies(client):
    """Three companies, one of them with postings."""
    for name in ("zeta", "Acme", "Ärzte"):
        make_company(name, website="https://example.org" if name == "Acme" else None)
    for _ in range(3):
        make_job(company="Acme")
    close_job(make_job(company="Acme"))
    make_job(company="Acme", status="draft")


def test_companies_are_listed_by_name_in_any_case(client, companies):
    assert [company["slug"] for company in client.get("/api/v2/companies").get_json()["data"]] == [
        "acme",
        "zeta",
        "arzte",
    ]


def test_a_company_is_found_by_id_and_slug(client, companies):
    assert client.get("/api/v2/companies/2").get_json() == client.get("/api/v2/companies/ACME").get_json()


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_open_jobs_equal_the_total_of_the_filtered_list(client, companies, version):
    shown = client.get(f"/api/{version}/companies/acme").get_json()["open_jobs"]
    assert shown == client.get("/api/v2/jobs?company=acme&count=exact").get_json()["total"] == 3


def test_a_field_without_a_value_is_left_out_of_v2_and_null_in_v1(client, companies):
    assert "website" not in client.get("/api/v2/companies/zeta").get_json()
    assert client.get("/api/v1/companies/zeta").get_json()["website"] is None


@pytest.mark.parametrize("reference", ["99", "nobody", "99999999999", "a%00b", "%F0%9F%98%80"])
def test_unknown_companies_are_not_found(client, companies, reference):
    assert client.get(f"/api/v2/companies/{reference}").status_code == 404


def test_companies_of_one_name_keep_apart(client):
    first, second = make_company("Acme"), make_company("ACME")
    assert client.get("/api/v2/companies/acme-2").get_json()["id"] == second.id != first.id


def test_companies_are_walked_in_both_directions(client, companies):
    first = client.get("/api/v2/companies?limit=1").get_json()
    second = client.get(f"/api/v2/companies?limit=1&cursor={first['next']}").get_json()
    back = client.get(f"/api/v2/companies?limit=1&cursor={second['prev']}").get_json()
    assert [body["data"][0]["slug"] for body in (first, second, back)] == ["acme", "zeta", "acme"]


def test_companies_are_numbered_on_v1(client, companies):
    body = client.get("/api/v1/companies?page=2&page_size=2").get_json()
    assert [company["slug"] for company in body["items"]] == ["arzte"]
    assert (body["total"], body["has_next"], body["has_prev"]) == (3, False, True)
