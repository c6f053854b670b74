"""A small WSGI application with the shapes that the server must carry; knows nothing of the product."""

import hashlib
import os
import time
from urllib.parse import parse_qs

closed: list[str] = []


def app(environ, start_response):
    """Dispatch on the first segment of the path."""
    name = environ["PATH_INFO"].strip("/").split("/")[0] or "home"
    return ROUTES.get(name, missing)(environ, start_response)


def query(environ):
    return {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}


def text(start_response, body, status="200 OK"):
    body = body if isinstance(body, bytes) else body.encode()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def home(environ, start_response):
    return text(start_response, "home")


def missing(environ, start_response):
    return text(start_response, "missing", "404 Not Found")


def echo(environ, start_response):
    """Say who asked what: the checker compares it with what it sent."""
    body = environ["wsgi.input"].read()
    digest = hashlib.sha256(body).hexdigest()[:16]
    said = f"{environ['REQUEST_METHOD']} {environ['QUERY_STRING']} {environ.get('CONTENT_LENGTH', '-')} {digest}"
    return text(start_response, said)


def sleep(environ, start_response):
    time.sleep(float(query(environ).get("s", 2)))
    return text(start_response, query(environ).get("token", "slept"))


def spin(environ, start_response):
    """Hold a core for about that many milliseconds of work."""
    until = time.thread_time() + float(query(environ).get("ms", 20)) / 1000
    while time.thread_time() < until:
        pass
    return text(start_response, "spun")


def hang(environ, start_response):
    """Hold the GIL, so that not even the loop runs."""
    import re

    re.match(r"(a+)+$", "a" * 64 + "b")
    return text(start_response, "never")


grown = []


def grow(environ, start_response):
    """Keep that many megabytes."""
    grown.append(b"x" * (int(query(environ)["mb"]) << 20))
    return text(start_response, "grown")


def headers(environ, start_response):
    lines = [f"{name}={value}" for name, value in sorted(environ.items()) if name.startswith("HTTP_")]
    names = (
        "PATH_INFO",
        "QUERY_STRING",
        "RAW_URI",
        "SERVER_NAME",
        "SERVER_PORT",
        "REMOTE_ADDR",
        "SERVER_PROTOCOL",
    )
    lines += [f"{name}={environ[name]}" for name in names]
    return text(start_response, "\n".join(lines).encode("latin-1"))


def pid(environ, start_response):
    return text(start_response, str(os.getpid()))


class Chunks:
    """An iterable that leaves a note when it is closed."""

    def __init__(self, chunks, token):
        self._chunks, self._token = iter(chunks), token

    def __iter__(self):
        return self._chunks

    def close(self):
        closed.append(self._token)


def stream(environ, start_response):
    wanted = query(environ)
    size, count, pause_s = (
        int(wanted.get("size", 1000)),
        int(wanted.get("n", 10)),
        float(wanted.get("pause", 0)),
    )
    start_response("200 OK", [("Content-Type", "application/octet-stream")])

    def chunks():
        for number in range(count):
            yield bytes([number % 251]) * size
            if pause_s:
                time.sleep(pause_s)

    return Chunks(chunks(), wanted.get("token", "?"))


def events(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream")])

    def ticks():
        while True:
            yield b"data: tick\n\n"
            time.sleep(0.2)

    return Chunks(ticks(), query(environ).get("token", "?"))


def closings(environ, start_response):
    return text(start_response, " ".join(closed))


def crash(environ, start_response):
    raise ValueError("the application fails")


def breaks(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"half"
    raise ValueError("the application fails midway")


ROUTES = {
    function.__name__: function
    for function in (
        home, echo, sleep, spin, hang, grow, headers, pid, stream, events, closings, crash, breaks,
    )
}  # fmt: skip
