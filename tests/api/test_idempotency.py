"""``Idempotency-Key``: one effect and one answer, however often a request is sent."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from flask import Response
from sqlalchemy import func, select, update
from tests.factories import bearer, make_user

from talentsphere.api.idempotency import BadIdempotencyKey, IdempotencyKeyReused, RequestInProgress, idempotent
from talentsphere.api.json import json_response
from talentsphere.db.base import now
from talentsphere.db.idempotency import IdempotencyKey, purge_answers
from talentsphere.db.session import writing
from talentsphere.domains.companies.models import Company
from talentsphere.errors import NotFound, Unauthenticated

pytestmark = pytest.mark.unfed  # rows are written by hand


def add_company() -> Response:
    """A view whose answer is another one each time."""
    with writing() as session:
        company = Company(name="Acme", name_key="acme", slug=f"acme-{uuid.uuid4()}")
        session.add(company)
    response = json_response({"id": company.id}, 201)
    response.headers["Location"] = f"/companies/{company.id}"
    response.headers["X-Other"] = "not kept"
    response.set_etag("1-a")
    return response


create = idempotent(add_company)


@pytest.fixture
def user(database):
    return make_user("admin")


@pytest.fixture
def send(app, user):
    """Send a POST to a view, and return its answer."""
    headers = bearer(user)

    def answer(key="k1", body=b"{}", path="/companies", view=create, as_=headers) -> Response:
        shown = {**as_, **({} if key is None else {"Idempotency-Key": key})}
        with app.test_request_context(path, method="POST", data=body, headers=shown):
            return view()

    return answer


def companies(database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Company))


def test_a_request_sent_again_has_one_effect_and_the_first_answer(send, database):
    first, again = send(), send()
    assert companies(database) == 1
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, b'{"id":1}')
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    for name in ("Content-Type", "Location", "ETag"):
        assert again.headers[name] == first.headers[name]
    assert "X-Other" not in again.headers


def test_without_a_key_every_request_has_an_effect(send, database):
    """The control."""
    send(None), send(None)
    assert companies(database) == 2


def test_the_key_belongs_to_caller_address_and_query(send, database):
    other = bearer(make_user("admin"))
    for more in ({}, {"path": "/teams"}, {"path": "/companies?x=1"}, {"as_": other}, {"key": "k2"}):
        assert "Idempotent-Replay" not in send(**more).headers
    assert companies(database) == 5


def test_another_body_with_the_same_key_is_refused(send, database):
    send()
    with pytest.raises(IdempotencyKeyReused):
        send(body=b'{"a":1}')
    assert companies(database) == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é", "a\tb"])
def test_a_malformed_key_is_refused(send, key):
    with pytest.raises(BadIdempotencyKey):
        send(key)


def test_the_longest_key_is_taken(send):
    assert send("x" * 255).status_code == send("x" * 255).status_code == 201


def test_a_refusal_stores_nothing_and_may_be_repeated(send, database):
    @idempotent
    def refused() -> Response:
        add_company()
        raise NotFound("not yet")

    with pytest.raises(NotFound):
        send(view=refused)
    assert companies(database) == 0
    assert "Idempotent-Replay" not in send().headers
    assert companies(database) == 1


def test_a_key_is_forgotten_after_a_day(send, database):
    send()
    with database.writing() as session:
        session.execute(update(IdempotencyKey).values(created_at=now() - timedelta(hours=24, seconds=1)))
    assert "Idempotent-Replay" not in send().headers
    assert "Idempotent-Replay" in send().headers
    assert companies(database) == 2


def test_a_duplicate_in_flight_is_told_to_come_again(send, database, app):
    """On SQLite, where writers are serial, it waits for the first one's answer instead."""
    began, go_on, answers = threading.Event(), threading.Event(), []

    @idempotent
    def slow() -> Response:
        response = add_company()
        began.set()
        go_on.wait(10)
        return response

    first = threading.Thread(target=lambda: answers.append(send(view=slow)))
    first.start()
    assert began.wait(10)
    if database.is_sqlite:
        threading.Timer(0.1, go_on.set).start()
        assert "Idempotent-Replay" in send().headers
    else:
        with pytest.raises(RequestInProgress) as refusal:
            send()
        assert refusal.value.extras == {"retry_after_s": 1}
        assert "Idempotent-Replay" not in send("another").headers
    go_on.set()
    first.join()
    assert "Idempotent-Replay" in send().headers
    assert companies(database) == (1 if database.is_sqlite else 2)


def test_many_senders_of_one_key_make_one_row(send, database):
    answers: list[Response | str] = []

    def one() -> None:
        try:
            answers.append(send())
        except RequestInProgress:
            answers.append("in progress")

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert companies(database) == 1
    assert {answer.data for answer in answers if answer != "in progress"} == {b'{"id":1}'}


def test_purging_deletes_the_oldest_in_batches(send, database):
    for number in range(5):
        send(f"k{number}")
    with database.writing() as session:
        session.execute(update(IdempotencyKey).values(created_at=now() - timedelta(hours=30)))
    send("young")
    before = now() - timedelta(hours=24)
    for expected in (2, 2, 1, 0):
        with database.writing() as session:
            assert purge_answers(session, before, limit=2) == expected
    assert "Idempotent-Replay" in send("young").headers


def test_nobody_without_an_identity_has_a_key(app, database):
    with (
        app.test_request_context("/companies", method="POST", headers={"Idempotency-Key": "k"}),
        pytest.raises(Unauthenticated),
    ):
        create()
