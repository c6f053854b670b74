"""``talentsphere db plans``: its verdicts on both databases, and that it notices what it is there to notice."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from talentsphere.cli import main
from talentsphere.cli.plans import _fill
from talentsphere.cli.scratch import scratch_app
from talentsphere.db.plans import NamedQuery, idle_indexes, judge
from talentsphere.db.session import database
from talentsphere.domains.plans import PLANS
from talentsphere.settings import Settings

pytestmark = pytest.mark.unfed


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALENTSPHERE_HOME", str(tmp_path_factory.mktemp("home")))
        settings = Settings.from_env()
    with scratch_app(settings, os.environ.get("TEST_DATABASE_URL")):
        _fill(10_000)
        yield database.engine


def test_every_query_uses_its_index_and_every_index_serves_a_query(engine):
    verdicts = judge(engine, PLANS)

    assert {verdict.query: verdict.faults for verdict in verdicts if verdict.faults} == {}
    assert idle_indexes(engine, PLANS, verdicts) == []


@pytest.mark.parametrize(
    "query", [query for query in PLANS if query.name.startswith("jobs.list")], ids=lambda q: q.name
)
def test_a_dropped_index_is_noticed(engine, query):
    dropped = next(name for name in query.indexes if name.startswith("ix_"))
    with engine.connect() as connection:
        select_sql = "SELECT sql FROM sqlite_master WHERE name = :name"
        if engine.dialect.name == "postgresql":
            select_sql = "SELECT indexdef FROM pg_indexes WHERE indexname = :name"
        made_by = connection.execute(text(select_sql), {"name": dropped}).scalar_one()
    _run(engine, f"DROP INDEX {dropped}")
    try:
        assert f"does not use {dropped}" in judge(engine, [query])[0].faults
    finally:
        _run(engine, made_by)
        _run(engine, "ANALYZE")


def test_a_dropped_search_index_is_noticed(engine):
    if engine.dialect.name == "sqlite":
        pytest.skip("without its FTS5 table SQLite cannot search at all")
    query = next(query for query in PLANS if query.name == "jobs.search.words")
    _run(engine, "DROP INDEX gin_search_doc_tokens")
    try:
        assert "does not use gin_search_doc_tokens" in judge(engine, [query])[0].faults
    finally:
        _run(engine, "CREATE INDEX gin_search_doc_tokens ON search_doc USING gin (tokens)")
        _run(engine, "ANALYZE")


def test_an_index_that_serves_nothing_is_noticed(engine):
    without_notes = [query for query in PLANS if query.name != "applications.notes"]

    assert idle_indexes(engine, without_notes, judge(engine, without_notes)) == ["ix_notes_application"]


def test_a_query_that_reads_a_whole_table_is_noticed(engine):
    greedy = NamedQuery(
        "greedy", (), lambda session: session.execute(text("SELECT count(*) FROM jobs WHERE title LIKE '%nurse'"))
    )

    assert judge(engine, [greedy])[0].faults == ("reads the whole table jobs",)
    assert judge(engine, [replace(greedy, scans=("jobs",))])[0].faults == ()


@pytest.mark.once
def test_the_command_reports_each_index_with_its_queries(monkeypatch, tmp_path):
    monkeypatch.setenv("TALENTSPHERE_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    result = CliRunner().invoke(main, ["db", "plans", "--rows", "5000", "--json"])

    assert result.exit_code == 0, result.output
    (report,) = json.loads(result.stdout.splitlines()[-1])
    assert report["engine"] == "sqlite"
    assert "jobs.list.newest" in report["indexes"]["ix_jobs_open_key"]
    assert report["faults"] == []
    assert not list(tmp_path.glob("*.db"))


def _run(engine, statement):
    with engine.connect() as connection:
        connection.execute(text(statement))
        connection.commit()
