"""Bodies as clients send them: what is JSON is read, and what no text may hold is refused by its place."""

from __future__ import annotations

import pytest
from tests.factories import bearer, make_company, make_job, make_user

PATH = "/api/v1/auth/login"


@pytest.mark.parametrize("mimetype", ["application/json", "application/x-www-form-urlencoded", None])
def test_json_is_read_whatever_curl_calls_it(client, mimetype):
    answer = client.post(PATH, data='{"email": "x", "nonsense": 1}', content_type=mimetype)

    assert answer.status_code == 422
    assert sorted(error["pointer"] for error in answer.json["errors"]) == ["#/nonsense", "#/password"]


def test_a_form_is_not_json(client):
    answer = client.post(PATH, data="email=x&password=y", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (r'{"email": "a\u0000b", "password": "x"}', "#/email"),
        (r'{"email": "x", "password": "\ud800"}', "#/password"),
        (r'{"email": "x", "password": "\uDFFF"}', "#/password"),
        (r'{"email": ["x", {"y": "\u0000"}]}', "#/email/1/y"),
        (r'{"\u0000": "x"}', "#"),
    ],
)
def test_what_is_no_text_is_refused_by_its_place(client, body, pointer):
    answer = client.post(PATH, data=body, content_type="application/json")

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize("text", [r"\ud83d\ude00", r"\\u0000", r"\\\\ud800"])
def test_what_is_text_is_taken(client, text):
    answer = client.post(PATH, data=rf'{{"email": "x", "password": "{text}"}}', content_type="application/json")

    assert answer.status_code == 401


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [("", 200, None), ("{}", 200, None), ('{"reason": "holiday"}', 422, ["#/reason"]), ("{bad", 400, None)],
)
def test_an_action_without_fields_refuses_a_body_that_has_some(client, version, body, status, pointers):
    company = make_company()
    make_job(company=company)
    headers = bearer(make_user("recruiter", company))
    answer = client.post(f"/api/{version}/jobs/1/pause", data=body, content_type="application/json", headers=headers)
    assert answer.status_code == status
    assert pointers is None or [error["pointer"] for error in answer.json["errors"]] == pointers
