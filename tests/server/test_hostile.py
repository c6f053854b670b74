"""One request, one answer: malformed and ambiguous input, direct and through nginx, with pinned answers."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.server.running import exchange, gunicorn, nginx, statuses

pytestmark = pytest.mark.server

HOST = b"Host: a\r\n"


def head(*lines: bytes, method: bytes = b"GET", target: bytes = b"/echo", version: bytes = b"1.1") -> bytes:
    return b"%s %s HTTP/%s\r\n%s\r\n" % (method, target, version, b"".join(line + b"\r\n" for line in lines))


def post(*lines: bytes, body: bytes = b"") -> bytes:
    return head(b"Host: a", *lines, method=b"POST") + body


def get_(*lines: bytes, **other: bytes) -> bytes:
    return head(b"Host: a", *lines, **other)


CHUNKED = b"Transfer-Encoding: chunked"
END = b"0\r\n\r\n"

# name: (bytes, statuses direct, statuses through nginx). One status is one answer; nothing else came.
CASES = {
    "plain": (get_(), [200], [200]),
    "pipelined": (get_() + get_() + get_(), [200, 200, 200], [200, 200, 200]),
    "length and chunked": (post(b"Content-Length: 3", CHUNKED, body=END), [400], [400]),
    "chunked and length": (post(CHUNKED, b"Content-Length: 3", body=END), [400], [400]),
    "two lengths": (post(b"Content-Length: 3", b"Content-Length: 4", body=b"abcd"), [400], [400]),
    "two equal lengths": (post(b"Content-Length: 3", b"Content-Length: 3", body=b"abc"), [400], [400]),
    "length list": (post(b"Content-Length: 3, 3", body=b"abc"), [400], [400]),
    "length +5": (post(b"Content-Length: +5", body=b"abcde"), [400], [400]),
    "length -5": (post(b"Content-Length: -5", body=b"abcde"), [400], [400]),
    "length 0x5": (post(b"Content-Length: 0x5", body=b"abcde"), [400], [400]),
    "length empty": (post(b"Content-Length:", body=b""), [400], [400]),
    "length beyond 64 bits": (post(b"Content-Length: 99999999999999999999", body=b""), [400], [400]),
    "length space colon": (post(b"Content-Length : 5", body=b"abcde"), [400], [400]),
    "chunk 0x5": (post(CHUNKED, body=b"0x5\r\nabcde\r\n" + END), [400], [400]),
    "chunk +5": (post(CHUNKED, body=b"+5\r\nabcde\r\n" + END), [400], [400]),
    "chunk -1": (post(CHUNKED, body=b"-1\r\nabcde\r\n" + END), [400], [400]),
    "chunk not hex": (post(CHUNKED, body=b"zz\r\nabcde\r\n" + END), [400], [400]),
    "chunk too short": (post(CHUNKED, body=b"3\r\nabcde\r\n" + END), [400], [400]),
    "chunk huge": (post(CHUNKED, body=b"fffffffffffffffff\r\nabc"), [400], [400]),
    "chunked twice": (post(CHUNKED, CHUNKED, body=END), [400], [400]),
    "chunked, chunked": (post(b"Transfer-Encoding: chunked, chunked", body=END), [400], [501]),
    "identity, chunked": (post(b"Transfer-Encoding: identity, chunked", body=END), [400], [501]),
    "gzip, chunked": (post(b"Transfer-Encoding: gzip, chunked", body=END), [400], [501]),
    "gzip": (post(b"Transfer-Encoding: gzip", body=END), [400], [501]),
    "xchunked": (post(b"Transfer-Encoding: xchunked", body=END), [400], [501]),
    "coding with tab": (post(b"Transfer-Encoding:\tchunked", body=END), [200], [501]),
    "coding with vertical tab": (post(b"Transfer-Encoding: \x0bchunked", body=END), [400], [501]),
    "coding in 1.0": (head(b"Host: a", CHUNKED, method=b"POST", version=b"1.0") + END, [400], [400]),
    "obs-fold": (get_(b"X-A: b\r\n c"), [400], [400]),
    "fold first": (b"GET /echo HTTP/1.1\r\n Host: a\r\n\r\n", [400], [400]),
    "NUL in value": (get_(b"X-A: b\0c"), [400], [400]),
    "NUL in name": (get_(b"X\0A: b"), [400], [400]),
    "NUL in target": (get_(target=b"/ec\0ho"), [400], [400]),
    "CR in value": (get_(b"X-A: b\rc"), [400], [400]),
    "bare LF after a field": (b"GET /echo HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", [400], [200]),
    "bare LF all": (b"GET /echo HTTP/1.1\nHost: a\n\n", [400], [200]),
    "bare CR": (b"GET /echo HTTP/1.1\rHost: a\r\r", [400], [400]),
    "name with space": (get_(b"X A: b"), [400], [400]),
    "name empty": (get_(b": b"), [400], [400]),
    "no colon": (get_(b"nonsense"), [400], [200]),
    "two hosts": (get_(b"Host: b"), [400], [400]),
    "no host": (head(), [400], [400]),
    "empty host": (head(b"Host:"), [400], [400]),
    "no host in 1.0": (head(version=b"1.0"), [400], [400]),
    "version 2.0": (get_(version=b"2.0"), [505], [505]),
    "version 1.2": (get_(version=b"1.2"), [400], [200]),
    "version 0.9": (get_(version=b"0.9"), [505], [400]),
    "version missing": (b"GET /echo\r\n\r\n", [505], None),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400], [400]),
    "lower-case method": (get_(method=b"get"), [400], [400]),
    "unknown method": (get_(method=b"FOO"), [400], [400]),
    "space in target": (get_(target=b"/echo /x"), [400], [400]),
    "target not ASCII": (get_(target=b"/\xff"), [400], [400]),
    "absolute target": (get_(target=b"http://a/echo"), [200], [200]),
    "connect": (get_(method=b"CONNECT", target=b"a:80"), [400], [400]),
    "line of 20 kB": (get_(target=b"/" + b"a" * 20_000), [414], [414]),
    "header of 100 kB": (get_(b"X: " + b"a" * 100_000), [431], [431]),
    "head of 17 kB": (get_(*(b"X-%d: " % n + b"a" * 1000 for n in range(17))), [431], [431]),
    "500 headers": (get_(*(b"X-%d: a" % n for n in range(500))), [431], [431]),
    "valid, then garbage": (get_() + b"garbage\r\n\r\n", [200], [200, 400]),
    "garbage": (b"garbage\r\n\r\n", [400], [400]),
    "TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400], [400]),
    "upgrade": (get_(b"Connection: upgrade", b"Upgrade: websocket") + get_(), [200], [200, 200]),
    "upgrade with body": (
        post(b"Connection: upgrade", b"Upgrade: h2c", b"Content-Length: 3", body=b"abc"),
        [400],
        [200],
    ),
    "empty lines first": (b"\r\n\r\n" + get_(), [200], [200]),
    "expect something": (get_(b"Expect: tea"), [200], [200]),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with gunicorn(tmp_path_factory.mktemp("hostile"), WORKERS="1", MAX_BODY_MB="1") as running:
        yield running


@pytest.fixture(scope="module")
def proxy(server):
    with nginx(server.port) as port:
        yield port


def answers(port: int) -> dict[str, list[int]]:
    """Try all cases side by side, as each is mostly a wait for a second answer that must not come."""
    with ThreadPoolExecutor(8) as pool:
        received = pool.map(lambda name: exchange(port, CASES[name][0], 0.7), CASES)
        return dict(zip(CASES, map(statuses, received), strict=True))


@pytest.fixture(scope="module")
def direct(server):
    return answers(server.port)


@pytest.fixture(scope="module")
def proxied(proxy):
    return answers(proxy)


@pytest.mark.parametrize("name", CASES)
def test_direct(direct, name):
    assert direct[name] == CASES[name][1]


@pytest.mark.parametrize("name", [name for name, (_, _, expected) in CASES.items() if expected is not None])
def test_through_nginx(proxied, name):
    assert proxied[name] == CASES[name][2]


TRAILER = post(CHUNKED, body=b"1\r\nx\r\n0\r\nX-Trailer: root\r\n\r\n").replace(b"/echo", b"/headers")
UNDERSCORE = get_(b"X-Forwarded-For: 1", b"X_Forwarded_For: 6").replace(b"/echo", b"/headers")


@pytest.mark.parametrize("data", [TRAILER, UNDERSCORE])
def test_forged_headers_reach_no_application(server, data):
    received = exchange(server.port, data, 0.3)
    assert statuses(received) == [200]
    assert b"root" not in received
    assert b"=6" not in received


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    options = ("-k", "uvicorn_worker.UvicornWorker")
    folder = tmp_path_factory.mktemp("stock")
    with gunicorn(folder, *options, application="tests.server.stock:app", WORKERS="1") as running:
        yield running


CONTROLS = ("two hosts", "no host", "head of 17 kB", "500 headers", "version 2.0", "valid, then garbage")


@pytest.mark.parametrize("name", CONTROLS)
def test_stock_uvicorn_answers_otherwise(stock, name):
    data, expected, _ = CASES[name]
    assert statuses(exchange(stock.port, data, 0.3)) != expected


def test_stock_uvicorn_takes_trailers_and_underscores(stock):
    assert b"x-trailer=root" in exchange(stock.port, TRAILER, 0.3)
    assert b"x_forwarded_for=6" in exchange(stock.port, UNDERSCORE, 0.3)


def test_pipelined_requests_are_bounded(server):
    received = exchange(server.port, get_(target=b"/sleep?s=0.05") * 200, 3)
    assert set(statuses(received)) == {200}
    assert 32 <= len(statuses(received)) < 40


def test_endless_chunk_framing_is_refused(server):
    extension = post(CHUNKED, body=b"1;" + b"x" * 2_000_000)
    assert statuses(exchange(server.port, extension, 1)) == [400]


def test_endless_trailer_is_refused(server):
    trailer = post(CHUNKED, body=b"1\r\nx\r\n0\r\nX: " + b"x" * 2_000_000)
    assert statuses(exchange(server.port, trailer, 1)) == [400]
