"""``talentsphere db``: create, change and check the database."""

from __future__ import annotations

import sys

import click

from talentsphere.cli.context import with_app
from talentsphere.cli.numbers import lift_numbers
from talentsphere.cli.plans import plans
from talentsphere.db import migrations
from talentsphere.db.session import database


@click.group()
def db() -> None:
    """Create, change and check the database."""


db.add_command(plans)


@db.command()
@click.argument("revision", default="head")
@with_app
def upgrade(revision: str) -> None:
    """Bring the database up to REVISION (the newest one by default)."""
    migrations.upgrade(revision)
    if migrations.current(database.engine) == migrations.head():
        lift_numbers()
    click.echo(f"database is at {migrations.current(database.engine)}")


@db.command(context_settings={"ignore_unknown_options": True})  # "-1" is a revision
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Remove every table, with all that is in it.")
@with_app
def downgrade(revision: str, yes: bool) -> None:
    """Take the database back to REVISION: its name, `-1` for one step, or `base` for nothing, which needs --yes."""
    if migrations.removes_everything(database.engine, revision) and not yes:
        raise click.UsageError(f"{revision} removes every table of the database; say --yes when you mean it")
    migrations.downgrade(revision)
    click.echo(f"database is at {migrations.current(database.engine) or 'nothing'}")


@db.command()
@with_app
def check() -> None:
    """Tell whether the database is at the newest revision and equals the models; exit 1 when not."""
    current, newest = migrations.current(database.engine), migrations.head()
    if current != newest:
        click.echo(f"database is at {current or 'nothing'}, the newest revision is {newest}: talentsphere db upgrade")
        sys.exit(1)
    found = migrations.differences(database.engine)
    for difference in found:
        click.echo(f"differs: {difference}")
    if found:
        sys.exit(1)
    click.echo(f"database is at {current} and equals the models")
