"""A client that compares every answer with the OpenAPI document of the running application."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

PROBLEM = "application/problem+json"
BODILESS = {204, 304}
TEXT = re.compile(r"text/|image/")


class ContractClient(FlaskClient):
    """Flask's client; an answer that the document does not foresee fails the test."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        check_response(self.application, response)
        return response


def check_response(app: Flask, response: TestResponse) -> None:
    """Raise ``AssertionError`` unless path, status, content type and body are documented."""
    request = response.request
    wanted = f"{request.method} {request.path} answered {response.status_code}"
    operation = _operation(app, request.method, request.path)
    if operation is None:
        assert response.status_code >= 300, f"{wanted}: no such operation is documented"
    if response.status_code in BODILESS or request.method in ("HEAD", "OPTIONS"):
        assert operation is None or response.status_code >= 400 or documented(app, operation, response.status_code), (
            wanted
        )
        assert response.data == b"" or request.method == "OPTIONS", f"{wanted} with a body"
        return
    is_whole = "fields" not in request.args
    check_body(app, operation, response.status_code, response.mimetype, decoded(response), wanted, is_whole)


def check_body(
    app: Flask, operation: Any, status: int, mimetype: str, body: bytes, wanted: str, is_whole: bool
) -> None:
    """Raise unless the operation (None: whatever refuses an unknown address) documents this body.

    ``is_whole``: nobody asked for less with ``fields=``, so of two alternatives only the first will do.
    """
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if operation is not None:
        found = documented(app, operation, status)
        assert found is not None, f"{wanted}: the status is not documented"
        content = found.get("content", {})
    elif 300 <= status < 400:
        return
    assert mimetype in content, f"{wanted}: {mimetype} is not documented, only {sorted(content)}"
    if TEXT.match(mimetype):
        return
    schema = content[mimetype]["schema"]
    if is_whole and "anyOf" in schema:
        schema = schema["anyOf"][0]
    mistakes = [error.message for error in _validator(app, json.dumps(schema)).iter_errors(json.loads(body))]
    assert mistakes == [], f"{wanted}: {mistakes[:3]}"


def document_of(app: Flask) -> dict[str, Any]:
    """Return the document as clients get it."""
    return _document(app)


def documented(app: Flask, operation: Mapping[str, Any], status: int) -> dict[str, Any] | None:
    """Return the response object for ``status``; ``default`` stands for errors only."""
    responses = operation["responses"]
    found = responses.get(str(status)) or (responses.get("default") if status >= 400 else None)
    if found and "$ref" in found:
        return document_of(app)["components"]["responses"][found["$ref"].rpartition("/")[2]]
    return found


def documented_path(rule: str) -> str:
    """Return a URL rule as the document writes it."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)


def decoded(response: TestResponse) -> bytes:
    """Return the body without its content encoding."""
    return _DECODERS[response.headers.get("Content-Encoding", "identity")](response.data)


def _operation(app: Flask, method: str, path: str) -> dict[str, Any] | None:
    adapter = app.url_map.bind("localhost")
    method = "GET" if method in ("HEAD", "OPTIONS") else method
    try:
        rule, _ = adapter.match(path, method, return_rule=True)
    except (HTTPException, RequestRedirect):
        return None
    item = document_of(app)["paths"].get(documented_path(rule.rule))
    assert item is not None and method.lower() in item, f"{method} {rule.rule} is not documented"
    return item[method.lower()]


def _unzstd(data: bytes) -> bytes:
    from backports import zstd

    return zstd.decompress(data)


def _unbr(data: bytes) -> bytes:
    import brotli

    return brotli.decompress(data)


def _gunzip(data: bytes) -> bytes:
    import gzip

    return gzip.decompress(data)


_DECODERS = {"identity": bytes, "gzip": _gunzip, "br": _unbr, "zstd": _unzstd}


@functools.cache
def _document(app: Flask) -> dict[str, Any]:
    from werkzeug.test import Client

    found: dict[str, Any] = Client(app).get("/api/openapi.json").get_json()
    return found


@functools.cache
def _validator(app: Flask, schema: str) -> Draft202012Validator:
    """Return a validator in which the document's own references resolve, and formats count."""
    whole = {**json.loads(schema), "components": document_of(app)["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
