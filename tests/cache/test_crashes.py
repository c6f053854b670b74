"""PostgreSQL that was killed gives transaction ids anew: nothing that was kept before is used after it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text
from tests import factories
from tests.cache.crashing_postgres import CrashingPostgres
from tests.factories import bearer, make_company, make_job, make_user
from tests.scratch import TEST_DATABASE_URL

from talentsphere.app import create_app
from talentsphere.db import migrations, stamps
from talentsphere.db.session import engines_of

pytestmark = pytest.mark.skipif(not TEST_DATABASE_URL, reason="runs once, with the suite of PostgreSQL")
BURNT = 200


@pytest.fixture(scope="module")
def server():
    with CrashingPostgres() as server:
        yield server


@pytest.fixture
def instance(server, make_settings, tmp_path, app):
    instance = create_app(
        make_settings(DATABASE_URL=server.url, TALENTSPHERE_HOME=str(tmp_path), RATE_LIMIT_ENABLED="false")
    )
    factories.use(instance)
    try:
        with instance.app_context():
            migrations.upgrade()
        yield instance
    finally:
        factories.use(app)
        engines_of(instance).write.dispose()


def which(instance) -> int:
    with engines_of(instance).read.connect() as connection:
        return stamps.horizon_of(connection).instance


def test_a_server_is_another_one_after_each_recovery_and_only_then(server, instance):
    seen = [which(instance), which(instance)]
    engines_of(instance).write.dispose()
    seen.append(which(instance))
    server.kill_one_backend()
    engines_of(instance).write.dispose()
    seen.append(which(instance))
    server.kill()
    server.start()
    engines_of(instance).write.dispose()
    seen.append(which(instance))
    assert seen[0] == seen[1] == seen[2]
    assert len(set(seen)) == 3


def kept_over_a_crash(server, instance) -> tuple[bool, str]:
    """Keep a body with a high horizon, crash, write with a low stamp; (were ids given anew?, what is shown)."""
    company = make_company()
    recruiter = bearer(make_user("recruiter", company)) | {"If-Match": "*"}
    job = make_job("Before", company=company)
    client, target = instance.test_client(), f"/api/v2/jobs/{job.id}"
    assert client.patch(target, json={"title": "Between"}, headers=recruiter).status_code == 200
    server.stop_writing_ahead()
    server.abort(BURNT)
    assert [client.get(target).headers["X-Cache"] for _ in range(2)] == ["MISS", "HIT"]
    before = next_id(instance)
    server.kill()
    server.start()
    said = [client.patch(target, json={"title": "After"}, headers=recruiter).status_code for _ in range(3)]
    assert said[-1] == 200
    assert set(said) <= {200, 503}, "a connection that was used a moment ago is found dead by its statement"
    return next_id(instance) < before, client.get(target).get_json()["title"]


def next_id(instance) -> int:
    with engines_of(instance).read.connect() as connection:
        return connection.execute(text(f"SELECT {stamps.NEXT_ID}")).scalar_one()


def test_what_is_written_after_a_crash_is_shown(server, instance):
    assert kept_over_a_crash(server, instance) == (True, "After")


def test_a_product_that_does_not_notice_the_crash_would_be_caught(server, instance, monkeypatch):
    for name in ("_WRITTEN", "_OLDEST_UNDECIDED", "_ID_OF_ITS_OWN"):
        plain = getattr(stamps, name).text.replace(stamps.INCARNATION, "instance")
        assert re.search(r"\binstance\b", plain)
        monkeypatch.setattr(stamps, name, text(plain))
    assert kept_over_a_crash(server, instance) == (True, "Between")
