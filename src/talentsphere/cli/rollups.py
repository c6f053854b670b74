"""``talentsphere rollups``: are the kept figures of hiring right, and making them anew."""

from __future__ import annotations

import sys

import click
import orjson

from talentsphere.cli.context import with_app

SHOWN = 20


@click.group()
def rollups() -> None:
    """Compare the kept figures of hiring with a full recount, or make them anew."""


@rollups.command()
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@with_app
def check(as_json: bool) -> None:
    """Compare roll-ups, counts and histories with a full recount; exit status 1 when anything differs.

    It may run at any time: what is compared is of one moment.
    """
    from talentsphere.db.session import reading
    from talentsphere.domains.analytics.checking import find_differences

    with reading() as session:
        found = find_differences(session)
    if as_json:
        rows = [{**difference._asdict(), "key": [str(part) for part in difference.key]} for difference in found[:SHOWN]]
        click.echo(orjson.dumps({"differences": len(found), "first": rows}).decode())
    else:
        for difference in found[:SHOWN]:
            key = ", ".join(str(part) for part in difference.key)
            click.echo(f"{difference.what} ({key}): kept {difference.kept}, counted {difference.counted}")
        click.echo(f"{len(found)} differences" + (" (talentsphere rollups rebuild mends roll-ups)" if found else ""))
    sys.exit(1 if found else 0)


@rollups.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def rebuild(as_json: bool) -> None:
    """Make the roll-ups anew from the history of all applications; steps wait meanwhile."""
    from talentsphere.db.session import writing
    from talentsphere.domains.analytics.checking import rebuild_rollups

    with writing() as session:
        rows = rebuild_rollups(session)
    click.echo(orjson.dumps({"rows": rows}).decode() if as_json else f"{rows:,} roll-ups made")
