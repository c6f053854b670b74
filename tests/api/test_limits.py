"""Rate limits: whom each counts, what every answer says of it, and that nothing goes round them."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as RedisGone
from tests.factories import bearer, make_user
from werkzeug.test import Client

from talentsphere.api.auth import open_to_all
from talentsphere.api.limit_store import PAUSE_S, SharedStorage, redis_counters
from talentsphere.api.limits import COUNTERS, LIMITER, LOGIN_ADDRESS, init_limits, open_limits
from talentsphere.app import create_app
from talentsphere.host.counters import Counters
from talentsphere.settings import SettingsError

STATE = re.compile(r'"([a-z-]+)";r=(\d+);t=(\d+)')
KEYS = "/api/v2/api-keys"
LOGIN = {"email": "ada@example.org", "password": "not her password"}


@pytest.fixture
def limited(make_settings, database, tmp_path):
    """Make a client of an instance with these limits, whose counters nobody else has."""

    def make(**variables: str):
        app = create_app(make_settings(TALENTSPHERE_HOME=str(tmp_path), **variables))
        return app.test_client()

    return make


def bare(make_settings, folder, **variables: str):
    """Return a client of an application with nothing but an open route that guesses passwords."""
    app = Flask("bare")
    app.add_url_rule("/api/v2/auth/login", "login", lambda: "let in", methods=["POST"])
    app.add_url_rule("/api/v2/jobs", "jobs", lambda: "jobs")
    init_limits(app, make_settings(TALENTSPHERE_HOME=str(folder), **variables))
    app.register_error_handler(Exception, lambda error: (error.slug, error.status))
    return app.test_client()


def states(response) -> dict[str, tuple[int, int]]:
    """Return (what is left, seconds) of each policy that the answer tells of."""
    return {name: (int(left), int(seconds)) for name, left, seconds in STATE.findall(response.headers["RateLimit"])}


def test_every_answer_to_a_caller_says_what_is_left(limited):
    client, caller = limited(RATE_LIMIT_API="3/minute"), bearer(make_user(role="candidate"))
    listed = [client.get(KEYS, headers=caller) for _ in range(5)]
    assert [answer.status_code for answer in listed] == [403, 403, 403, 429, 429]
    assert [states(answer)["api"][0] for answer in listed] == [2, 1, 0, 0, 0]
    assert {answer.headers["RateLimit-Policy"] for answer in listed} == {'"api";q=3;w=60'}


def test_429_is_a_problem_with_retry_after(limited):
    client, caller = limited(RATE_LIMIT_API="1/hour"), bearer(make_user(role="admin"))
    client.get(KEYS, headers=caller)
    refused = client.get(KEYS, headers=caller)
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.get_json()["type"] == "/problems/rate-limited"
    assert 3590 <= int(refused.headers["Retry-After"]) <= 3600
    assert int(refused.headers["Retry-After"]) == states(refused)["api"][1]


def test_callers_are_counted_each_for_themselves(limited):
    client = limited(RATE_LIMIT_API="1/minute")
    for user in (make_user(role="admin", email="a@example.org"), make_user(role="admin", email="b@example.org")):
        assert [client.get(KEYS, headers=bearer(user)).status_code for _ in range(2)] == [200, 429]


def test_a_limit_can_be_switched_off(limited):
    client, caller = limited(RATE_LIMIT_API="1/minute", RATE_LIMIT_ENABLED="false"), bearer(make_user(role="admin"))
    answers = [client.get(KEYS, headers=caller) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers


def test_public_reads_have_no_limit_and_run_nothing_of_it(limited):
    client = limited(RATE_LIMIT_API="1/minute")
    limiter = client.application.extensions[LIMITER]
    limiter.count = None  # calling it would fail
    for _ in range(3):
        answer = client.get("/api/v2/jobs")
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers
    assert not any("limit" in str(hook) for hook in client.application.before_request_funcs.get(None, ()))


def test_an_account_is_counted_however_it_is_written(make_settings, tmp_path):
    client = bare(make_settings, tmp_path, RATE_LIMIT_LOGIN="3/minute")
    spellings = ["ada@example.org", "ADA@Example.org", " ada@example.org ", "\uff41da@example.org", "ada@example.org"]
    answers = [client.post("/api/v2/auth/login", json={"email": spelling}).status_code for spelling in spellings]
    assert answers == [200, 200, 200, 429, 429]
    assert client.post("/api/v2/auth/login", json={"email": "eve@example.org"}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b'{"email": 1}', b'{"email": "\\ud800"}', b"\xff", b'{"email": null}'])
def test_a_strange_body_is_counted_too(make_settings, tmp_path, body):
    client = bare(make_settings, tmp_path, RATE_LIMIT_LOGIN="1/minute")
    answers = [client.post("/api/v2/auth/login", data=body, content_type="application/json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_an_address_is_counted_over_accounts(make_settings, tmp_path):
    client = bare(make_settings, tmp_path, RATE_LIMIT_LOGIN_ADDRESS="3/minute")
    answers = [client.post("/api/v2/auth/login", json={"email": f"{n}@example.org"}) for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert states(answers[0]) == {"login-address": (2, 60), "login": (9, 60)}
    assert answers[4].headers["RateLimit-Policy"] == '"login-address";q=3;w=60, "login";q=10;w=60'


def test_addresses_of_one_network_of_ipv6_are_one_client(make_settings, tmp_path):
    client = bare(make_settings, tmp_path, RATE_LIMIT_LOGIN_ADDRESS="2/minute")

    def log_in(address: str) -> int:
        return client.post("/api/v2/auth/login", json={}, environ_base={"REMOTE_ADDR": address}).status_code

    assert [log_in(f"2001:db8:0:1::{n}") for n in (1, 2, 3)] == [200, 200, 429]
    assert log_in("2001:db8:0:2::1") == 200
    assert [log_in(address) for address in ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1")] == [200, 200, 429]


CHAINS = ["192.0.2.{n}", "192.0.2.{n}, 127.0.0.1", "127.0.0.1, 192.0.2.{n}", "unknown, 192.0.2.{n}", "2001:db8:{n}::1"]


@pytest.mark.parametrize("chain", CHAINS)
def test_a_forged_address_gives_no_extra_pass(limited, chain):
    assert passes(limited(RATE_LIMIT_LOGIN_ADDRESS="3/minute"), chain) == 3


@pytest.mark.parametrize("chain", ["192.0.2.{n}, 203.0.113.7", "192.0.2.{n}, 192.0.2.{n}, 203.0.113.7"])
def test_behind_a_proxy_only_the_address_that_it_adds_counts(limited, chain):
    assert passes(limited(RATE_LIMIT_LOGIN_ADDRESS="3/minute", TRUSTED_PROXIES="1"), chain) == 3


def test_trust_in_too_many_proxies_would_be_noticed(limited):
    """The control."""
    client = limited(RATE_LIMIT_LOGIN_ADDRESS="3/minute", TRUSTED_PROXIES="2")
    assert passes(client, "192.0.2.{n}, 203.0.113.7") == 8


def passes(client, chain: str) -> int:
    """Return how many of eight requests, each with another forged chain, a limit by address lets pass."""
    limiter = client.application.extensions[LIMITER]

    @open_to_all
    def probe() -> str:
        limiter.count(LOGIN_ADDRESS)
        return "let in"

    client.application.add_url_rule("/probe", view_func=probe)
    chains = [chain.format(n=n) for n in range(1, 9)]
    statuses = [Client(client.application).get("/probe", headers={"X-Forwarded-For": c}).status_code for c in chains]
    return statuses.count(200)


def test_no_address_of_an_account_stands_in_the_counters(make_settings, tmp_path):
    client = bare(make_settings, tmp_path)
    client.post("/api/v2/auth/login", json=LOGIN)
    assert b"ada" not in (tmp_path / COUNTERS).read_bytes()


def test_counters_that_cannot_be_kept_refuse_and_let_nobody_pass(make_settings, tmp_path):
    (tmp_path / COUNTERS).mkdir(parents=True)
    client = bare(make_settings, tmp_path)
    assert client.post("/api/v2/auth/login", json=LOGIN).status_code == 503
    assert client.get("/api/v2/jobs").status_code == 200


def test_open_routes_that_guess_or_mail_have_a_limit(app):
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]
    open_writes = {rule.rule for rule in rules if getattr(app.view_functions[rule.endpoint], "is_open", False)}
    dangerous = {path for path in open_writes if re.search("login|register|forgot|reset", path)}
    assert {path for path in dangerous if not open_limits(path)} == set()


WRONG = ["", "10", "/minute", "0/minute", "-1/minute", "1.5/minute", "10/fortnight", "10 per minute", "1e3/hour",
         "\u0661/minute", "9999999999/day", "10/minute;1/second"]  # fmt: skip


@pytest.mark.parametrize("value", WRONG)
def test_a_wrong_limit_refuses_the_start(make_settings, value):
    with pytest.raises(SettingsError, match=r"^RATE_LIMIT_LOGIN must be"):
        make_settings(RATE_LIMIT_LOGIN=value)


@contextmanager
def redis_server(folder):
    """A Redis of our own: (its URL, its process)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    binary = shutil.which("redis-server")
    assert binary, "redis-server is not installed"
    command = [binary, "--port", str(port), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        process.kill()
        process.wait()


def test_hosts_that_share_a_redis_count_together(tmp_path):
    with redis_server(tmp_path) as (url, _):
        hosts = [SharedStorage(Counters(tmp_path / name), redis_counters(url)) for name in ("a", "b")]
        assert [hosts[n % 2].incr("key", 60) for n in range(6)] == [1, 2, 3, 4, 5, 6]
        assert abs(hosts[0].get_expiry("key") - hosts[1].get_expiry("key")) < 2


def test_hosts_that_share_nothing_would_be_noticed(tmp_path):
    """The control."""
    hosts = [SharedStorage(Counters(tmp_path / name)) for name in ("a", "b")]
    assert [hosts[n % 2].incr("key", 60) for n in range(6)] == [1, 1, 2, 2, 3, 3]


def test_without_redis_the_count_goes_on_from_where_all_hosts_were(tmp_path):
    with redis_server(tmp_path) as (url, process):
        hosts = [SharedStorage(Counters(tmp_path / name), redis_counters(url)) for name in ("a", "b")]
        assert [host.incr("key", 60) for host in hosts for _ in range(4)] == [1, 2, 3, 4, 5, 6, 7, 8]
        process.kill()
        process.wait()
        assert hosts[1].incr("key", 60) == 9
        assert hosts[0].incr("key", 60) == 5


def test_a_redis_that_fails_is_left_alone_for_a_while(tmp_path):
    class Gone:
        base_exceptions = RedisGone
        asked = 0

        def incr(self, *_args):
            self.asked += 1
            raise RedisGone

    gone = Gone()
    storage, began = SharedStorage(Counters(tmp_path / "a"), gone), time.monotonic()
    assert [storage.incr("key", 60) for _ in range(50)] == list(range(1, 51))
    assert gone.asked <= 1 + (time.monotonic() - began) / PAUSE_S


def test_a_redis_that_hangs_holds_up_one_request_only(tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        storage = SharedStorage(
            Counters(tmp_path / "a"), redis_counters(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        )
        began = time.monotonic()
        assert [storage.incr("key", 60) for _ in range(20)] == list(range(1, 21))
        assert time.monotonic() - began < 20 * 0.1


def test_the_storage_is_whole_for_the_library(tmp_path):
    storage = SharedStorage(Counters(tmp_path / "a"))
    storage.incr("key", 60, 3)
    assert (storage.get("key"), storage.check()) == (3, True)
    storage.clear("key")
    assert (storage.get("key"), storage.get_expiry("key") <= time.time()) == (0, True)
    storage.incr("key", 60, 3)
    assert (storage.reset(), storage.get("key")) == (None, 0)


def test_a_limited_answer_is_documented(limited):
    document = json.loads(limited().get("/api/openapi.json").data)
    assert "default" in document["paths"][KEYS]["get"]["responses"]
