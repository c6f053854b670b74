"""The numbers of the change feed after a restore: the step that every upgrade of a database ends with."""

from __future__ import annotations

import click

from talentsphere.db import events
from talentsphere.db.session import writing


def lift_numbers() -> None:
    """Lift the numbers when the database came from another server, and say so; needs an application context."""
    with writing() as session:
        is_lifted = events.lift_numbers(session)
    if is_lifted:
        click.echo("change feed: its numbers were lifted, as after a restore; whoever keeps a copy must read it anew")
