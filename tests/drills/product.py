"""The whole product as a test runs it: a database, accounts, and gunicorn with several workers."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask
from tests import factories
from tests.server.postgres import postgres
from tests.server.running import Gunicorn, gunicorn

from talentsphere.app import create_app
from talentsphere.db import migrations
from talentsphere.db.base import now
from talentsphere.db.session import engines_of, writing
from talentsphere.domains.accounts.keyring import KEYRING
from talentsphere.domains.accounts.models import Session as SignIn
from talentsphere.domains.accounts.models import User

PRODUCT = "talentsphere.wsgi:app"
SECRET = "Qm9vdHN0cmFwIHRlc3RzIHdpdGggYSBsb25nIGtleQ"
WORKERS = 4


class Answer(NamedTuple):
    """What a client got."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Instance:
    """A home and a database; ``app`` is this process's own application on them, for filling and for looking."""

    folder: Path
    variables: dict[str, str]
    app: Flask

    @contextlib.contextmanager
    def serving(self, application: str = PRODUCT, **variables: str) -> Iterator[Gunicorn]:
        """Serve with ``WORKERS`` workers, which the block may kill."""
        shown = {"WORKERS": str(WORKERS), "THREADS": "8", "LOG_LEVEL": "WARNING", **self.variables, **variables}
        with gunicorn(self.folder, application=application, **shown) as server:
            yield server

    def count(self, table: Any, *conditions: Any) -> int:
        """Return how many rows of ``table`` there are."""
        with engines_of(self.app).read.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions))

    def scalars(self, statement: Any) -> list[Any]:
        with engines_of(self.app).read.connect() as connection:
            return list(connection.scalars(statement))

    def execute(self, statement: Any) -> None:
        with engines_of(self.app).write.begin() as connection:
            connection.execute(statement)

    @contextlib.contextmanager
    def filling(self) -> Iterator[None]:
        """Let ``tests.factories`` write to this database."""
        before = list(factories._apps)
        factories.use(self.app)
        try:
            yield
        finally:
            factories._apps[:] = before

    def sign_in(self, user: User, count: int) -> list[str]:
        """Begin ``count`` sessions of the person, in one transaction, and return their access tokens."""
        with self.app.app_context(), writing() as session:
            rows = [SignIn(user_id=user.id, expires_at=now() + timedelta(days=30)) for _ in range(count)]
            session.add_all(rows)
            session.flush()
            issue = self.app.extensions[KEYRING].access_tokens.issue
            return [issue(user.id, row.id, user.token_version, now()) for row in rows]


@contextlib.contextmanager
def instance(folder: Path, make_settings: Callable[..., Any], engine: str = "sqlite", **variables: str):
    """Give an ``Instance`` with empty tables on ``engine``."""
    folder.mkdir(exist_ok=True)
    with database(folder, engine) as url:
        shown = {"TALENTSPHERE_HOME": str(folder), "DATABASE_URL": url, "SECRET_KEY": SECRET, **variables}
        app = create_app(make_settings(**shown))
        with app.app_context():
            migrations.upgrade()
        try:
            yield Instance(folder, shown, app)
        finally:
            engines_of(app).write.dispose()


@contextlib.contextmanager
def database(folder: Path, engine: str) -> Iterator[str]:
    """Give the URL of an empty database; PostgreSQL is the server that is given, or one that is started."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'drill.db'}"
        return
    with postgres() as server:
        name = f"drill_{uuid.uuid4().hex[:12]}"
        administrator = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with administrator.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        try:
            yield administrator.url.set(database=name).render_as_string(hide_password=False)
        finally:
            with administrator.connect() as connection:
                connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
            administrator.dispose()


class Line:
    """One connection to a server, kept open, so that one worker answers all its requests."""

    def __init__(self, port: int, timeout_s: float = 30) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request; a ``body`` that is not bytes is sent as JSON. ``If_Match`` means ``If-Match``."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        self._connection.request(method, path, body, sent)
        response = self._connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())

    def close(self) -> None:
        self._connection.close()


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """Send one request on a connection of its own: any worker may take it."""
    line = Line(port)
    try:
        return line.ask(method, path, body, **headers)
    finally:
        line.close()


def log_in(port: int, email: str, password: str = factories.PASSWORD) -> Answer:
    return ask(port, "POST", "/api/v2/auth/login", {"email": email, "password": password})


def lines_to_all(port: int, workers: int = WORKERS) -> list[Line]:
    """Return one connection to each worker of an application that tells its process (``telling``)."""
    found: dict[str, Line] = {}
    for _ in range(400):
        line = Line(port)
        pid = line.ask("GET", "/health/ready").headers["x-worker"]
        if found.setdefault(pid, line) is not line:
            line.close()
        if len(found) == workers:
            return list(found.values())
    raise AssertionError(f"only {len(found)} of {workers} workers took a connection")


def at_once(what: Callable[[Any], Any], arguments: Sequence[Any], threads: int) -> list[Any]:
    """Return what each argument gives, ``threads`` at a time."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(what, arguments))


@contextlib.contextmanager
def repeating(what: Callable[[], None], every_s: float) -> Iterator[None]:
    """Do ``what`` again and again, beside the block."""
    stopping = threading.Event()

    def run() -> None:
        while not stopping.wait(every_s):
            what()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
