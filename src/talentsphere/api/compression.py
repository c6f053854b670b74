"""Compression as the client weighs it: zstd, Brotli or gzip, and never what it refuses."""

from __future__ import annotations

import functools

from flask import Flask, Request, Response, request
from flask_compress import Compress
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

ENCODINGS = ("zstd", "br", "gzip")
"""Best first, among those that a client likes equally."""
FOR_EVER = "/static/"
"""Addresses of files that never change."""


class Compression(Compress):
    """Flask-Compress, told one encoding: by itself it gives gzip to a client that says ``gzip;q=0``.

    What never changes is compressed once for each encoding; what says ``no-transform`` (a secret) not at all.
    """

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        self.cache, self.cache_key = KeptBodies(), _name_to_keep

    def after_request(self, response: Response | None) -> Response:
        if response is not None and response.cache_control.no_transform:
            return response
        request.environ["HTTP_ACCEPT_ENCODING"] = understood(request.headers.get("Accept-Encoding", ""))
        compressed: Response = super().after_request(response)
        is_asked = "HTTP_IF_NONE_MATCH" in request.environ and request.method in ("GET", "HEAD")
        if is_asked:
            compressed.make_conditional(request)
        return compressed


class KeptBodies(dict[str, bytes]):
    """Flask-Compress's cache: keeps the bodies that have a name, so at most each static file in each encoding."""

    def set(self, key: str, body: bytes) -> None:
        if not key.endswith(";"):
            self[key] = body


def _name_to_keep(request: Request) -> str:
    """Return the address, which holds the content's hash, or nothing for a body that may change."""
    return request.path if request.path.startswith(FOR_EVER) else ""


@functools.lru_cache(maxsize=256)
def understood(accept_encoding: str) -> str:
    """Return the encoding that a client with this header wants; there are few of them."""
    return chosen_encoding(parse_accept_header(accept_encoding, Accept))


def chosen_encoding(accepted: Accept) -> str:
    """Return the encoding that ``accepted`` gives most weight, ``identity`` when it likes none better."""
    best = max(ENCODINGS, key=accepted.quality)
    plain = accepted.quality("identity") if "identity" in accepted.values() else 0
    return best if accepted.quality(best) > 0 and accepted.quality(best) >= plain else "identity"
