"""``talentsphere import jobs|skills`` and ``talentsphere seed``."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from talentsphere.cli.context import with_app
from talentsphere.cli.progress import ImportProgress, SeedProgress
from talentsphere.cli.statistics import refresh_after

SOME_REJECTED = 1
NOTHING_READ = 2


@click.group("import")
def import_() -> None:
    """Read jobs and skills from files."""


@import_.command("jobs")
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--sample", is_flag=True, help="Import the 2,263 real postings that come with TalentSphere.")
@click.option("--source", help="The source of every row; else the row's own, else the file's name.")
@click.option("--map", "columns", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field; repeatable.")
@click.option("--format", "form", type=click.Choice(["jsonl", "json", "csv", "html"]), help="Else found out.")
@click.option("--dry-run", is_flag=True, help="Read, judge and count, but write nothing.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write each reject as a JSON line.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_app
def import_jobs(
    files: tuple[str, ...], sample: bool, source: str | None, columns: tuple[str, ...], form: str | None,
    dry_run: bool, rejects: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Import postings from FILEs; "-" is standard input.

    JSON lines, a JSON document, CSV, or schema.org JobPosting as JSON-LD or in HTML pages; plain or gzipped. A
    posting is known again by its source and external_id, so a second run changes nothing. Exit status: 0 when
    every row was taken, 1 when some were rejected, 2 when nothing could be read.
    """
    from talentsphere.domains.jobs.importing.mapping import BadMapping, mapping_of
    from talentsphere.domains.jobs.importing.run import Options, import_files
    from talentsphere.domains.jobs.importing.sources import file_source, sample_source

    if not files and not sample:
        raise click.UsageError("name a FILE, or --sample")
    try:
        options = Options(source, mapping_of(columns), form, dry_run)
    except BadMapping as error:
        raise click.BadParameter(str(error), param_hint="--map") from None
    sources = [*([sample_source()] if sample else []), *map(file_source, files)]
    try:
        watcher = ImportProgress(rejects, is_quiet=as_json)
    except OSError as error:
        raise click.BadParameter(f"cannot write {rejects}: {error.strerror}", param_hint="--rejects") from None
    with watcher as progress:
        summary = import_files(sources, options, progress)
    refresh_after(0 if dry_run else summary.added + summary.updated)
    _report(summary.as_dict(), as_json, "would be " if dry_run else "")
    sys.exit(NOTHING_READ if not summary.readable else SOME_REJECTED if summary.rejected else 0)


@import_.command("skills")
@click.argument("file", required=False)
@click.option("--dry-run", is_flag=True, help="Read, judge and count, but write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_app
def import_skills(file: str | None, dry_run: bool, as_json: bool) -> None:
    """Import a skill dictionary from a CSV FILE; without FILE the one that comes with TalentSphere.

    Columns: skill, aliases (|-separated), types, code. Skills are known again by their name; none is deleted.
    Postings get their skills when they are imported next.
    """
    from talentsphere.domains.jobs.importing.sources import dictionary_source, file_source
    from talentsphere.domains.skills.dictionary import BadDictionary
    from talentsphere.domains.skills.store import import_dictionary

    source = file_source(file) if file else dictionary_source()
    try:
        with source.open() as opened:
            summary = import_dictionary(opened, dry_run=dry_run)
    except (OSError, BadDictionary) as error:
        click.echo(f"talentsphere: {source.name}: {error}", err=True)
        sys.exit(NOTHING_READ)
    refresh_after(0 if dry_run else summary.added + summary.updated)
    _report(summary.as_dict(), as_json, "would be " if dry_run else "")
    sys.exit(SOME_REJECTED if summary.rejected else 0)


def _report(counts: Mapping[str, Any], as_json: bool, would_be: str = "") -> None:
    if as_json:
        click.echo(orjson.dumps(dict(counts)).decode())
        return
    named = {name: count for name, count in counts.items() if name not in {"read", "seconds"}}
    line = ", ".join(f"{count:,} {would_be}{name.replace('_', ' ')}" for name, count in named.items())
    seconds = f" in {counts['seconds']:.1f} s" if "seconds" in counts else ""
    click.echo(f"{counts['read']:,} read{seconds}: {line}")


@click.command()
@click.option("--jobs", "count", type=click.IntRange(1, 10_000_000), help="How many postings; with --company 200.")
@click.option("--company", is_flag=True, help="Of one company, with people, candidates and their applications.")
@click.option(
    "--candidates", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True, help="Of --company."
)
@click.option(
    "--applications", type=click.IntRange(1, 10_000_000), default=40_000, show_default=True, help="Of --company."
)
@click.option(
    "--seed",
    "number",
    type=click.IntRange(0, 2**20),
    default=1,
    show_default=True,
    help="Another number, other postings.",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day of the newest posting; today. Give it to get the same again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_app
def seed(
    count: int | None, company: bool, candidates: int, applications: int, number: int, until: datetime | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Fill the database with made-up postings, by varying the real ones of the sample.

    The same options make the same postings; what is there already is not made twice. With --company they are of one
    company, whose month of hiring is made with them; an interrupted run goes on where it stopped.
    """
    from talentsphere.domains.applications.seeding import Month, seed_month
    from talentsphere.domains.jobs.seeding import Seeding, seed_jobs

    if count is None and not company:
        raise click.UsageError("give --jobs N, or --company")
    day = (until or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    begun = time.perf_counter()
    if company:
        month = Month(count or 200, candidates, applications, day, number)
        try:
            with SeedProgress(applications) as progress:
                made = seed_month(month, progress.advanced)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        refresh_after(made.added)
        _report({"read": applications, **made._asdict(), "seconds": round(time.perf_counter() - begun, 3)}, as_json)
        return
    wanted = Seeding(count or 0, day, number)
    with SeedProgress(wanted.count) as progress:
        done = seed_jobs(wanted, progress.advanced)
    refresh_after(done.added)
    _report({"read": wanted.count, **done._asdict(), "seconds": round(time.perf_counter() - begun, 3)}, as_json)
