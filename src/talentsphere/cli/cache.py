"""``talentsphere cache``: what the cache does, emptying it, filling it."""

from __future__ import annotations

import sys

import click
import orjson

from talentsphere.cli.context import with_app


@click.group()
def cache() -> None:
    """Look at the cache, empty it, fill it."""


@cache.command()
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_app
def stats(as_json: bool) -> None:
    """Show what the workers of this host have cached since their start, by policy."""
    from flask import current_app

    from talentsphere.api.caching import the_cache
    from talentsphere.domains.caching.figures import cache_figures
    from talentsphere.telemetry.figures import FIGURES

    the_cache().look()
    found = cache_figures(the_cache(), current_app.extensions[FIGURES].read())
    if as_json:
        click.echo(orjson.dumps(found).decode())
        return
    for name, of in {**found["policies"], "all": found}.items():
        click.echo(f"{name:14} {of['hits']:>10,} hits {of['misses']:>10,} misses {of['hit_rate']:>7.1%}")
    click.echo(f"{found['compared']:,} compared with the database, {found['inconsistent']:,} older")


@cache.command()
@click.option("--tag", "tags", multiple=True, help="Only what depends on it: jobs, job:17, company:4.")
@click.option("--policy", "policies", multiple=True, help="Only what is of it: job_list, or a pattern: job_*.")
@click.option("--key", "keys", multiple=True, help="Only what is kept under it (talentsphere cache inspect KEY).")
@with_app
def clear(tags: tuple[str, ...], policies: tuple[str, ...], keys: tuple[str, ...]) -> None:
    """Let everything be computed anew; only the cache's own keys are touched, and none is looked for."""
    from flask import current_app

    from talentsphere.domains.caching.operating import clear_cache
    from talentsphere.errors import DomainError

    try:
        clear_cache(current_app._get_current_object(), tags=tags, policies=policies, keys=keys)  # type: ignore[attr-defined]
    except DomainError as error:
        click.echo(f"talentsphere: {error.detail}", err=True)
        sys.exit(1)
    click.echo(f"cleared {', '.join([*tags, *policies, *keys]) or 'everything'}")


@cache.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--clear-first", is_flag=True, help="Let everything be computed anew before.")
@click.option("--verbose", is_flag=True, help="List what is asked for.")
@with_app
def warm(targets: tuple[str, ...], clear_first: bool, verbose: bool) -> None:
    """Let all workers of this host find the answers to TARGETs (/api/v2/jobs), or to the usual ones."""
    from flask import current_app

    from talentsphere.api.caching import the_cache
    from talentsphere.domains.caching.operating import clear_cache, warm_cache

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if the_cache().store.backend is None:
        click.echo(
            "talentsphere: with CACHE_TYPE=memory each worker keeps bodies for itself, so this would warm none; "
            "set CACHE_TYPE=auto, or POST /api/performance/cache/warm",
            err=True,
        )
        sys.exit(1)
    if clear_first:
        clear_cache(app)
    asked = warm_cache(app, targets)
    for target, status, said in asked if verbose else ():
        click.echo(f"{status} {said:6} {target}")
    click.echo(f"{sum(status == 200 for _, status, _ in asked)} of {len(asked)} warmed")
    sys.exit(0 if all(status == 200 for _, status, _ in asked) else 1)


@cache.command()
@click.argument("key")
@with_app
def inspect(key: str) -> None:
    """Show what the shared store has under KEY, and whether it is fresh; exit status 1 when it has nothing."""
    from talentsphere.api.caching import the_cache

    found = the_cache().store.fetch(key)
    if found is None:
        click.echo("nothing is stored under this key", err=True)
        sys.exit(1)
    look = the_cache().look(found.slots)
    fresh = look is not None and look.epoch == found.epoch and look.word < found.horizon
    shown = {
        "policy": found.policy, "route": found.route, "status": found.status, "etag": found.etag,
        "bytes": found.length, "horizon": found.horizon, "made_at": found.made_at, "ends_at": found.ends_at,
        "is_fresh": fresh,
    }  # fmt: skip
    click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
