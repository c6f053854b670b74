"""Strict input: what is unknown or malformed is refused with a suggestion (v2), or ignored with a warning (v1)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import Request, g, request
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.core import is_json, missing, parse_json
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from talentsphere.errors import InvalidInput, InvalidQuery

REMEMBERED, REMEMBERED_LENGTH = 1024, 512
"""Queries that a process remembers, and the longest of them in bytes: at most a few megabytes."""
FORMS = ("", "application/x-www-form-urlencoded")
NO_TEXT = re.compile(rb"\\u(0000|d[89a-f])", re.IGNORECASE)
"""How a body can spell a character that is none; most bodies need no closer look."""
UNKNOWN = Schema.error_messages.get("unknown", "Unknown field.")


class StrictParser(FlaskParser):
    """webargs with our errors: 400 for a query, 422 for a body."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self._parsed: dict[tuple[Schema, bytes], dict[str, Any]] = {}

    def parse(self, argmap: Any, req: Request | None = None, **kwargs: Any) -> Any:
        """Parse, once for each query: the same text means the same until the process ends."""
        text = request.query_string
        if kwargs.get("location") != "query" or len(text) > REMEMBERED_LENGTH or "ignored_parameters" in g:
            return super().parse(argmap, req, **kwargs)
        parsed = self._parsed.get((argmap, text))
        if parsed is None:
            parsed = super().parse(argmap, req, **kwargs)
            if len(self._parsed) >= REMEMBERED:
                self._parsed.clear()
            self._parsed[argmap, text] = parsed
        return dict(parsed)

    def _raw_load_json(self, req: Request) -> Any:
        """Read the body; JSON that curl calls a form is JSON too: there is no cookie that a form could use."""
        body: bytes = req.get_data(cache=True)
        if not (is_json(req.mimetype) or (req.mimetype in FORMS and body.lstrip()[:1] in (b"{", b"["))):
            return missing
        found = parse_json(body)
        if NO_TEXT.search(body):
            _refuse_no_text(found)
        return found

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        return self.checked(req.args, schema)

    def checked(self, given: MultiDict[str, str], schema: Schema) -> MultiDictProxy:
        """Return the query for ``schema``, or refuse what no parameter can mean."""
        errors = [{"parameter": name, "detail": detail} for name, detail in _impossible(given, schema)]
        if errors:
            raise InvalidQuery(_summary(errors), errors=errors)
        return MultiDictProxy(given, schema)

    def handle_error(
        self,
        error: ValidationError,
        _req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> NoReturn:
        messages: Any = error.messages
        location, found = next(iter(messages.items()))
        if location == "query":
            errors = query_errors(found, schema)
            raise InvalidQuery(_summary(errors), errors=errors)
        errors = body_errors(found, schema)
        raise InvalidInput(_summary(errors), errors=errors)

    def _handle_invalid_json_error(self, error: Any, req: Request, *_args: Any, **_kwargs: Any) -> NoReturn:  # noqa: ARG002
        raise BadRequest("the body is not valid JSON") from error


class LenientParser(StrictParser):
    """As ``StrictParser``, but a query goes on without its bad parameters, and the answer warns of each."""

    def parse(self, argmap: Any, req: Request | None = None, **kwargs: Any) -> Any:
        while True:
            try:
                return super().parse(argmap, req, **kwargs)
            except InvalidQuery as refusal:
                self._ignore(refusal, argmap)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        ignored = g.get("ignored_parameters", frozenset())
        kept = [(name, value) for name, value in req.args.items(multi=True) if name not in ignored]
        return self.checked(MultiDict(kept), schema)

    def _ignore(self, refusal: InvalidQuery, schema: Schema) -> None:
        """Ignore the parameters that were refused; raise again when the view cannot do without one."""
        ignored: frozenset[str] = g.get("ignored_parameters", frozenset())
        required = {field.data_key or name for name, field in schema.fields.items() if field.required}
        harmless = request.args.keys() - ignored - required
        errors = [error for error in refusal.extras["errors"] if error.get("parameter") in harmless]
        if not errors:
            raise refusal
        g.ignored_parameters = ignored | {error["parameter"] for error in errors}
        for error in errors:
            warn(f"{error['parameter']} was ignored: {error['detail']}{_suggestion(error)}")


def _refuse_no_text(value: Any, pointer: str = "#") -> None:
    """Raise for the first text of a body that no database stores and no UTF-8 says: NUL, half a surrogate pair."""
    if isinstance(value, str) and re.search("[\0\ud800-\udfff]", value):
        error = {"pointer": pointer, "detail": "must not hold the character NUL or half a surrogate pair"}
        raise InvalidInput(_summary([error]), errors=[error])
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        _refuse_no_text(name, pointer)
        _refuse_no_text(part, f"{pointer}/{name}")


def _impossible(given: MultiDict[str, str], schema: Schema) -> Iterator[tuple[str, str]]:
    """Give (parameter, reason) of each that is given too often, or holds what no text in a database may."""
    known = {field.data_key or name: field for name, field in schema.fields.items()}
    for name, values in sorted(given.lists()):
        field = known.get(name)
        if field is not None and "\0" in "".join(values):
            yield name, "must not hold the character NUL"
        elif field is not None and len(values) > 1 and not isinstance(field, fields.List):
            yield name, "was given more than once"


def warn(text: str) -> None:
    """Add a sentence to ``meta.warnings`` of the current v1 answer."""
    g.setdefault("warnings", []).append(text)


def warnings() -> list[str]:
    """Return the sentences for ``meta.warnings``."""
    found: list[str] = g.get("warnings", [])
    return found


def suggest(name: str, known: Any) -> str | None:
    """Return the known name that ``name`` was probably meant to be."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def query_errors(messages: Mapping[str, Any], schema: Schema) -> list[dict[str, str]]:
    """Return one error for each bad parameter, in alphabetical order."""
    known = [field.data_key or name for name, field in schema.fields.items()]
    errors = []
    for name in sorted(map(str, messages)):
        detail = _first(messages[name])
        if name == "_schema":
            errors.append({"detail": detail})
        elif detail == UNKNOWN:
            errors.append(_with_suggestion({"parameter": name, "detail": "unknown parameter"}, name, known))
        else:
            errors.append({"parameter": name, "detail": detail})
    return errors


def body_errors(messages: Mapping[str, Any], schema: Schema) -> list[dict[str, str]]:
    """Return one error for each bad field of a body, with its JSON pointer."""
    known = [field.data_key or name for name, field in schema.fields.items()]
    errors = []
    for path, detail in _flat(messages):
        pointer = "#/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)
        error = {"pointer": "#" if path == ("_schema",) else pointer, "detail": detail}
        errors.append(_with_suggestion(error, path[-1], known) if detail == UNKNOWN else error)
    return errors


def _summary(errors: list[dict[str, str]]) -> str:
    """Say the first mistake in a sentence; the others are counted."""
    first = errors[0]
    where = first.get("parameter") or first.get("pointer")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{f'{where}: ' if where else ''}{first['detail']}{_suggestion(first)}{more}"


def _flat(messages: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _flat(inner, (*path, str(name)))
    else:
        yield path, _first(messages)


def _first(messages: Any) -> str:
    while isinstance(messages, Mapping):
        messages = next(iter(messages.values()))
    return str(messages[0] if isinstance(messages, list) else messages)


def _with_suggestion(error: dict[str, str], name: str, known: list[str]) -> dict[str, str]:
    meant = suggest(name, known)
    return {**error, "did_you_mean": meant} if meant else error


def _suggestion(error: Mapping[str, str]) -> str:
    return f"; did you mean {error['did_you_mean']}?" if "did_you_mean" in error else ""
