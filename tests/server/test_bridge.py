"""The shapes of WSGI responses and requests, under ``wsgiref.validate``."""

import contextvars
import io
import socket
import threading
import time
from wsgiref.validate import validator

import pytest
from tests.server.inside import inside
from tests.server.running import exchange, statuses, wait_until

pytestmark = pytest.mark.once

TEXT = [("Content-Type", "text/plain")]


def ask(port: int, lines: bytes = b"", *, method: bytes = b"GET", version: bytes = b"1.1", body: bytes = b"") -> bytes:
    head = b"%s / HTTP/%s\r\nHost: a\r\nConnection: close\r\n%s\r\n" % (method, version, lines)
    return exchange(port, head + body, 5)


def answer(application, **request) -> tuple[bytes, bytes]:
    """Return head and body (as sent, chunks and all) of the application's answer."""
    with inside(application) as running:
        head, _, body = ask(running.port, **request).partition(b"\r\n\r\n")
        return head.lower(), body


class Iterable:
    """Chunks with no length; notes that it was closed."""

    def __init__(self, *chunks, error: Exception | None = None) -> None:
        self.chunks, self.error, self.closed = chunks, error, False

    def __iter__(self):
        yield from self.chunks
        if self.error:
            raise self.error

    def close(self) -> None:
        self.closed = True


def returning(body, headers=(), status="200 OK"):
    @validator
    def application(environ, start_response):
        start_response(status, TEXT + list(headers))
        return body

    return application


def test_one_chunk_gets_a_length():
    def application(environ, start_response):
        start_response("200 OK", TEXT)
        return [b"hello"]

    head, body = answer(application)
    assert b"content-length: 5" in head
    assert body == b"hello"


def test_declared_length_is_kept():
    head, body = answer(returning([b"he", b"llo"], [("Content-Length", "5")]))
    assert b"content-length: 5" in head
    assert body == b"hello"


def test_several_chunks_are_chunked():
    head, body = answer(returning([b"he", b"llo"]))
    assert b"transfer-encoding: chunked" in head
    assert body == b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"


def test_several_chunks_end_with_the_connection_in_1_0():
    head, body = answer(returning([b"he", b"llo"]), version=b"1.0")
    assert b"transfer-encoding" not in head
    assert body == b"hello"


def test_empty_chunks_are_skipped():
    _, body = answer(returning([b"", b"he", b"", b"llo", b""]))
    assert body == b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"


def test_no_chunk_is_an_empty_body():
    head, body = answer(returning([]))
    assert b"content-length: 0" in head
    assert body == b""


def test_head_has_the_length_and_no_body():
    head, body = answer(returning([b""], [("Content-Length", "5")]), method=b"HEAD")
    assert b"content-length: 5" in head
    assert body == b""


def test_head_of_a_careless_application_has_no_body():
    def application(environ, start_response):
        start_response("200 OK", TEXT)
        return iter([b"he", b"llo"])

    _, body = answer(application, method=b"HEAD")
    assert body == b""


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_bodyless_status_has_no_body(status):
    def application(environ, start_response):
        start_response(status, [("Content-Length", "5")])
        return [b"hello"]

    head, body = answer(application)
    assert head.startswith(b"http/1.1 " + status[:3].encode())
    assert b"content-length" not in head
    assert b"transfer-encoding" not in head
    assert body == b""


def test_write_sends():
    @validator
    def application(environ, start_response):
        write = start_response("200 OK", TEXT)
        write(b"he")
        write(b"llo")
        return [b"!"]

    _, body = answer(application)
    assert body == b"2\r\nhe\r\n3\r\nllo\r\n1\r\n!\r\n0\r\n\r\n"


def test_lazy_application_may_start_with_its_first_chunk():
    def application(environ, start_response):
        start_response("201 Created", TEXT)
        yield b"lazy"

    head, body = answer(validator(application))
    assert head.startswith(b"http/1.1 201")
    assert body == b"4\r\nlazy\r\n0\r\n\r\n"


def test_start_response_twice_is_an_error():
    def application(environ, start_response):
        start_response("200 OK", TEXT)
        start_response("200 OK", TEXT)
        return [b""]

    head, _ = answer(application)
    assert head.startswith(b"http/1.1 500")


def test_error_may_replace_what_was_not_sent():
    def application(environ, start_response):
        start_response("200 OK", TEXT)
        try:
            raise ValueError
        except ValueError:
            import sys

            start_response("400 Bad Request", TEXT, sys.exc_info())
        return [b"sorry"]

    head, body = answer(validator(application))
    assert head.startswith(b"http/1.1 400")
    assert b"sorry" in body


def test_start_response_never_called_is_500():
    def application(environ, start_response):
        return [b"x"]

    head, _ = answer(application)
    assert head.startswith(b"http/1.1 500")


def test_error_before_the_first_byte_is_500_with_a_problem():
    body = Iterable(error=ValueError("no"))
    head, text = answer(returning(body))
    assert head.startswith(b"http/1.1 500")
    assert b"application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    assert b"ValueError" not in text
    assert body.closed


