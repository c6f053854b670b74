"""The edge: nginx keeps what everybody may see until the second ends, and nothing else, for no longer."""

from __future__ import annotations

import gzip
import json
import socketserver
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler

import pytest
from tests.drills.product import Line, ask, at_once, instance
from tests.factories import bearer, make_company, make_jobs, make_user
from tests.server.running import get, nginx

pytestmark = [pytest.mark.server, pytest.mark.unfed]

LIST = "/api/v2/jobs?limit=5"
PUBLIC = "public, max-age=0, must-revalidate"
BOUND_S, SLACK_S = 1.0, 0.1
"""What is promised, and how late a busy machine may look at its clock."""

REFUSES_NOTHING = "proxy_no_cache $edge_refuses; -> proxy_no_cache 0;"
TRUSTS_CREDENTIALS = 'map "$http_authorization -> map "'
NO_SECOND = "~^(?<whole>\\d+) $whole; -> default none;"
LASTS = "proxy_ignore_headers -> proxy_cache_valid 9s; proxy_ignore_headers X-Accel-Expires"
ALWAYS_MARKED = {"X-Accel-Expires": "9", "Cache-Control": PUBLIC}


class Origin(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """An application that answers each request with its number, and whatever headers the test wants."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Numbered)
        self.asked: Counter[str] = Counter()
        self.headers: dict[str, str] = {}
        self.status = 200
        self.lock = threading.Lock()


class _Numbered(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        origin = self.server
        with origin.lock:
            origin.asked[self.path] += 1
            number = origin.asked[self.path]
        body = f"{number} {self.headers.get('Authorization', '')} {self.headers.get('Accept-Encoding', '')}".encode()
        self.send_response(origin.status)
        for name, value in {**origin.headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    do_HEAD = do_POST = do_GET

    def log_message(self, *_told: object) -> None:
        pass


@pytest.fixture
def origin():
    with Origin() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def port(origin):
    with nginx(origin.server_address[1]) as listening:
        yield listening


def early_in_a_second() -> None:
    """Let what follows fit into one second of the clock."""
    time.sleep((1.02 - time.time() % 1) % 1)


def given(port: int, path: str, times: int = 5, method: str = "GET", **headers: str) -> list[bytes]:
    """Return the answers to equal requests within one second, on one connection."""
    early_in_a_second()
    line = Line(port)
    try:
        return [line.ask(method, path, **headers).body for _ in range(times)]
    finally:
        line.close()


def test_what_is_marked_is_kept_for_the_rest_of_the_second(origin, port):
    origin.headers = ALWAYS_MARKED
    assert len(set(given(port, "/page"))) == 1
    assert origin.asked["/page"] == 1
    given(port, "/page", 1)
    assert origin.asked["/page"] == 2


def test_what_is_not_marked_is_not_kept(origin, port):
    origin.headers = {"Cache-Control": PUBLIC}
    assert len(set(given(port, "/page"))) == 5


@pytest.mark.parametrize(
    "headers",
    [
        {"Set-Cookie": "session=1"},
        {"Cache-Control": "private, no-cache"},
        {"Cache-Control": "no-store"},
        {"Cache-Control": "public, max-age=31536000, immutable"},
        {"Vary": "*"},
    ],
    ids=str,
)
def test_what_is_of_one_reader_is_not_kept_whatever_the_mark(origin, port, headers):
    origin.headers = ALWAYS_MARKED | headers
    assert len(set(given(port, "/page"))) == 5


@pytest.mark.parametrize("status", [201, 203, 301, 404, 410, 500, 503])
def test_only_a_200_is_kept(origin, port, status):
    origin.headers, origin.status = ALWAYS_MARKED, status
    given(port, "/page")
    assert origin.asked["/page"] >= 5


@pytest.mark.parametrize(
    "special",
    ["Authorization", "Cookie", "Cache-Control", "Pragma", "Range", "If_Range", "If_Match", "If_None_Match",
     "If_Modified_Since", "If_Unmodified_Since"],
)  # fmt: skip
def test_a_request_with_anything_special_is_the_applications(origin, port, special):
    origin.headers = ALWAYS_MARKED
    given(port, "/page", 3)
    before = origin.asked["/page"]
    assert len(set(given(port, "/page", 3, **{special: "x"}))) == 3
    assert origin.asked["/page"] == before + 3


def test_what_was_made_for_credentials_is_nobodys(origin, port):
    origin.headers = ALWAYS_MARKED
    given(port, "/page", 3, Authorization="Bearer canary")
    assert b"canary" not in b"".join(given(port, "/page", 3))


def test_a_configuration_that_trusts_credentials_leaks(origin):
    """The control: without that guard the same file gives one reader's answer to another."""
    origin.headers = ALWAYS_MARKED
    with nginx(origin.server_address[1], guard=TRUSTS_CREDENTIALS) as port:
        early_in_a_second()
        ask(port, "GET", "/page", Authorization="Bearer canary")
        time.sleep(0.1)
        assert b"canary" in ask(port, "GET", "/page").body


def test_a_configuration_that_asks_for_the_mark_alone_leaks(origin):
    """The control of the other guard, for an application that marks what is private."""
    origin.headers = {"X-Accel-Expires": "9", "Cache-Control": "private"}
    with nginx(origin.server_address[1], guard=REFUSES_NOTHING) as port:
        assert len(set(given(port, "/page"))) == 1


@pytest.mark.parametrize("method", ["POST", "HEAD"])
def test_another_method_is_another_request(origin, port, method):
    origin.headers = ALWAYS_MARKED
    given(port, "/page", 1)
    given(port, "/page", 1, method)
    assert origin.asked["/page"] == 2


@pytest.mark.parametrize(
    "other", [{"path": "/page?a=2"}, {"path": "/page?a=1&b="}, {"Host": "elsewhere"}, {"Accept_Encoding": "gzip"},
              {"Origin": "https://app.example.org"}], ids=str,
)  # fmt: skip
def test_the_key_holds_whatever_an_answer_may_depend_on(origin, port, other):
    origin.headers = ALWAYS_MARKED
    early_in_a_second()
    ask(port, "GET", "/page?a=1")
    ask(port, "GET", **{"path": "/page?a=1", **other})
    assert origin.asked.total() == 2


def test_what_one_request_was_told_of_itself_is_not_told_another(origin, port):
    origin.headers = ALWAYS_MARKED | {"X-Request-ID": "first", "X-Cache": "MISS", "Server-Timing": "db;dur=1"}
    early_in_a_second()
    line = Line(port)
    first, second = line.ask("GET", "/page"), line.ask("GET", "/page")
    assert [first.headers[name] for name in ("x-request-id", "x-cache", "server-timing")] == [
        "first", "MISS", "db;dur=1",
    ]  # fmt: skip
    assert second.headers["x-cache"] == "EDGE"
    assert len(second.headers["x-request-id"]) == 32
    assert "server-timing" not in second.headers
    assert "x-accel-expires" not in first.headers | second.headers


def test_readers_of_an_answer_that_is_not_kept_do_not_wait_for_each_other(origin, port):
    """With ``proxy_cache_lock`` half of these would wait for half a second."""
    origin.headers = {"Cache-Control": PUBLIC}
    took: list[float] = []

    def one(_number: int) -> None:
        began = time.monotonic()
        get(port, "/page")
        took.append(time.monotonic() - began)

    at_once(one, range(20), 20)
    assert sorted(took)[10] < 0.3


# --- The product behind it ---


@pytest.fixture(scope="module")
def product(tmp_path_factory, make_settings):
    folder = tmp_path_factory.mktemp("edge") / "home"
    with instance(folder, make_settings, EDGE_CACHE="true", TRUSTED_PROXIES="1") as made:
        with made.filling():
            make_jobs(30, company=make_company())
            made.headers = bearer(make_user(role="admin", email="grace@example.org"))
            made.others = [bearer(make_user(email=f"{name}@example.org")) for name in ("ada", "joan")]
        with made.serving(WORKERS="2") as server, nginx(server.port) as port:
            made.port, made.direct = port, server.port
            yield made


def test_a_public_list_is_read_from_the_edge(product):
    line = Line(product.port)
    answers = [line.ask("GET", LIST, Accept_Encoding="gzip") for _ in range(300)]
    assert {answer.status for answer in answers} == {200}
    assert sum(answer.headers["x-cache"] == "EDGE" for answer in answers) > 200
    assert len({answer.headers["x-request-id"] for answer in answers}) == 300
    assert {answer.headers["cache-control"] for answer in answers} == {PUBLIC}
    assert {gzip.decompress(answer.body) for answer in answers} == {get(product.direct, LIST)[2]}


@pytest.mark.parametrize("path", ["/api/v2/users/me", "/health/live", "/api/v2/jobs/987654", "/api/v2/openapi.json"])
def test_what_is_not_by_a_public_policy_is_never_from_the_edge(product, path):
    line = Line(product.port)
    assert "EDGE" not in {line.ask("GET", path).headers.get("x-cache") for _ in range(20)}


def test_each_reader_gets_the_own_profile(product):
    for _ in range(20):
        mails = [
            json.loads(ask(product.port, "GET", "/api/v2/users/me", **own).body)["email"] for own in product.others
        ]
        assert len(set(mails)) == 2
        assert ask(product.port, "GET", "/api/v2/users/me").status == 401


def test_whoever_revalidates_or_signs_in_sees_a_write_at_once(product):
    path = "/api/v2/jobs/1"
    for number in range(10):
        version = ask(product.port, "GET", path).headers["etag"]
        title = f"At once {number}"
        assert ask(product.port, "PATCH", path, {"title": title}, If_Match="*", **product.headers).status == 200
        assert ask(product.port, "GET", path, **product.headers).json["title"] == title
        assert ask(product.port, "GET", path, If_None_Match=version).json["title"] == title


def test_nothing_is_older_than_the_bound(product):
    assert 0 < oldest_s(product, product.port, 4) < BOUND_S + SLACK_S


def test_a_key_without_the_second_gives_what_is_older_than_the_bound(product):
    """The control."""
    with nginx(product.direct, key=NO_SECOND, time=LASTS) as port:
        assert oldest_s(product, port, 2.5) > BOUND_S + SLACK_S


def oldest_s(product, port: int, seconds: float) -> float:
    """Write for ``seconds`` and read all the while; return how long after a write its predecessor was still given."""
    path, acknowledged, oldest, name = "/api/v2/jobs/2", [], 0.0, f"At {port}"
    stopping = threading.Event()

    def write() -> None:
        line = Line(port)
        for number in range(10_000):
            if stopping.wait(0.1):
                return
            done = line.ask("PATCH", path, {"title": f"{name} {number}"}, If_Match="*", **product.headers)
            assert done.status == 200
            acknowledged.append(time.monotonic())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        reader, until = Line(port), time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            title = reader.ask("GET", path).json["title"]
            shown = int(title.split()[2]) if title.startswith(name) else -1
            passed = acknowledged[shown + 1 :]
            if passed:
                oldest = max(oldest, began - passed[0])
    finally:
        stopping.set()
        writer.join()
    assert len(acknowledged) > 5
    return oldest


def test_without_the_setting_nothing_is_kept(tmp_path, make_settings):
    with (
        instance(tmp_path / "home", make_settings) as made,
        made.serving(WORKERS="1") as server,
        nginx(server.port) as port,
    ):
        line = Line(port)
        said = {line.ask("GET", LIST).headers["x-cache"] for _ in range(20)}
    assert "EDGE" not in said
    assert "HIT" in said
