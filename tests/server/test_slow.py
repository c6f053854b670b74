"""Slow senders and readers hold sockets, never threads, and not for ever."""

import contextlib
import socket
import statistics
import threading
import time

import pytest
from tests.server.attempts import one_of_three
from tests.server.running import exchange, get, gunicorn, nginx, statuses, wait_until

pytestmark = pytest.mark.server

HALF_HEAD = b"POST /echo HTTP/1.1\r\nHost: a\r\nX-Half: "
HALF_BODY = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nhalf"
ASKS_MUCH = b"GET /stream?n=300&size=100000 HTTP/1.1\r\nHost: a\r\n\r\n"


@contextlib.contextmanager
def crowd(port: int, shapes: dict[bytes, int], drip_s: float | None = 0.5):
    """Connections that each send their bytes and then one byte now and then; they never read."""
    clients = []
    for data, count in shapes.items():
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", port), 10)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(data)
            clients.append(client)
    stopping = threading.Event()

    def drip() -> None:
        while not stopping.wait(drip_s):
            for client in clients:
                with contextlib.suppress(OSError):
                    client.send(b"x")

    thread = threading.Thread(target=drip)
    if drip_s:
        thread.start()
    try:
        yield clients
    finally:
        stopping.set()
        if drip_s:
            thread.join()
        for client in clients:
            client.close()


def others_s(port: int, count: int = 30) -> list[float]:
    """Return how long other clients wait, each on a connection of its own."""
    waits = []
    for _ in range(count):
        began_at = time.monotonic()
        assert get(port, "/echo", 5)[0] == 200
        waits.append(time.monotonic() - began_at)
    return sorted(waits)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    # The crowd drips for longer than a client may take in production.
    with gunicorn(tmp_path_factory.mktemp("slow"), WORKERS="1", CLIENT_TIMEOUT_S="60") as running:
        yield running


@one_of_three
def test_200_slow_senders_do_not_delay_others_behind_nginx(server, tmp_path):
    with nginx(server.port) as port:
        alone = statistics.median(others_s(port))
        with crowd(port, {HALF_HEAD: 100, HALF_BODY: 100}):
            crowded = statistics.median(others_s(port))
        assert crowded < 3 * alone + 0.02


@one_of_three
def test_slow_senders_and_idle_connections_do_not_delay_others_at_the_port(server):
    with crowd(server.port, {HALF_HEAD: 170, HALF_BODY: 170, b"": 160}):
        waits = others_s(server.port, 12)
    assert waits[len(waits) // 2] < 0.1


def test_gthread_answers_nobody_beside_slow_senders(tmp_path):
    """The control: threads that read bodies are all taken."""
    with (
        gunicorn(tmp_path, "-k", "gthread", WORKERS="1", THREADS="8") as server,
        crowd(server.port, {HALF_BODY: 64}),
        pytest.raises(TimeoutError),
    ):
        get(server.port, "/echo", 1.5)


@one_of_three
def test_slow_readers_do_not_delay_others(server):
    with crowd(server.port, {ASKS_MUCH: 20}, drip_s=None):
        time.sleep(2)
        waits = others_s(server.port, 12)
    assert waits[len(waits) // 2] < 0.5


@pytest.mark.full
@one_of_three
def test_60_slow_readers_do_not_delay_others(server):
    with crowd(server.port, {ASKS_MUCH: 60}, drip_s=None):
        time.sleep(10)
        waits = others_s(server.port, 12)
    assert waits[len(waits) // 2] < 0.5


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    with gunicorn(tmp_path_factory.mktemp("impatient"), WORKERS="1", CLIENT_TIMEOUT_S="1", MAX_BODY_MB="1") as running:
        yield running


@pytest.mark.parametrize("data", [HALF_HEAD, HALF_BODY])
def test_sender_without_progress_gets_408(impatient, data):
    assert statuses(exchange(impatient.port, data, 5)) == [408]


def test_dripping_head_ends(impatient):
    with crowd(impatient.port, {HALF_HEAD: 1}, drip_s=0.3) as (client,):
        client.settimeout(5)
        assert statuses(client.recv(1000)) == [408]


def test_steady_body_may_take_longer_than_the_timeout(impatient):
    head = b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
    with socket.create_connection(("127.0.0.1", impatient.port), 10) as client:
        client.sendall(head)
        for _ in range(5):
            time.sleep(0.5)
            client.sendall(b"x")
        assert statuses(client.recv(1000)) == [200]


def test_too_large_body_is_refused_and_the_answer_arrives(impatient):
    body = b"x" * 20_000_000
    head = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n"
    for _ in range(20):
        assert 413 in refused_upload(impatient.port, head, body)


def test_too_large_chunked_body_is_refused_and_the_answer_arrives(impatient):
    head = b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ in range(20):
        assert 413 in refused_upload(impatient.port, head, b"10000\r\n" + b"x" * 65536 + b"\r\n", times=300)


def refused_upload(port: int, head: bytes, body: bytes, times: int = 1) -> list[int]:
    """Upload like a client that reads only when it has sent, or can send no more."""
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(head)
        with contextlib.suppress(ConnectionError):
            for _ in range(times):
                client.sendall(body)
        received = b""
        with contextlib.suppress(ConnectionError):
            while piece := client.recv(65536):
                received += piece
    return statuses(received)


def test_client_that_left_frees_what_it_held(server):
    with crowd(
        server.port, {b"GET /stream?n=100000&size=10&pause=0.01&token=gone HTTP/1.1\r\nHost: a\r\n\r\n": 1}, None
    ):
        time.sleep(0.3)
    wait_until(lambda: b"gone" in get(server.port, "/closings")[2], 2, "the iterable is closed")
