"""Statements, counted per request; the slow ones are logged by fingerprint and never with a parameter.

A statement lasts until its driver returns or refuses it. SQLite runs on while its rows are fetched, so there a
list that is slow to fetch looks quicker than it is; the time of the whole request has it.
"""

from __future__ import annotations

import hashlib
import re
import time
from typing import Any

import structlog
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from talentsphere.telemetry.timing import current_timing

MAX_LOGGED = 500
_STRING = re.compile(r"'(?:[^']|'')*'")
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
_LIST = re.compile(r"\((?:\s*(?:\?|%\(\w+\)s)\s*,)+\s*(?:\?|%\(\w+\)s)\s*\)")
_SPACE = re.compile(r"\s+")

log = structlog.get_logger(__name__)


def observe_statements(engine: Engine, slow_ms: float) -> None:
    """Count and time every statement of ``engine``, failed ones too; log those of ``slow_ms`` or more."""

    @event.listens_for(engine, "before_cursor_execute")
    def begin(_connection: Any, _cursor: Any, _sql: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.began = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def end(_connection: Any, _cursor: Any, sql: str, _parameters: Any, context: Any, many: bool) -> None:
        took_s = _note(context)
        if took_s * 1000 >= slow_ms and not many:  # a batch of a thousand rows is not a slow statement
            _log(sql, took_s)

    @event.listens_for(engine, "handle_error")
    def fail(failure: ExceptionContext) -> None:
        if failure.statement is None or not hasattr(failure.execution_context, "began"):
            return  # it was not sent
        took_s = _note(failure.execution_context)
        if took_s * 1000 >= slow_ms:
            _log(failure.statement, took_s)


def _note(context: Any) -> float:
    """Count one statement of the request and return the seconds that it took."""
    took_s: float = time.perf_counter() - context.began
    del context.began  # an error while its rows are fetched does not count it again
    timing = current_timing()
    if timing is not None:
        timing.statements += 1
        timing.db_s += took_s
    return took_s


def _log(sql: str, took_s: float) -> None:
    shape, timing = normalized(sql), current_timing()
    log.warning(
        "slow_query",
        fingerprint=fingerprint(shape),
        request_id=timing.request_id if timing else None,
        ms=round(took_s * 1000, 1),
        sql=shape[:MAX_LOGGED],
    )


def normalized(statement: str) -> str:
    """Return the statement's shape: no literals, no lengths of lists, single spaces."""
    without_literals = _NUMBER.sub("?", _STRING.sub("?", statement))
    return _SPACE.sub(" ", _LIST.sub("(?)", without_literals)).strip()


def fingerprint(shape: str) -> str:
    """Return the short name of a statement's shape."""
    return hashlib.blake2s(shape.encode(), digest_size=8).hexdigest()
