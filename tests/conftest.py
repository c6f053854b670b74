"""The application under test, one to a process, with an empty database for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask, has_request_context
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from tests import factories
from tests.contract import ContractClient
from tests.feed_guard import FeedGuard
from tests.scratch import TEST_DATABASE_URL, empty, scratch_database

from talentsphere.api import problem
from talentsphere.app import create_app
from talentsphere.cache.core import CACHE
from talentsphere.cache.tags import own_tags
from talentsphere.db import migrations
from talentsphere.db.changes import mark_changed
from talentsphere.db.session import database as flask_database
from talentsphere.db.session import engines_of, writing
from talentsphere.db.watching import watch_writes
from talentsphere.domains.accounts.keyring import KEYRING
from talentsphere.domains.skills.book import close_books
from talentsphere.settings import Settings
from talentsphere.telemetry import slow_queries

ROOT = Path(__file__).parents[1]
collect_ignore = [] if TEST_DATABASE_URL else ["db/test_postgresql.py"]
TEST_SECRET = "Qm9vdHN0cmFwIHRlc3RzIHdpdGggYSBsb25nIGtleQ"

SettingsMaker = Callable[..., Settings]


class Database:
    """The database of the application under test, outside of any request."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.engine = engines_of(app).write
        self.is_sqlite = self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session, as tests look at whole rows."""
        with self.app.app_context(), Session(engines_of(self.app).read) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A test's own writes, which need no tags: they are not the product's, and all that is kept is forgotten."""
        with self.app.app_context():
            with writing() as session:
                mark_changed(session, *own_tags().values())
                yield session
            self.app.extensions[CACHE].clear()


@pytest.fixture(scope="session")
def database_url(tmp_path_factory) -> Iterator[str]:
    """An empty database on the engine under test."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with scratch_database(tmp_path_factory.getbasetemp(), f"talentsphere_test_{worker}") as url:
        yield url


@pytest.fixture(scope="session")
def make_settings(tmp_path_factory, database_url) -> SettingsMaker:
    """Settings of a development instance, with what a test changes: ``make_settings(SLOW_QUERY_MS="0")``."""
    home = tmp_path_factory.mktemp("home")

    def make(**variables: str) -> Settings:
        shown = {"TALENTSPHERE_HOME": str(home), "DATABASE_URL": database_url, "SECRET_KEY": TEST_SECRET, **variables}
        with pytest.MonkeyPatch.context() as patch:
            for name in Settings.__dataclass_fields__:
                patch.delenv(name.upper(), raising=False)
            for name, value in shown.items():
                patch.setenv(name, value)
            return Settings.from_env()

    return make


@pytest.fixture(scope="session")
def settings(make_settings) -> Settings:
    """Without limits, whose counters outlive a test: who tests them makes an application of their own."""
    return make_settings(WORKERS="2", RATE_LIMIT_ENABLED="false")


@pytest.fixture(scope="session")
def app(settings) -> Iterator[Flask]:
    """The application, its tables made; every answer of its client is compared with the OpenAPI document."""
    app = create_app(settings)
    app.test_client_class = ContractClient
    app.extensions[KEYRING] = factories.with_cheap_passwords(app.extensions[KEYRING])
    with app.app_context():
        migrations.upgrade()
    watch_writes(engines_of(app).write, own_tags())
    factories.use(app)
    yield app
    engines_of(app).write.dispose()


@pytest.fixture(scope="session")
def watched_feed() -> Iterator[FeedGuard]:
    with FeedGuard() as guard:
        yield guard


@pytest.fixture(autouse=True)
def no_write_without_its_event(request, watched_feed) -> Iterator[None]:
    """Fail a test that wrote a fed table in a ``writing()`` block that appended no event of it."""
    watched_feed.missed.clear()
    yield
    missed = sorted(set(watched_feed.missed))
    assert missed == [] or request.node.get_closest_marker("unfed"), f"written without an event: {missed}"


@pytest.fixture
def database(app) -> Database:
    """Empty tables; ids begin at 1."""
    found = Database(app)
    empty(found.engine)
    close_books()
    app.extensions[CACHE].clear()
    app.extensions[KEYRING].remembered.clear()
    return found


@pytest.fixture
def client(app, database) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def count_queries(app) -> Iterator[Callable[[], int]]:
    """Return how many statements requests have cost since the last question."""
    statements: list[str] = []

    def note(_connection, _cursor, sql, *_more) -> None:
        if has_request_context():
            statements.append(sql)

    def count() -> int:
        found = len(statements)
        statements.clear()
        return found

    with app.app_context():
        engine = flask_database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield count
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def log_lines(monkeypatch) -> list[MutableMapping[str, Any]]:
    """The events that the application logs during the test."""
    capture = structlog.testing.LogCapture()
    for module in (problem, slow_queries):
        monkeypatch.setattr(module, "log", structlog.wrap_logger(None, processors=[capture]))
    return capture.entries


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real postings; without it a test fails in CI and is counted elsewhere."""
    folder = Path(os.environ.get("TALENTSPHERE_TEST_DATA") or ROOT.parent / "shared" / "data")
    if folder.is_dir():
        return folder
    reason = f"needs TALENTSPHERE_TEST_DATA: there is no folder {folder}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter) -> None:
    """Say how many tests could not run without the real data."""
    skipped = terminalreporter.stats.get("skipped", [])
    needy = [report for report in skipped if "TALENTSPHERE_TEST_DATA" in str(report.longrepr)]
    if needy:
        terminalreporter.write_line(f"{len(needy)} tests need the real data: set TALENTSPHERE_TEST_DATA to its folder")
