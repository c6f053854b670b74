"""Readiness is asked in the background; a request never waits for a database."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tests.scratch import scratch_database

from talentsphere.app import create_app
from talentsphere.db.probe import database_probe
from talentsphere.db.session import engines_of
from talentsphere.telemetry.readiness import FORGET_S, PATIENCE_S, Readiness


def nothing() -> None:
    """A part that answers."""


def refuse() -> None:
    raise ConnectionError


@pytest.mark.parametrize(
    ("needed", "wished", "status"),
    [
        (nothing, None, "ok"),
        (nothing, nothing, "ok"),
        (nothing, refuse, "degraded"),
        (refuse, nothing, "unavailable"),
        (refuse, None, "unavailable"),
    ],
)
def test_the_status_follows_its_parts(needed, wished, status):
    assert Readiness(needed, wished).status() == status


def test_a_frozen_database_does_not_hold_requests_up(app):
    frozen = threading.Event()
    app.extensions["talentsphere.readiness"], kept = (
        Readiness(lambda: frozen.wait(30) and None, None),
        app.extensions["talentsphere.readiness"],
    )
    client = app.test_client()
    try:
        assert client.get("/health/ready").status_code == 503
        began = time.perf_counter()
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health/live").status_code == 200
        assert time.perf_counter() - began < 1
    finally:
        frozen.set()
        app.extensions["talentsphere.readiness"] = kept


def test_ready_says_status_and_version_and_nothing_else(client):
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.get_json().keys() == {"status", "version"}
    assert response.get_json() == client.get("/health").get_json()


def test_live_touches_no_database(client, count_queries):
    assert client.get("/health/live").get_json()["status"] == "ok"
    assert count_queries() == 0


def test_ready_is_unavailable_without_the_database(make_settings):
    client = create_app(make_settings(DATABASE_URL="sqlite:////nowhere/at/all.db")).test_client()
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200


def test_ready_does_not_need_a_connection_of_the_requests(make_settings, database):
    app = create_app(make_settings(WORKERS="8", DB_POOL_PRESET="small", DB_POOL_TIMEOUT_S="0.1"))
    engine = engines_of(app).read
    with ExitStack() as held:
        with pytest.raises(PoolTimeout):
            while True:
                held.enter_context(engine.connect())
        assert app.test_client().get("/health/ready").status_code == 200
    engine.dispose()


def test_ready_is_unavailable_without_a_server(make_settings):
    client = create_app(make_settings(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")).test_client()
    assert client.get("/health/ready").status_code == 503


def test_ready_is_unavailable_before_the_migrations(make_settings, tmp_path):
    with scratch_database(tmp_path, "unmigrated") as url:
        client = create_app(make_settings(DATABASE_URL=url)).test_client()
        assert client.get("/health/ready").status_code == 503


def test_a_database_at_no_revision_is_not_ready(make_settings, tmp_path):
    with scratch_database(tmp_path, "emptied") as url:
        settings = make_settings(DATABASE_URL=url)
        engine = create_engine(settings.database_url.value())
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        ask = database_probe(settings)
        with pytest.raises(LookupError):
            ask()
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
        ask()
        engine.dispose()


def test_the_probe_makes_no_database(make_settings, tmp_path):
    with pytest.raises(Exception, match="unable to open"):
        database_probe(make_settings(DATABASE_URL=f"sqlite:///{tmp_path}/none.db"))()
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_freezes_is_noticed_in_time():
    frozen = threading.Event()
    thawed = threading.Event()
    readiness = Readiness(lambda: frozen.is_set() and thawed.wait(30) and None, None)
    assert readiness.status() == "ok"
    frozen.set()
    began = time.monotonic()
    while readiness.status() == "ok":
        time.sleep(0.01)
    assert time.monotonic() - began < FORGET_S + PATIENCE_S + 0.5
    thawed.set()


def test_a_probe_that_is_late_is_waited_for():
    late = threading.Event()
    readiness = Readiness(lambda: late.is_set() and time.sleep(1.3), None)
    assert readiness.status() == "ok"
    late.set()
    until = time.monotonic() + 4
    while time.monotonic() < until:
        assert readiness.status() == "ok"
        time.sleep(0.01)


def test_ready_is_degraded_without_redis(make_settings, database):
    client = create_app(make_settings(REDIS_URL="redis://127.0.0.1:1/0")).test_client()
    response = client.get("/health/ready")
    assert (response.status_code, response.get_json()["status"]) == (200, "degraded")
