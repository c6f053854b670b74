"""What is particular to PostgreSQL: time limits that are asserted on every new connection."""

from __future__ import annotations

import sys
import time
import weakref
from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import ExceptionContext

from talentsphere.settings import Settings, SettingsError

LOCK_TIMEOUT_MS = 5_000
IDLE_IN_TRANSACTION_MS = 60_000
FRESH_S = 1.0
_OF_VALUES = ("22", "23", "44")
"""Classes of SQLSTATE whose messages quote values: bad data, violated constraints."""

_used_at: weakref.WeakKeyDictionary[Any, float] = weakref.WeakKeyDictionary()


def _limits(settings: Settings) -> dict[str, int]:
    """Milliseconds of each time limit."""
    return {
        "statement_timeout": int(settings.db_statement_timeout_s * 1000),
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
    }


def connect_args(settings: Settings) -> dict[str, Any]:
    """Arguments of libpq: limits, UTC, and no plans that a request of milliseconds cannot earn back.

    The last is about prepared statements alone: left to itself, PostgreSQL plans each again for its values.
    """
    given: dict[str, Any] = _limits(settings) | {"timezone": "UTC", "jit": "off", "max_parallel_workers_per_gather": 0}
    given["plan_cache_mode"] = "force_generic_plan"
    return {
        "connect_timeout": 5,
        "application_name": "talentsphere",
        "options": " ".join(f"-c {name}={value}" for name, value in given.items()),
    }


def on_connect(settings: Settings) -> Callable[[Any, Any], None]:
    """Return the check of a new connection: a pooler in between may have dropped the limits."""
    wanted = _limits(settings)
    names = ", ".join(f"'{name}'" for name in wanted)
    question = f"SELECT name, setting::int FROM pg_settings WHERE name IN ({names})"  # noqa: S608  # nosec B608

    def check(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(question)
            found = dict(cursor.fetchall())
        if found != wanted:
            raise SettingsError(f"DATABASE_URL: the server did not take the time limits {wanted}; it has {found}")

    return check


def idle_ping(ping: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return ``ping`` (the pool's pre-ping) sparing connections that answered less than a second ago.

    A ping is a round trip. What breaks within that second is found by the statement itself, which is a 503.
    """

    def ping_when_idle(connection: Any) -> bool:
        if time.monotonic() - _used_at.get(connection, 0.0) < FRESH_S:
            return True
        return ping(connection)

    return ping_when_idle


def is_lost(error: BaseException) -> bool:
    """Tell whether the server went away while a connection was handed out: SQLAlchemy wraps that error nowhere."""
    driver = sys.modules.get("psycopg2")
    return driver is not None and isinstance(error, driver.OperationalError)


def on_checkin(connection: Any, _record: Any) -> None:
    """Note that the connection answered just now."""
    if connection is not None:
        _used_at[connection] = time.monotonic()


def keep_values_out(failure: ExceptionContext) -> None:
    """Let a refusal of the server name tables and constraints, and nothing that a client sent: it is logged.

    The server adds the values of the row to what it says (``Key (email)=(...)``), and quotes the statement, in which
    the driver has put the parameters.
    """
    refusal: Any = failure.original_exception
    told = getattr(refusal, "diag", None)
    if told is None or told.sqlstate is None:
        return
    names = (told.table_name, told.column_name, told.constraint_name, told.datatype_name)
    is_of_values = told.sqlstate[:2] in _OF_VALUES
    said = " ".join(filter(None, names)) if is_of_values else told.message_primary
    refusal.args = (f"{told.sqlstate} {said}".strip(),)
    if failure.sqlalchemy_exception is not None:
        failure.sqlalchemy_exception.args = (f"({type(refusal).__name__}) {refusal.args[0]}",)
