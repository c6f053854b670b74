"""``talentsphere db plans``: does each query use its index, does each index serve a query?"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import click
import orjson

from talentsphere.starting import settings_or_exit


@dataclass(frozen=True)
class Report:
    """What one database says."""

    engine: str
    rows: int
    indexes: dict[str, list[str]]
    """Each index with the queries that use it."""
    faults: list[str]
    plans: dict[str, str]


@click.command()
@click.option("--rows", type=click.IntRange(1_000), default=10_000, show_default=True, help="Postings to fill in.")
@click.option("--postgresql", metavar="URL", help="A PostgreSQL server to ask too; else the one of DATABASE_URL.")
@click.option("--verbose", is_flag=True, help="Print every plan.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def plans(rows: int, postgresql: str | None, verbose: bool, as_json: bool) -> None:
    """Ask the databases for the plan of every named query; exit 1 when an index is not used or serves nothing.

    Works on scratch databases of its own: a SQLite file, and a new database on the PostgreSQL server.
    """
    settings = settings_or_exit()
    server = postgresql or (settings.database_url.value() if settings.engine == "postgresql" else None)
    reports = [_report(None, rows), *([_report(server, rows)] if server else [])]
    if as_json:
        click.echo(orjson.dumps([report.__dict__ for report in reports]).decode())
    else:
        for report in reports:
            _print(report, verbose)
        if not server:
            click.echo("PostgreSQL was not asked: give --postgresql URL")
    sys.exit(1 if any(report.faults for report in reports) else 0)


def _report(server: str | None, rows: int) -> Report:
    from talentsphere.cli.scratch import scratch_app
    from talentsphere.db.plans import idle_indexes, judge
    from talentsphere.db.session import database
    from talentsphere.domains.plans import PLANS

    with scratch_app(settings_or_exit(), server):
        _fill(rows)
        engine = database.engine
        verdicts = judge(engine, PLANS)
        faults = [f"{verdict.query}: {fault}" for verdict in verdicts for fault in verdict.faults]
        faults += [f"{name} serves no query" for name in idle_indexes(engine, PLANS, verdicts)]
        indexes: dict[str, list[str]] = {}
        for verdict in verdicts:
            for name in verdict.used:
                indexes.setdefault(name, []).append(verdict.query)
        return Report(engine.dialect.name, rows, indexes, faults, {each.query: each.plan for each in verdicts})


def _fill(rows: int) -> None:
    """Migrate, import the skills, and make postings and people, the same every time."""
    from sqlalchemy import select

    from talentsphere.cli.hiring import add_applications
    from talentsphere.cli.peopling import add_people
    from talentsphere.cli.queueing import add_tasks
    from talentsphere.cli.signing_in import add_sign_ins
    from talentsphere.cli.summing import add_sums
    from talentsphere.db import migrations
    from talentsphere.db.session import database, writing
    from talentsphere.db.statistics import refresh_statistics
    from talentsphere.domains.jobs.importing.sources import dictionary_source
    from talentsphere.domains.jobs.models import Job
    from talentsphere.domains.jobs.seeding import Seeding, seed_jobs
    from talentsphere.domains.skills.store import import_dictionary
    from talentsphere.domains.suggestions.services import refresh

    migrations.upgrade()
    with dictionary_source().open() as opened:
        import_dictionary(opened, dry_run=False)
    seed_jobs(Seeding(rows, datetime(2026, 7, 1, tzinfo=UTC)))
    with writing() as session:
        refresh(session, list(session.scalars(select(Job.id).order_by(Job.id).limit(2_000))))
    with writing() as session:
        add_people(session)
        add_sign_ins(session)
        add_tasks(session)
        add_sums(session)
        add_applications(session)
    refresh_statistics(database.engine)


def _print(report: Report, verbose: bool) -> None:
    click.echo(f"{report.engine}, {report.rows:,} postings")
    for name in sorted(report.indexes):
        click.echo(f"  {name:32} {', '.join(report.indexes[name])}")
    for name, plan in report.plans.items() if verbose else ():
        click.echo(f"\n{name}\n{plan}")
    for fault in report.faults:
        click.echo(f"  FAULT {fault}")
    click.echo(f"  {len(report.indexes)} indexes, {len(report.plans)} queries, {len(report.faults)} faults\n")
