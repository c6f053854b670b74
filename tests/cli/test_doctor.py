"""``talentsphere doctor`` names each gap with its fix, and never makes things worse by looking."""

from __future__ import annotations

import json
import socket
import sqlite3

import pytest
from click.testing import CliRunner

from talentsphere.cli import main
from talentsphere.db import migrations

pytestmark = pytest.mark.once


@pytest.fixture
def instance(tmp_path, monkeypatch):
    """An empty instance's home; nothing of the caller's environment is left."""
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TALENTSPHERE_ENV", "HOST", "WORKERS", "THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TALENTSPHERE_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("PORT", str(server.getsockname()[1]))
    return tmp_path


def examine() -> tuple[int, dict]:
    result = CliRunner().invoke(main, ["doctor", "--json"])
    return result.exit_code, json.loads(result.stdout)


def finding(name: str) -> dict:
    """Return the finding of that name in a fresh report."""
    _, report = examine()
    (found,) = [one for one in report["checks"] if one["name"] == name]
    return found


def test_new_instance_lacks_a_database_and_is_told_how_to_get_one(instance):
    status, report = examine()

    assert status == 1
    assert not report["healthy"]
    assert finding("database")["fix"] == "talentsphere db upgrade"
    assert not (instance / "talentsphere.db").exists()


def test_upgraded_instance_is_in_wal_at_the_newest_revision(instance):
    CliRunner().invoke(main, ["db", "upgrade"], catch_exceptions=False)

    assert "journal wal" in finding("database")["detail"]
    assert finding("schema")["detail"] == f"at {migrations.head()}, the newest"


def test_older_schema_is_a_gap(instance):
    sqlite3.connect(instance / "talentsphere.db").execute("PRAGMA journal_mode = WAL").connection.close()

    assert finding("schema")["state"] == "gap"
    assert finding("schema")["fix"] == "talentsphere db upgrade"


def test_database_that_does_not_answer_is_a_gap_without_its_password(instance, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hidden-word@127.0.0.1:1/jobs")

    assert finding("database")["state"] == "gap"
    assert "hidden-word" not in finding("database")["detail"]


def test_redis_that_does_not_answer_is_a_gap(instance, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")

    assert finding("redis")["state"] == "gap"


def test_nothing_claims_a_cache_that_is_not_there(instance, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")

    assert "cache" not in examine()[1]["mode"]


def test_redis_is_optional(instance):
    assert finding("redis")["state"] == "note"


def test_port_taken_by_another_program_is_a_gap(instance, monkeypatch):
    assert finding("port")["state"] == "ok"
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))

        assert finding("port")["state"] == "gap"


def test_secret_that_others_can_read_is_a_gap(instance):
    finding("secret key")
    (instance / "secret-key").chmod(0o644)

    assert finding("secret key")["fix"] == f"chmod 600 {instance / 'secret-key'}"


def test_wrong_setting_is_a_gap_that_names_the_variable(instance, monkeypatch):
    monkeypatch.setenv("WORKERS", "0")

    assert "WORKERS" in finding("settings")["detail"]


def test_table_shows_the_same_as_the_object(instance):
    table = CliRunner().invoke(main, ["doctor"]).stdout

    assert "GAP  database" in table
    assert "fix: talentsphere db upgrade" in table
