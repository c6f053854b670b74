"""``talentsphere jobs``: acting on postings as the operator."""

from __future__ import annotations

import sys
from typing import cast

import click
import orjson

from talentsphere.cli.context import with_app


@click.group()
def jobs() -> None:
    """Act on postings."""


@jobs.command()
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(min=1, max=2**31 - 1), metavar="ID...")
@click.option("--off", is_flag=True, help="Feature them no longer.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def feature(ids: tuple[int, ...], off: bool, as_json: bool) -> None:
    """Show the postings with these IDs among the featured ones.

    Exit status 1 when one does not exist; the others are changed.
    """
    from talentsphere.db.session import writing
    from talentsphere.domains.jobs.featuring import feature_jobs

    with writing() as session:
        changed, missing = feature_jobs(session, ids, featured=not off)
    if as_json:
        click.echo(orjson.dumps({"changed": changed, "missing": missing}).decode())
    else:
        click.echo(f"{changed} changed" + (f", not found: {', '.join(map(str, missing))}" if missing else ""))
    sys.exit(1 if missing else 0)


@jobs.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def expire(as_json: bool) -> None:
    """Close every public posting whose last day has come, now; the worker does the same within a second."""
    from talentsphere.db.base import now
    from talentsphere.db.session import writing
    from talentsphere.domains.jobs.timing import BATCH, expire_jobs

    expired, closed = 0, BATCH
    while closed == BATCH:
        with writing() as session:
            closed = expire_jobs(session, now())
        expired += closed
    click.echo(orjson.dumps({"expired": expired}).decode() if as_json else f"{expired} expired")


@jobs.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def fingerprint(as_json: bool) -> None:
    """Fingerprint postings that were stored before copies were looked for; may be stopped and run again."""
    from talentsphere.db.session import writing
    from talentsphere.domains.jobs.fingerprinting import fingerprint_jobs

    done, last = 0, cast("int | None", 0)
    while last is not None:
        with writing() as session:
            added, last = fingerprint_jobs(session, last)
        done += added
    click.echo(orjson.dumps({"fingerprinted": done}).decode() if as_json else f"{done} fingerprinted")
