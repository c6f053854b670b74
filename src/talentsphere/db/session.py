"""The engine and the two ways to use it: ``reading()`` and ``writing()``.

Flask-SQLAlchemy owns one engine an application; models are plain declarative classes. Nothing but the
``writing()`` block commits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from talentsphere.db import postgresql, sqlite
from talentsphere.db.base import Base
from talentsphere.db.changes import CHANGES, FOLLOWERS, WritingSession, announce_changes, tell_of_commit, write_derived
from talentsphere.db.events import forget_events, write_events
from talentsphere.db.prepared import execute_prepared
from talentsphere.settings import Settings

database = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)

_EXTENSION = "talentsphere.engines"
_open: ContextVar[Session | None] = ContextVar("open_session", default=None)
"""The session of the ``writing()`` around the present one."""


BEFORE_COMMIT: tuple[Callable[[Session], None], ...] = (
    Session.flush,
    write_derived,
    write_events,
    announce_changes,  # stays last: its stamp must be above nothing that is written later
)
"""What ends every ``writing()`` block, in this order, right before its COMMIT."""


@dataclass(frozen=True)
class Engines:
    """One pool, two ways to begin: ``read`` never takes a write lock, ``write`` takes it at once."""

    read: Engine
    write: Engine


def init_database(app: Flask, settings: Settings) -> Engine:
    """Configure the engine of ``app``; no connection is opened."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url.value()
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    database.init_app(app)
    with app.app_context():
        engine = database.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", sqlite.on_connect)
        event.listen(engine, "begin", sqlite.on_begin)
        engines = Engines(read=engine, write=engine.execution_options(**{sqlite.WRITES: True}))
    else:
        event.listen(engine, "connect", postgresql.on_connect(settings))
        engine.dialect.do_ping = postgresql.idle_ping(engine.dialect.do_ping)  # type: ignore[method-assign, assignment]
        event.listen(engine, "checkin", postgresql.on_checkin)
        event.listen(engine, "do_execute", execute_prepared)
        event.listen(engine, "handle_error", postgresql.keep_values_out)
        engines = Engines(read=engine, write=engine.execution_options(isolation_level="READ COMMITTED"))
    app.extensions[_EXTENSION] = engines
    return engine


def engines_of(app: Flask) -> Engines:
    """Return the engines of ``app``."""
    engines: Engines = app.extensions[_EXTENSION]
    return engines


@contextmanager
def reading() -> Iterator[Connection]:
    """Give what never commits; on SQLite all its statements see one snapshot.

    A connection and no ``Session``: reads select columns, and the unit of work around each was a tenth of a request.
    Inside ``writing()`` it is the connection of that block, which sees what was written.
    """
    joined = _joined()
    if joined is not None:
        joined.flush()
        yield joined.connection()
        return
    with engines_of(_app()).read.connect() as connection:
        yield connection


@contextmanager
def writing() -> Iterator[Session]:
    """Give a session that commits when the block ends, and rolls back when it raises.

    On SQLite the write lock is taken at the first statement, so a later one cannot fail for it. A block inside another
    joins it: the outer one commits. When the inner one raises, nothing of the outer one is kept either.
    """
    joined = _joined()
    if joined is not None:
        with _all_or_nothing(joined):
            yield joined
        return
    with WritingSession(engines_of(_app()).write, expire_on_commit=False) as session, session.begin():
        session.announcer = _app().extensions.get(CHANGES)
        session.followers = _app().extensions.get(FOLLOWERS, ())
        token = _open.set(session)
        try:
            yield session
            # an inner block failed, and somebody caught it: nothing is committed
            for step in BEFORE_COMMIT if session.in_transaction() else ():
                step(session)
        finally:
            _open.reset(token)
    tell_of_commit(session)


def _joined() -> Session | None:
    """Return the session of the block around, when it is one of the same application."""
    session = _open.get()
    return session if session is not None and session.bind is engines_of(_app()).write else None


@contextmanager
def _all_or_nothing(session: Session) -> Iterator[None]:
    try:
        yield
        session.flush()  # what a commit would refuse is refused here, and new rows have their ids
    except BaseException:
        session.rollback()  # whoever catches it cannot go on: the outer block refuses any further statement
        forget_events(session)
        raise


def dispose_after_fork(app: Flask) -> None:
    """Forget the parent's connections without closing them: they are the parent's."""
    engines_of(app).read.dispose(close=False)


def pool_use(app: Flask) -> dict[str, float]:
    """Return how many connections this process keeps, may open, and has in use."""
    pool: Any = engines_of(app).read.pool
    kept, overflow = app.extensions["talentsphere.settings"].pool
    return {"pool_size": kept, "pool_limit": kept + overflow, "pool_in_use": pool.checkedout()}


def is_unavailable(error: BaseException) -> bool:
    """Tell whether the database could not be reached or was too busy, as opposed to a wrong statement."""
    if isinstance(error, OperationalError) and isinstance(error.orig, sqlite3.OperationalError):
        return sqlite.is_busy(error.orig)
    if isinstance(error, PoolTimeout | OperationalError) or postgresql.is_lost(error):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def _engine_options(settings: Settings) -> dict[str, Any]:
    kept, overflow = settings.pool
    options: dict[str, Any] = {
        # SQLAlchemy closes an overflow connection at each check-in, so a busy worker would connect all the time.
        "pool_size": kept + overflow,
        "max_overflow": 0,
        "pool_use_lifo": True,  # the backend that answered last has warm caches; the others rest
        "pool_timeout": settings.db_pool_timeout_s,
        "hide_parameters": True,
        "json_deserializer": orjson.loads,
    }
    if settings.engine == "sqlite":
        return options | {"connect_args": {"timeout": settings.db_pool_timeout_s, "check_same_thread": False}}
    return options | {
        "isolation_level": "AUTOCOMMIT",  # reads: one round trip a statement; writing() asks for a transaction
        "pool_pre_ping": True,
        "pool_recycle": settings.db_pool_recycle_s,
        "connect_args": postgresql.connect_args(settings),
        "executemany_mode": "values_plus_batch",
    }
