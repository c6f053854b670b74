"""``talentsphere prepare``: what must be there before the first request, and nothing when it is there."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.engine import make_url

import talentsphere
from talentsphere.cli.context import with_app
from talentsphere.cli.statistics import refresh_after
from talentsphere.settings import Settings
from talentsphere.starting import settings_or_exit

VERSIONS = Path(talentsphere.__file__).parents[2] / "migrations" / "versions"
UNFINISHED = "sample-import-unfinished"
"""A file of the home, there while the sample is imported: an import that was cut short is repeated."""

NUMBERS_ASCEND = """SELECT 1 WHERE NOT EXISTS (
    SELECT 1 FROM events WHERE seq >= (SELECT coalesce(max(base), 0) FROM feed_state)
        + (CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) << 18))"""
"""Asks whether no event has a number that is still to come, as after a restore into another server."""


@click.command()
@click.option("--sample", is_flag=True, help="Fill a database without postings with the bundled sample.")
def prepare(sample: bool) -> None:
    """Migrate, import the skill dictionary when there is none, and make the first admin when there is none.

    On PostgreSQL also lift the numbers of the change feed when the database came from another server.

    Safe to repeat: when nothing is missing it does nothing.
    """
    settings = settings_or_exit()
    if not _is_prepared(settings, sample):
        _fill(settings, sample)


def _is_prepared(settings: Settings, sample: bool) -> bool:
    """Look without loading the application, as every start waits for this."""
    url = make_url(settings.database_url.value())
    if settings.engine == "sqlite" and not Path(url.database or "").exists():
        return False
    engine = sa.create_engine(url)
    questions = [*_questions(sample), *([NUMBERS_ASCEND] if settings.engine == "postgresql" else [])]
    try:
        with engine.connect() as connection:
            found = [connection.exec_driver_sql(question).scalar() for question in questions]
    except sa.exc.DBAPIError:  # no table yet, or no server: migrating will tell
        return False
    finally:
        engine.dispose()
    newest = max(path.name for path in VERSIONS.glob("[0-9]*.py")).partition("_")[0]
    return found[0] == newest and None not in found and not (sample and (settings.home / UNFINISHED).exists())


def _questions(sample: bool) -> list[str]:
    admins = "SELECT id FROM users WHERE role = 'admin' AND is_active ORDER BY id LIMIT 1"
    questions = ["SELECT version_num FROM alembic_version", "SELECT name FROM dictionaries LIMIT 1", admins]
    return [*questions, "SELECT id FROM jobs LIMIT 1"] if sample else questions


@with_app
def _fill(settings: Settings, sample: bool) -> None:
    from talentsphere.cli.numbers import lift_numbers
    from talentsphere.db import migrations  # what only a first start needs
    from talentsphere.db.session import reading

    migrations.upgrade()
    lift_numbers()
    with reading() as session:
        found = [session.execute(sa.text(question)).scalar() for question in _questions(sample=True)]
    _, has_skills, has_admin, has_jobs = (value is not None for value in found)
    added = 0 if has_skills else _import_skills()
    if sample and (not has_jobs or (settings.home / UNFINISHED).exists()):
        added += _import_sample(settings.home / UNFINISHED)
    refresh_after(added)
    if not has_admin:
        _make_admin()


def _make_admin() -> None:
    from talentsphere.domains.accounts.operating import ensure_admin

    path = ensure_admin()
    click.echo(f"first admin: its address and password are in {path}")


def _import_skills() -> int:
    from talentsphere.domains.jobs.importing.sources import dictionary_source
    from talentsphere.domains.skills.store import import_dictionary

    with dictionary_source().open() as opened:
        counts = import_dictionary(opened)
    click.echo(f"skills: {counts.added:,} imported")
    return counts.added


def _import_sample(unfinished: Path) -> int:
    from talentsphere.domains.jobs.importing.run import Options, import_files
    from talentsphere.domains.jobs.importing.sources import sample_source

    unfinished.touch()
    counts = import_files([sample_source()], Options())
    unfinished.unlink()
    click.echo(f"sample: {counts.added:,} postings imported in {counts.seconds:.1f} s")
    return counts.added
