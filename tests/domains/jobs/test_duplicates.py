"""Copies of postings are shown with the evidence, within their company, and nothing is merged."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select, update
from tests.factories import bearer, make_company, make_user

from talentsphere.db.session import writing
from talentsphere.domains.jobs.fingerprinting import fingerprint_jobs
from talentsphere.domains.jobs.fingerprints import BAND_NAMES, fingerprint_of
from talentsphere.domains.jobs.models import Job

WORDS = random.Random(1).choices([f"word{n}" for n in range(500)], k=200)
TEXT = " ".join(WORDS)
BODY = {"title": "Data Engineer", "description": TEXT, "location": "Toronto, Ontario"}


@pytest.fixture
def company(database):
    return make_company()


@pytest.fixture
def post(client, company):
    recruiter = bearer(make_user("recruiter", company))

    def send(version="v2", as_=recruiter, **changes):
        answer = client.post(f"/api/{version}/jobs", json={**BODY, **changes}, headers=as_)
        assert answer.status_code == 201, answer.get_json()
        return answer

    return send


def changed(count: int) -> str:
    """Return the text with so many of its words replaced."""
    words = list(WORDS)
    for place in random.Random(2).sample(range(len(words)), count):
        words[place] = f"other{place}"
    return " ".join(words)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_same_text_twice_is_said_and_both_are_there(client, post, version):
    assert "similar" not in post(version, status="open").get_json()
    second = post(version, status="open").get_json()
    assert second["similar"] == [{"id": 1, "score": 1.0, "why": ["same_text", "same_title", "same_place"]}]
    assert [job["id"] for job in client.get("/api/v2/jobs").get_json()["data"]] == [2, 1]


def test_case_markup_and_punctuation_make_no_other_text(post):
    post()
    again = post(title="DATA engineer", description=f"<p>{TEXT.upper()}.</p>").get_json()
    assert again["similar"] == [{"id": 1, "score": 1.0, "why": ["same_text", "same_title", "same_place"]}]


def test_a_near_copy_is_found_by_its_text_and_measured(post):
    post()
    (near,) = post(description=changed(4)).get_json()["similar"]
    assert (near["id"], near["why"]) == (1, ["similar_text", "same_title", "same_place"])
    assert 0.8 <= near["score"] < 1


def test_the_evidence_says_what_differs(post):
    post()
    (elsewhere,) = post(title="Analyst", location="Berlin").get_json()["similar"]
    assert elsewhere["why"] == ["similar_text"]


def test_another_text_is_no_copy(post):
    post()
    assert "similar" not in post(description=changed(120)).get_json()
    assert "similar" not in post(description="Care for people.").get_json()


def test_drafts_and_closed_postings_count_and_the_likest_comes_first(post, client):
    post(description=changed(4), status="closed")
    post(status="draft")
    assert [each["id"] for each in post().get_json()["similar"]] == [2, 1]


def test_another_companys_postings_are_not_looked_at(post):
    post()
    stranger = bearer(make_user("recruiter", make_company("Globex")))
    assert "similar" not in post(as_=stranger).get_json()
    assert post().get_json()["similar"][0]["id"] == 1


def test_a_changed_posting_is_found_by_its_new_text(post, client, company):
    post()
    headers = {**bearer(make_user("recruiter", company)), "If-Match": "*"}
    assert client.patch("/api/v2/jobs/1", json={"description": "Care for people."}, headers=headers).status_code == 200
    assert "similar" not in post().get_json()
    assert post(description="Care for people!").get_json()["similar"][0]["id"] == 1


def test_the_tag_of_the_answer_is_that_of_the_posting(post, client):
    post()
    made = post(status="open")
    assert client.get("/api/v2/jobs/2").headers["ETag"] == made.headers["ETag"]


def test_a_fingerprint_is_the_same_in_every_process():
    found = fingerprint_of("Data Engineer", "Toronto", "Build pipelines in Python.")
    assert found["text_hash"] == -6139249816835233189
    assert [found[name] for name in BAND_NAMES] == [-1258466055, 585077493, 1861831210, 1944826568]


@pytest.mark.parametrize("text", ["", "one", "one two", "one two three"])
def test_the_shortest_texts_have_fingerprints(text):
    assert len(fingerprint_of("", None, text)["sketch"]) == 128


def test_older_postings_get_their_fingerprints_by_command(app, post, database):
    post()
    with database.writing() as session:
        gone = dict.fromkeys((*BAND_NAMES, "text_hash", "sketch"))
        session.execute(update(Job).values(gone))
    assert "similar" not in post(status="open", title="Other").get_json()
    with app.app_context(), writing() as session:
        assert fingerprint_jobs(session, after=0, limit=1) == (1, 1)
        assert fingerprint_jobs(session, after=1, limit=1) == (0, 2)
        assert fingerprint_jobs(session, after=2, limit=1) == (0, None)
    with database.reading() as session:
        assert set(session.scalars(select(Job.version))) == {1}
    assert {each["id"] for each in post().get_json()["similar"]} == {1, 2}
