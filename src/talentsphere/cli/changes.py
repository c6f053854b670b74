"""``talentsphere changes``: looking at the change feed, and removing what is old of it."""

from __future__ import annotations

from datetime import timedelta

import click
import orjson

from talentsphere.cli.context import with_app


@click.group()
def changes() -> None:
    """Look at the change feed, and remove what is old of it."""


@changes.command()
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print each as a JSON line.")
@with_app
def tail(limit: int, as_json: bool) -> None:
    """Show the newest events, the oldest of them first."""
    from talentsphere.db.session import reading
    from talentsphere.domains.changes.queries import list_newest
    from talentsphere.domains.changes.schemas import change_v2

    with reading() as session:
        rows = [change_v2(row) for row in list_newest(session, limit)]
    for row in rows:
        company = "" if row["company_id"] is None else f"  company {row['company_id']}"
        shown = f"{row['seq']:>16}  {row['at']:%Y-%m-%d %H:%M:%S}  {row['type']:18} {row['id']}{company}"
        click.echo(orjson.dumps(row, option=orjson.OPT_UTC_Z).decode() if as_json else shown)


@changes.command()
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_app
def lag(as_json: bool) -> None:
    """Tell how far the feed is behind the newest write, and how long a transaction has held it back.

    Any transaction of the PostgreSQL server that writes does, of any database, until it ends.
    """
    from talentsphere.db.session import reading
    from talentsphere.domains.changes.queries import measure_lag

    with reading() as session:
        found = measure_lag(session)
    if as_json:
        click.echo(orjson.dumps(found._asdict()).decode())
    else:
        click.echo(f"{found.waiting} events wait, for {found.held_s:.1f} s")
        for name, waiting in found.consumers.items():
            click.echo(f"{name} has {waiting} to read")


@changes.command()
@click.option("--days", type=click.IntRange(1), help="Older than this; else EVENTS_RETENTION_DAYS.")
@click.option("--dry-run", is_flag=True, help="Count, but remove nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def prune(days: int | None, dry_run: bool, as_json: bool) -> None:
    """Remove old events; what a part of the product has not read stays twice as long."""
    from flask import current_app

    from talentsphere.db.base import now
    from talentsphere.domains.changes.pruning import count_prunable, prune_all

    kept = timedelta(days=days or current_app.extensions["talentsphere.settings"].events_retention_days)
    count = count_prunable(now() - kept) if dry_run else prune_all(now() - kept)
    verb = "would be removed" if dry_run else "removed"
    click.echo(orjson.dumps({"removed": count, "dry_run": dry_run}).decode() if as_json else f"{count:,} {verb}")
