"""JSON as the product writes it: orjson, times in RFC 3339 UTC with ``Z``, no decimals."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider

from talentsphere.telemetry.timing import serializing

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_NON_STR_KEYS
MIMETYPE = "application/json"


def to_json(value: Any) -> bytes:
    """Encode ``value``; a type that has no JSON form raises."""
    return orjson.dumps(value, default=_encode, option=OPTIONS)


def json_response(value: Any, status: int = 200) -> Response:
    """Return ``value`` as a JSON response."""
    with serializing():
        body = to_json(value)
    return Response(body, status, mimetype=MIMETYPE)


def secret_response(value: Any, status: int = 200) -> Response:
    """Return an answer that holds a secret: nobody may keep it, and it is not compressed (its length would tell)."""
    response = json_response(value, status)
    response.headers["Cache-Control"] = "no-store, no-transform"
    return response


class OrjsonProvider(JSONProvider):
    """Flask's JSON by orjson."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        return to_json(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        return json_response(self._prepare_response_obj(args, kwargs))


def _encode(value: Any) -> Any:
    raise TypeError(f"a {type(value).__name__} has no JSON form")
