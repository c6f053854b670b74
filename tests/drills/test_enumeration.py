"""Nobody learns whether an address has an account: the answers, the work and the time are alike."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from tests.drills.timing import CLOSED, KNOWN, UNKNOWN
from tests.factories import PASSWORD, make_user


@pytest.fixture
def people(client):
    make_user(email=KNOWN)
    make_user(email=CLOSED, is_active=False)


@pytest.fixture
def work(client, people, count_queries, monkeypatch):
    """Post a body and return what anybody outside could tell of it: (status, body, headers, statements, hashes)."""
    hashes = []
    for name in ("verify", "hash"):
        method = getattr(PasswordHasher, name)

        def noted(self, *given, _method=method, _name=name):
            hashes.append(_name)
            return _method(self, *given)

        monkeypatch.setattr(PasswordHasher, name, noted)

    def of(path, body):
        client.post(path, json=body)  # the first use of a statement also compiles it
        count_queries(), hashes.clear()
        answer = client.post(path, json=body)
        shown = {**answer.get_json(), "request_id": None, "email": None} if answer.data else None
        return answer.status_code, shown, sorted(answer.headers.keys()), count_queries(), tuple(hashes)

    return of


@pytest.mark.parametrize("api", ["/api/v1", "/api/v2"])
def test_every_failed_login_is_the_same_work(work, api):
    wrong = [
        work(f"{api}/auth/login", {"email": email, "password": "not the one"}) for email in (KNOWN, CLOSED, UNKNOWN)
    ]
    right = work(f"{api}/auth/login", {"email": CLOSED, "password": PASSWORD})
    assert wrong == [wrong[0]] * 3
    assert right == wrong[0]
    assert (wrong[0][0], wrong[0][-1]) == (401, ("verify",))


def test_a_login_that_succeeds_is_other_work(work):
    """The control."""
    assert work("/api/v2/auth/login", {"email": KNOWN, "password": PASSWORD}) != work(
        "/api/v2/auth/login", {"email": KNOWN, "password": "not the one"}
    )


@pytest.mark.parametrize("api", ["/api/v1", "/api/v2"])
def test_registering_a_taken_address_is_the_same_work(client, count_queries, people, work, api):
    bodies = [{"email": email, "password": PASSWORD, "full_name": "Ada"} for email in (KNOWN, CLOSED)]
    taken = [work(f"{api}/auth/register", body) for body in bodies]
    fresh = [{**bodies[0], "email": f"new{n}@example.org"} for n in (1, 2)]
    client.post(f"{api}/auth/register", json=fresh[0])
    count_queries()
    made = client.post(f"{api}/auth/register", json=fresh[1])
    assert taken == [taken[0]] * 2
    assert (taken[0][0], taken[0][3]) == (made.status_code, count_queries())
    assert taken[0][1] == {**made.get_json(), "email": None, "request_id": None}


@pytest.mark.parametrize("api", ["/api/v1", "/api/v2"])
def test_forgetting_is_the_same_work(work, api):
    found = [work(f"{api}/auth/password/forgot", {"email": email}) for email in (KNOWN, CLOSED, UNKNOWN)]
    assert found == [found[0]] * 3
