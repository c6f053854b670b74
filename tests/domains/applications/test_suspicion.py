"""Programs that apply are quarantined and told nothing; people are not."""

from __future__ import annotations

import time

import pytest
from tests.factories import bearer, make_company, make_job, make_user

from talentsphere.app import create_app
from talentsphere.domains.applications.links import form_token, read_form_token

PATH = "/api/v2/jobs/1/applications"


@pytest.fixture
def recruiter(database):
    company = make_company()
    make_job(company=company)
    return bearer(make_user("recruiter", company))


@pytest.fixture
def send(client, recruiter):
    def apply(as_=None, through=client, **body):
        return through.post(PATH, json=body, headers=bearer(as_ or make_user("candidate")))

    return apply


def quarantined(client, recruiter) -> int:
    headers = {**recruiter, "Cache-Control": "no-cache"}  # an application with a home of its own may have written
    return client.get(f"{PATH}?status=quarantined&count=exact", headers=headers).get_json()["total"]


def human_token(settings, seconds=10) -> str:
    return form_token(settings, 1, int(time.time() * 1000) - seconds * 1000)


def test_a_person_who_takes_time_is_on_the_board(client, send, settings, recruiter):
    assert send(form_token=human_token(settings), website="").status_code == 201
    assert send().status_code == 201  # a program of the candidate's own has no form
    assert quarantined(client, recruiter) == 0


@pytest.mark.parametrize("trap", ["honeypot", "at once", "another job's form", "forged"])
def test_a_program_is_quarantined_and_answered_like_anybody(client, send, settings, recruiter, trap):
    body = {
        "honeypot": {"website": "https://pills.example"},
        "at once": {"form_token": client.get("/api/v2/jobs/1/application-form").get_json()["form_token"]},
        "another job's form": {"form_token": form_token(settings, 2, int(time.time() * 1000) - 10_000)},
        "forged": {"form_token": "1770000000000." + "A" * 22},
    }[trap]
    candidate = make_user("candidate")
    made = send(as_=candidate, **body)
    assert (made.status_code, made.get_json()["status"]) == (201, "active")
    assert quarantined(client, recruiter) == 1
    board = client.get("/api/v2/jobs/1/board", headers=recruiter).get_json()
    assert (board["stages"][0]["count"], board["off_board"]["quarantined"]) == (0, 1)
    shown = client.get("/api/v2/applications/1", headers=recruiter).get_json()
    assert shown["suspicion"] == ("honeypot" if trap == "honeypot" else "form")
    assert "suspicion" not in client.get("/api/v2/applications/1", headers=bearer(candidate)).get_json()


def test_what_is_released_stands_on_the_board(client, send, recruiter):
    send(website="x")
    assert client.post("/api/v2/applications/1/move", json={"stage": "screen"}, headers=recruiter).status_code == 409
    assert client.post("/api/v2/applications/1/release", headers=recruiter).get_json()["status"] == "active"
    assert quarantined(client, recruiter) == 0
    assert client.get("/api/v2/jobs/1/board", headers=recruiter).get_json()["stages"][0]["count"] == 1


def test_one_person_may_send_their_letter_again_and_again(client, send, recruiter, make_settings, tmp_path):
    """To other jobs, or after an answer was missing: they are no crowd."""
    limited = create_app(make_settings(TALENTSPHERE_HOME=str(tmp_path))).test_client()
    candidate, letter = make_user("candidate"), "Dear team, " + "I am the best you will ever see. " * 10
    for _ in range(5):
        assert send(candidate, through=limited, cover_letter=letter, source="x" * 99).status_code == 422
    assert send(candidate, through=limited, cover_letter=letter).status_code == 201
    for _ in range(5):
        assert send(candidate, through=limited, cover_letter=letter).status_code == 409
    assert quarantined(client, recruiter) == 0


def test_one_address_and_one_letter_are_counted(client, send, recruiter, make_settings, tmp_path):
    limits = {"RATE_LIMIT_APPLY_ADDRESS": "8/hour", "TALENTSPHERE_HOME": str(tmp_path)}
    limited = create_app(make_settings(**limits)).test_client()
    letter = "Dear team, " + "I am the best you will ever see. " * 10
    for _ in range(7):
        assert send(through=limited, cover_letter=letter).status_code == 201
    assert quarantined(client, recruiter) == 4  # three may send the same long letter
    for _ in range(4):
        assert send(through=limited).status_code == 201
    assert quarantined(client, recruiter) == 7  # and eight may come from one address


def test_a_person_may_apply_so_often(send, recruiter, make_settings, tmp_path):
    limited = create_app(make_settings(RATE_LIMIT_APPLY="2/hour", TALENTSPHERE_HOME=str(tmp_path))).test_client()
    candidate = make_user("candidate")
    answers = [send(as_=candidate, through=limited).status_code for _ in range(3)]
    assert answers == [201, 409, 429]


def test_a_form_token_is_of_one_job_and_says_when(settings):
    assert read_form_token(settings, 1, form_token(settings, 1, 1_770_000_000_000)) == 1_770_000_000_000
    assert read_form_token(settings, 2, form_token(settings, 1, 1_770_000_000_000)) is None