def test_error_after_the_first_byte_breaks_off():
    body = Iterable(b"half", error=ValueError("no"))
    _, text = answer(returning(body))
    assert text == b"4\r\nhalf\r\n"
    assert body.closed


@pytest.mark.parametrize("chunks", [[b"hell"], [b"hello!"], [b"hello", b"!"]])
def test_body_of_another_length_than_declared_is_500_before_it_is_sent(chunks):
    head, _ = answer(returning(Iterable(*chunks) if len(chunks[0]) >= 5 else chunks, [("Content-Length", "5")]))
    expected = b"500" if len(chunks[0]) >= 5 else b"200"
    assert head.startswith(b"http/1.1 " + expected)


@pytest.mark.parametrize(("chunks", "sent"), [([b"he", b"ll"], b"hell"), ([b"he", b"llo!"], b"he")])
def test_body_of_another_length_than_declared_breaks_off_after_it_has_begun(chunks, sent):
    _, body = answer(returning(chunks, [("Content-Length", "5")]))
    assert body == sent


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\0b"])
def test_control_character_in_a_header_is_500(value):
    def application(environ, start_response):
        start_response("200 OK", [("X-A", value)])
        return [b"x"]

    head, _ = answer(application)
    assert head.startswith(b"http/1.1 500")
    assert b"set-cookie" not in head


def test_headers_of_the_connection_are_ours():
    def application(environ, start_response):
        start_response("200 OK", [("Connection", "x"), ("Date", "never"), ("Server", "me"), ("X-A", "b")])
        return [b"x"]

    head, _ = answer(application)
    assert b"never" not in head
    assert b"server:" not in head
    assert b"connection: x" not in head
    assert b"x-a: b" in head


def test_every_answer_has_a_request_id():
    head, _ = answer(returning([b"x"]))
    assert b"x-request-id: " in head


def test_harmless_request_id_of_the_client_is_kept():
    head, _ = answer(returning([b"x"]), lines=b"X-Request-ID: mine-1\r\n")
    assert b"x-request-id: mine-1" in head


def test_harmful_request_id_of_the_client_is_replaced():
    head, _ = answer(returning([b"x"]), lines=b"X-Request-ID: <script>\r\n")
    assert b"script" not in head


def test_system_exit_does_not_cost_a_thread():
    def application(environ, start_response):
        raise SystemExit

    with inside(application, threads=1) as running:
        for _ in range(3):
            assert statuses(ask(running.port)) == [500]


def test_files_are_sent_whole():
    content = bytes(range(256)) * 4000

    def application(environ, start_response):
        start_response("200 OK", [*TEXT, ("Content-Length", str(len(content)))])
        return environ["wsgi.file_wrapper"](io.BytesIO(content))

    _, body = answer(application)
    assert body == content


# Requests


def seen(**request) -> dict:
    """Return the environ that a request makes, with the body read."""
    noted = {}

    @validator
    def application(environ, start_response):
        noted.update(environ)
        noted["body"] = environ["wsgi.input"].read(2_000_000)
        start_response("200 OK", TEXT)
        return [b""]

    with inside(application) as running:
        assert statuses(exchange(running.port, request.pop("data"), 5)) == [200]
    return noted


