"""``talentsphere api-keys``: keys made, listed and revoked at the shell."""

from __future__ import annotations

import json
import sqlite3

import pytest
from click.testing import CliRunner
from flask import Flask

from talentsphere.app import create_app
from talentsphere.cli import main
from talentsphere.domains.accounts.api_keys import authenticate_key
from talentsphere.settings import Settings

pytestmark = pytest.mark.once


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An instance of its own, with the company Viamo."""
    for name in ("DATABASE_URL", "SECRET_KEY", "TALENTSPHERE_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TALENTSPHERE_HOME", str(tmp_path))
    assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
    with sqlite3.connect(tmp_path / "talentsphere.db") as connection:
        connection.execute(
            "INSERT INTO companies (name, name_key, slug, created_at, updated_at) "
            "VALUES ('Viamo', 'viamo', 'viamo', '2026-01-31 09:00:00.000000', '2026-01-31 09:00:00.000000')"
        )
    connection.close()
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(main, ["api-keys", *arguments])


def application() -> Flask:
    return create_app(Settings.from_env())


def test_the_secret_of_a_new_key_is_all_that_stands_on_stdout(home):
    result = run("create", "--scope", "jobs:write")
    assert (result.exit_code, result.stdout[:4], len(result.stdout)) == (0, "tsk_", 48)
    with application().app_context():
        assert authenticate_key(result.stdout.strip()).scopes == {"jobs:write"}


def test_a_company_is_named_by_its_slug_or_id(home):
    by_slug = run("create", "--scope", "jobs:read", "--scope", "jobs:write", "--company", "viamo", "--json")
    by_id = run("create", "--scope", "jobs:read", "--company", "1", "--expires-days", "30", "--json")
    keys = [json.loads(result.stdout) for result in (by_slug, by_id)]
    assert [key["company_id"] for key in keys] == [1, 1]
    assert keys[0]["scopes"] == ["jobs:read", "jobs:write"]
    assert keys[1]["expires_at"].endswith("Z")


@pytest.mark.parametrize(
    ("options", "status", "complaint"),
    [
        (("--scope", "jobs:write", "--company", "nobody"), 1, "there is no company nobody"),
        (("--scope", "monitor", "--company", "viamo"), 1, "monitor"),
        (("--scope", "jobs:everything"), 2, "jobs:everything"),
        ((), 2, "--scope"),
    ],
)
def test_what_cannot_be_made_is_refused_with_a_sentence(home, options, status, complaint):
    result = run("create", *options)
    assert (result.exit_code, result.stdout) == (status, "")
    assert complaint in result.stderr


def test_a_revoked_key_holds_no_more_and_is_still_listed(home):
    secret = run("create", "--scope", "monitor", "--name", "Grafana").stdout.strip()
    assert run("revoke", "1").exit_code == 0
    with application().app_context():
        assert authenticate_key(secret) is None
    listed = run("list").stdout
    assert "revoked" in listed and "Grafana" in listed and secret not in listed


def test_revoking_what_is_not_there_is_status_1(home):
    assert run("revoke", "9").exit_code == 1


def test_no_secret_stands_in_the_database(home):
    secret = run("create", "--scope", "jobs:read").stdout.strip()
    written = b"".join(path.read_bytes() for path in home.glob("talentsphere.db*"))
    assert secret[:12].encode() in written
    assert secret.encode() not in written and secret[4:].encode() not in written
