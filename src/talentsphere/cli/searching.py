"""``talentsphere search``: looking after the search index."""

from __future__ import annotations

import click
import orjson

from talentsphere.cli.context import with_app


@click.group()
def search() -> None:
    """Look after the search index."""


@search.command()
@click.option("--all", "everything", is_flag=True, help="Make every document anew, not only those that are missing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def reindex(everything: bool, as_json: bool) -> None:
    """Index the open postings that are not in the search index, or not by this version.

    Runs beside the traffic, 200 postings in a transaction; it may be stopped and run again.
    """
    from talentsphere.cli.progress import SeedProgress
    from talentsphere.db.session import writing
    from talentsphere.domains.jobs.search.upkeep import BATCH, count_jobs
    from talentsphere.domains.jobs.search.upkeep import reindex as index_batch

    with writing() as session:
        total = count_jobs(session)
    seen = indexed = last = 0
    looked = BATCH
    with SeedProgress(total) as progress:
        while looked == BATCH:
            with writing() as session:
                looked, written, last = index_batch(session, last, everything=everything)
            seen, indexed = seen + looked, indexed + written
            progress.advanced(seen)
    if as_json:
        click.echo(orjson.dumps({"postings": seen, "indexed": indexed}).decode())
    else:
        click.echo(f"{indexed:,} of {seen:,} postings indexed")
