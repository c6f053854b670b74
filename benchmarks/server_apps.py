"""The least that an application can do, three times."""

from flask import Flask

BODY = b'{"status":"ok"}'


async def constant(scope, _receive, send):
    """ASGI."""
    if scope["type"] == "http":
        headers = [(b"content-type", b"application/json"), (b"content-length", b"15")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": BODY})


def plain(_environ, start_response):
    """WSGI."""
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "15")])
    return [BODY]


flask_app = Flask("trivial")


@flask_app.get("/")
def trivial():
    return BODY, {"Content-Type": "application/json"}
