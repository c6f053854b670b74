"""``talentsphere tasks``: looking at work that happens later, and at what could not be done."""

from __future__ import annotations

import sys
import uuid
from typing import Any

import click
import orjson

from talentsphere.cli.context import with_app

STATUSES = ("queued", "running", "done", "failed")


@click.group()
def tasks() -> None:
    """Look at tasks, and try dead letters again."""


@tasks.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only these; `failed` are dead letters.")
@click.option("--kind", metavar="KIND", help="Only these, such as mail.send.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@with_app
def list_(status: str | None, kind: str | None, limit: int, as_json: bool) -> None:
    """List tasks, the newest first."""
    from talentsphere.db.session import reading
    from talentsphere.tasks.queries import list_tasks

    with reading() as session:
        rows = list_tasks(session, status, kind, limit)
    for row in rows:
        shown = dict(row._mapping)
        click.echo(orjson.dumps(shown, option=orjson.OPT_UTC_Z).decode() if as_json else _line(shown))
    if not rows and not as_json:
        click.echo("no tasks")


@tasks.command()
@click.argument("ids", nargs=-1, type=click.UUID, metavar="ID...")
@click.option("--failed", is_flag=True, help="Every dead letter instead of these.")
@click.option("--kind", metavar="KIND", help="With --failed: only of this kind.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def retry(ids: tuple[uuid.UUID, ...], failed: bool, kind: str | None, as_json: bool) -> None:
    """Let the dead letters with these IDs be tried again, as often as a new task.

    Exit status 1 when one of them is none.
    """
    from talentsphere.db.base import now
    from talentsphere.db.session import writing
    from talentsphere.tasks.queue import retry_failed, retry_task

    if failed == bool(ids) or (kind and not failed):
        raise click.UsageError("give IDs, or --failed (and with it a --kind)")
    with writing() as session:
        if failed:
            retried, missing = retry_failed(session, kind, now()), []
        else:
            missing = [str(each) for each in ids if not retry_task(session, each, now())]
            retried = len(ids) - len(missing)
    if as_json:
        click.echo(orjson.dumps({"retried": retried, "missing": missing}).decode())
    else:
        click.echo(f"{retried} wait again" + (f", no dead letters: {', '.join(missing)}" if missing else ""))
    sys.exit(1 if missing else 0)


@tasks.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def run(as_json: bool) -> None:
    """Work off what is due now, then end: for cron, where no worker runs."""
    from flask import current_app

    from talentsphere.domains.handlers import HANDLERS, SCHEDULES
    from talentsphere.tasks.worker import Worker

    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    attempts = Worker(app.app_context, HANDLERS, SCHEDULES).run_due()
    click.echo(orjson.dumps({"attempts": attempts}).decode() if as_json else f"{attempts} attempts")


def _line(task: dict[str, Any]) -> str:
    when = f"{task['attempts']}x  {task['run_at']:%Y-%m-%d %H:%M:%S}"
    line = f"{task['public_id']}  {task['status']:8} {task['kind']:20} {when}"
    return f"{line}  {task['error']}" if task["error"] else line
