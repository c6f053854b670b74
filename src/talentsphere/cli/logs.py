"""``talentsphere logs``: the activity log, as the operator."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
import orjson
from rich.console import Console
from rich.progress import Progress

from talentsphere.cli.context import with_app

BATCH = 1000
"""Entries deleted in one transaction, so that nobody waits long for it."""


@click.group()
def logs() -> None:
    """Clean up the activity log."""


@logs.command()
@click.option("--days", required=True, type=click.IntRange(1, 36500), help="Keep the entries of so many days.")
@click.option("--dry-run", is_flag=True, help="Only count what would be deleted.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def prune(days: int, dry_run: bool, as_json: bool) -> None:
    """Delete the entries older than --days, a batch at a time; safe to interrupt and to repeat."""
    from talentsphere.db.base import now
    from talentsphere.db.session import reading
    from talentsphere.domains.activity.queries import count_activities_before

    before = now() - timedelta(days=days)
    with reading() as session:
        old = count_activities_before(session, before)
    deleted = 0 if dry_run else _delete(before, old)
    if as_json:
        click.echo(orjson.dumps({"older": old, "deleted": deleted}).decode())
    else:
        click.echo(f"{old:,} entries would be deleted" if dry_run else f"{deleted:,} entries deleted")


def _delete(before: datetime, total: int) -> int:
    from talentsphere.db.session import writing
    from talentsphere.domains.activity.queries import prune_activities

    console, deleted = Console(stderr=True), 0
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("Entries", total=total)
        while True:
            with writing() as session:
                gone = prune_activities(session, before, BATCH)
            deleted += gone
            bar.update(task, completed=deleted)
            if gone < BATCH:
                return deleted
