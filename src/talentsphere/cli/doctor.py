"""``talentsphere doctor``: what mode this instance is in, what is missing, and the command that mends it."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click
import orjson

from talentsphere import __version__
from talentsphere.cli import checks
from talentsphere.cli.checks import Finding
from talentsphere.settings import Settings, SettingsError

SIGNS = {"ok": "ok", "note": "-", "gap": "GAP"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def doctor(as_json: bool) -> None:
    """Tell the mode, the versions, the gaps and their fix; exit with 1 when a gap must be mended."""
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        mode, findings = (
            {},
            [*_of_the_machine(), Finding("settings", "gap", str(error), "see .env.optimized")],
        )
    else:
        mode, findings = _mode(settings), [*_of_the_machine(), *_of_the_instance(settings)]
    is_healthy = all(finding.state != "gap" for finding in findings)
    if as_json:
        report = {
            "version": __version__,
            "healthy": is_healthy,
            "mode": mode,
            "checks": [asdict(one) for one in findings],
        }
        click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    else:
        click.echo(_table(mode, findings))
    sys.exit(0 if is_healthy else 1)


def _of_the_machine() -> list[Finding]:
    return [
        checks.python_version(),
        checks.packages(),
        checks.open_files(),
        checks.shared_memory(),
        checks.optional_program("nginx", "clients talk to gunicorn itself; put nginx in front in production"),
        checks.optional_program("wrk", "only benchmarks need it"),
    ]


def _of_the_instance(settings: Settings) -> list[Finding]:
    return [
        *(Finding("settings", "note", note) for note in settings.notes),
        checks.home(settings),
        checks.disk(settings),
        checks.secret_key(settings),
        *checks.database(settings),
        checks.redis_server(settings),
        checks.mail(settings),
        checks.port(settings),
    ]


def _mode(settings: Settings) -> dict[str, str | int]:
    return {
        "environment": settings.env,
        "database": settings.engine,
        "address": f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "threads": settings.threads,
    }


def _table(mode: dict[str, str | int], findings: list[Finding]) -> str:
    lines = [f"TalentSphere {__version__}", *(f"  {name:14} {value}" for name, value in mode.items()), ""]
    for finding in findings:
        lines.append(f"{SIGNS[finding.state]:4} {finding.name:14} {finding.detail}")
        if finding.fix:
            lines.append(f"{'':19} fix: {finding.fix}")
    return "\n".join(lines)
