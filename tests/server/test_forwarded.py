"""Forged chains of addresses, over the wire to four workers, give no pass more than the limit has."""

from __future__ import annotations

import http.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.drills.product import instance

pytestmark = pytest.mark.server
ASKED = 60
CHAINS = ["192.0.2.{n}", "127.0.0.1, 192.0.2.{n}", "192.0.2.{n}, 127.0.0.1", "2001:db8:{n}::1", "for=192.0.2.{n}"]
BEHIND_ONE = ["192.0.2.{n}, 203.0.113.7", "192.0.2.{n}, 127.0.0.1, 203.0.113.7"]
NAMES = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP")


@pytest.fixture(scope="module")
def limited(tmp_path_factory, make_settings):
    """Serve with ten logins a minute of one address: give (how many of ``ASKED`` logins pass)."""
    opened = []

    def serve(trusted: str):
        variables = {"RATE_LIMIT_LOGIN": "100000/minute", "RATE_LIMIT_LOGIN_ADDRESS": "10/minute"}
        made = instance(tmp_path_factory.mktemp("limited"), make_settings, TRUSTED_PROXIES=trusted, **variables)
        found = made.__enter__()
        serving = found.serving()
        opened.extend([made, serving])
        return found, serving.__enter__()

    yield serve
    for manager in reversed(opened):
        manager.__exit__(None, None, None)


def passes(found, server, chain: str) -> int:
    """Return how many of ``ASKED`` malformed logins, each with another forged chain, were not limited."""
    forget(found)

    def one(number: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        headers = dict.fromkeys(NAMES, chain.format(n=number + 1))
        try:
            connection.request("POST", "/api/v2/auth/login", b"{}", {"Content-Type": "application/json", **headers})
            return connection.getresponse().status
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = Counter(pool.map(one, range(ASKED)))
    assert set(found) <= {422, 429}, found
    return found[422]


def forget(found) -> None:
    """Let every window be over: the counters are zero."""
    path = found.folder / "run" / "limits"
    if not path.exists():
        return
    with path.open("r+b") as counters:
        counters.write(bytes(path.stat().st_size))


@pytest.fixture(scope="module")
def trusting_none(limited):
    return limited("0")


@pytest.fixture(scope="module")
def trusting_one(limited):
    return limited("1")


@pytest.mark.parametrize("chain", CHAINS)
def test_without_a_proxy_no_header_counts(trusting_none, chain):
    assert passes(*trusting_none, chain) == 10


@pytest.mark.parametrize("chain", BEHIND_ONE)
def test_behind_one_proxy_only_what_it_adds_counts(trusting_one, chain):
    assert passes(*trusting_one, chain) == 10


def test_an_address_that_the_proxy_adds_would_pass(trusting_one):
    """The control: were the chain believed as it is, all would."""
    assert passes(*trusting_one, "203.0.113.7, 192.0.2.{n}") == ASKED
