"""The WSGI environ of a request, as PEP 3333 says and ``wsgiref.validate`` checks."""

from __future__ import annotations

import io
import sys
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import FileWrapper

from uvicorn._types import HTTPScope

from talentsphere.api.request_id import ENVIRON_KEY
from talentsphere.server.door import Head

UNMERGED = frozenset((b"content-type", b"content-length", b"transfer-encoding", b"proxy"))
"""Headers that do not become ``HTTP_...``; ``Proxy`` would set ``HTTP_PROXY``, which libraries believe."""


def build_environ(head: Head, request_id: bytes, scope: HTTPScope, body: IO[bytes] | None) -> dict[str, Any]:
    """Return the environ; a chunked body has the length that was measured."""
    path, _, query = head.target.partition(b"?")
    address, port = _server_of(scope)
    client = scope["client"]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "RAW_URI": head.target.decode("latin-1"),
        "SERVER_NAME": address,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{head.version}",
        "REMOTE_ADDR": client[0] if client else "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO() if body is None else body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": FileWrapper,
        ENVIRON_KEY: request_id.decode(),
    }
    if client:
        environ["REMOTE_PORT"] = str(client[1])
    if body is not None:
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
    _add_headers(environ, head)
    return environ


def _server_of(scope: HTTPScope) -> tuple[str, str]:
    """Return name and port; on a unix socket there are none, and the socket's path must not leak."""
    server = scope["server"]
    if server is None or server[1] is None:
        return "localhost", "80"
    return server[0], str(server[1])


def _add_headers(environ: dict[str, Any], head: Head) -> None:
    for name, value in head.headers:
        text = value.decode("latin-1")
        if name in UNMERGED:
            if name == b"content-type":
                environ["CONTENT_TYPE"] = text
            continue
        key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        if key in environ:
            separator = "; " if key == "HTTP_COOKIE" else ","
            text = f"{environ[key]}{separator}{text}"
        environ[key] = text
