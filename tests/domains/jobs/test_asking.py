"""Questions of a posting: written with it, kept by their ids, shown to the public without the wanted answers."""

from __future__ import annotations

import pytest
from tests.factories import bearer, make_company, make_user

LICENCE = {
    "question": "Do you have a driving licence?", "kind": "choice", "required": True, "options": ["car", "none"],
    "knock_out": {"accepts": ["car"]},
}  # fmt: skip
CONSENT = {"question": "May we keep your papers for a year?", "kind": "consent"}
JOB = {"title": "Driver", "description": "Drive.", "status": "open", "questions": [LICENCE, CONSENT]}


@pytest.fixture
def recruiter(client):
    return bearer(make_user("recruiter", make_company()))


@pytest.fixture
def write(client, recruiter):
    """Make the posting, then change it to these questions, and return the answer."""
    client.post("/api/v2/jobs", json=JOB, headers=recruiter)

    def send(questions):
        headers = {**recruiter, "If-Match": "*"}
        return client.patch("/api/v2/jobs/1", json={"questions": questions}, headers=headers)

    return send


def test_the_company_reads_its_questions_whole_and_the_public_without_what_knocks_out(client, recruiter):
    made = client.post("/api/v2/jobs", json=JOB, headers=recruiter).get_json()
    assert made["questions"] == [{"id": 1, **LICENCE}, {"id": 2, **CONSENT, "required": False}]

    for version in ("v1", "v2"):
        shown = client.get(f"/api/{version}/jobs/1?include=questions").get_json()["questions"]
        assert [(each["id"], each["kind"], each.get("options")) for each in shown] == [
            (1, "choice", ["car", "none"]), (2, "consent", None),
        ]  # fmt: skip
        assert "knock_out" not in str(shown)
        assert "questions" not in client.get(f"/api/{version}/jobs/1").get_json()


def test_a_question_keeps_its_id_and_a_new_one_gets_another(write):
    changed = write([{"question": "When can you begin?", "kind": "date"}, {"id": 2, **CONSENT, "required": True}])
    assert [(each["id"], each["kind"]) for each in changed.get_json()["questions"]] == [(3, "date"), (2, "consent")]
    assert changed.get_json()["version"] == 2
    assert "questions" not in write(None).get_json()


@pytest.mark.parametrize(
    "question",
    [
        {"question": "Which?", "kind": "choice"},
        {"question": "Which?", "kind": "choice", "options": ["a", "a"]},
        {"question": "Which?", "kind": "text", "options": ["a", "b"]},
        {"question": "", "kind": "text"},
        {"question": "Why?", "kind": "essay"},
        {"question": "Why?", "kind": "text", "knock_out": {"accepts": ["because"]}},
        {"question": "Able?", "kind": "yes_no", "knock_out": {"accepts": ["maybe"]}},
        {"question": "Years?", "kind": "number", "knock_out": {"min": 5, "max": 2}},
        {"question": "Why?", "kind": "text", "id": 9},
    ],
)
def test_what_cannot_be_asked_is_refused(write, question):
    answer = write([question])
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"].startswith("#/questions")