def test_chunked_body_is_the_body_with_its_measured_length():
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    chunked = seen(data=head + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")
    whole = seen(data=head + b"Content-Length: 5\r\n\r\nhello")
    assert chunked["body"] == whole["body"] == b"hello"
    assert chunked["CONTENT_LENGTH"] == whole["CONTENT_LENGTH"] == "5"
    assert "HTTP_TRANSFER_ENCODING" not in chunked
    assert chunked["wsgi.input_terminated"] is True


def test_trailers_reach_no_application():
    data = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    environ = seen(data=data + b"1\r\nx\r\n0\r\nAuthorization: root\r\n\r\n")
    assert "HTTP_AUTHORIZATION" not in environ


def test_names_with_underscore_do_not_merge():
    claims = b"X-Forwarded-For: 1.1.1.1\r\nX_Forwarded_For: 6.6.6.6\r\n"
    data = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + claims + b"\r\n"
    assert seen(data=data)["HTTP_X_FORWARDED_FOR"] == "1.1.1.1"


def test_repeated_headers_are_joined():
    lines = b"X-A: 1\r\nX-A: 2\r\nCookie: a=1\r\nCookie: b=2\r\nProxy: http://evil\r\n"
    environ = seen(data=b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + lines + b"\r\n")
    assert environ["HTTP_X_A"] == "1,2"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert "HTTP_PROXY" not in environ


def test_path_is_decoded_and_target_is_raw():
    environ = seen(data=b"GET /caf%C3%A9/a%2Fb?q=%20x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/café/a/b"
    assert environ["QUERY_STRING"] == "q=%20x"
    assert environ["RAW_URI"] == "/caf%C3%A9/a%2Fb?q=%20x"
    assert environ["SCRIPT_NAME"] == ""


def test_absolute_target_names_the_host():
    environ = seen(data=b"GET http://b:81/x?y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert (environ["PATH_INFO"], environ["QUERY_STRING"], environ["HTTP_HOST"]) == ("/x", "y", "b:81")


def test_large_body_arrives_through_a_file():
    body = b"x" * 1_000_000
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n"
    assert seen(data=head + body)["body"] == body


def test_each_request_has_a_fresh_context():
    variable = contextvars.ContextVar("variable", default="clean")

    def application(environ, start_response):
        start_response("200 OK", TEXT)
        before = variable.get()
        variable.set("dirty")
        return [before.encode()]

    with inside(application, threads=1) as running:
        assert [ask(running.port)[-5:] for _ in range(3)] == [b"clean"] * 3


# Streams


def test_stream_comes_while_it_is_made():
    go_on = threading.Event()

    def application(environ, start_response):
        start_response("200 OK", TEXT)
        yield b"first"
        go_on.wait(5)
        yield b"second"

    with inside(application) as running, socket.create_connection(("127.0.0.1", running.port), 5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        received = b""
        while b"first" not in received:
            received += client.recv(1000)
        assert b"second" not in received
        go_on.set()
        while not received.endswith(b"0\r\n\r\n"):
            received += client.recv(1000)
        assert b"second" in received


def test_response_is_closed_soon_after_the_client_left():
    body = Iterable()

    def endless(environ, start_response):
        start_response("200 OK", TEXT)
        body.chunks = (time.sleep(0.02) or b"x" for _ in iter(int, 1))
        return body

    with inside(endless) as running:
        with socket.create_connection(("127.0.0.1", running.port), 5) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            client.recv(1000)
        wait_until(lambda: body.closed, 1, "the iterable is closed")


def test_question_of_a_client_that_left_is_not_asked():
    asked = []
    free = threading.Event()

    def application(environ, start_response):
        asked.append(environ["PATH_INFO"])
        free.wait(5)
        start_response("200 OK", TEXT)
        return [b"x"]

    with inside(application, threads=1) as running:
        with socket.create_connection(("127.0.0.1", running.port)) as first:
            first.sendall(b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
            wait_until(lambda: asked, 2, "the thread is busy")
            with socket.create_connection(("127.0.0.1", running.port)) as second:
                second.sendall(b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
                time.sleep(0.2)
            time.sleep(0.2)
            free.set()
            assert statuses(first.recv(1000)) == [200]
        time.sleep(0.2)
        assert asked == ["/first"]


def test_slow_reader_gets_the_same_bytes_and_holds_no_thread():
    pieces = [bytes([number % 256]) * 100_000 for number in range(300)]

    def application(environ, start_response):
        length = str(sum(map(len, pieces)))
        if environ["PATH_INFO"] == "/":
            pieces_wanted = pieces
        else:
            pieces_wanted, length = [b"quick"], "5"
        start_response("200 OK", [*TEXT, ("Content-Length", length)])
        return iter(pieces_wanted)

    with inside(application, threads=2) as running:
        slow = [socket.create_connection(("127.0.0.1", running.port), 10) for _ in range(6)]
        for client in slow[:2]:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        time.sleep(1)
        for client in slow[2:4]:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        time.sleep(1)
        quick = exchange(running.port, b"GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 2)
        assert quick.endswith(b"quick")
        received = b""
        while piece := slow[0].recv(1 << 20):
            received += piece
        assert received.partition(b"\r\n\r\n")[2] == b"".join(pieces)
        for client in slow:
            client.close()


def test_event_stream_ends_whole_when_the_worker_drains():
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        while True:
            yield b"data: tick\n\n"
            time.sleep(0.05)

    with inside(application) as running, socket.create_connection(("127.0.0.1", running.port), 5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        received = client.recv(1000)
        running.server.should_exit = True
        while piece := client.recv(1000):
            received += piece
        assert received.endswith(b"0\r\n\r\n")


def test_deadline_is_503_with_retry_after():
    def application(environ, start_response):
        time.sleep(2)
        start_response("200 OK", TEXT)
        return [b"late"]

    with inside(application, deadline_s=0.3) as running:
        began_at = time.monotonic()
        received = ask(running.port)
        assert statuses(received) == [503]
        assert b"retry-after: 1" in received
        assert time.monotonic() - began_at < 1.5


def test_full_house_is_503_at_once():
    free = threading.Event()

    def application(environ, start_response):
        free.wait(10)
        start_response("200 OK", TEXT)
        return [b"x"]

    with inside(application, threads=2) as running:
        waiting = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(4)]
        for client in waiting:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.3)
        began_at = time.monotonic()
        received = ask(running.port)
        assert statuses(received) == [503]
        assert b"retry-after: 1" in received
        live = exchange(running.port, b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert time.monotonic() - began_at < 0.5
        assert statuses(live) == [200]
        free.set()
        assert [statuses(client.recv(1000)) for client in waiting] == [[200]] * 4
        for client in waiting:
            client.close()
