"""The page behind the signed link: the stage, and nothing else."""

from __future__ import annotations

import pytest
from tests.factories import bearer, make_application, make_company, make_job, make_user

from talentsphere.domains.applications.links import status_link


@pytest.fixture
def company(client):
    return make_company("Viamo")


@pytest.fixture
def link(settings, company):
    candidate = make_user("candidate", full_name="Ada Lovelace")
    make_application(make_job(title="Secret Agent", company=company), candidate, stage="interview")
    return status_link(settings, 1).removeprefix(settings.public_url)


def test_the_link_shows_the_stage_only(client, link):
    page = client.get(link)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "Interview" in page.text
    assert [word for word in ("Ada", "Lovelace", "Viamo", "Secret Agent", "example.org") if word in page.text] == []
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("change", [lambda link: link[:-1] + ("A" if link[-1] != "A" else "B"), lambda link: link[:-5]])
def test_a_link_that_is_not_whole_leads_nowhere(client, link, change):
    assert client.get(change(link)).status_code == 404


def test_the_link_of_another_application_is_not_made_of_ones_own(client, link):
    assert client.get(link.replace("token=1.", "token=2.")).status_code == 404


def test_a_rejection_shows_once_it_is_final(client, link, company):
    recruiter = bearer(make_user("recruiter", company))
    client.post("/api/v2/applications/1/reject", json={"reason": "other"}, headers=recruiter)
    assert "closed" not in client.get(link).text
