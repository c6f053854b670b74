"""``talentsphere serve``: the web server, as the deployment files configure it."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import click

from talentsphere.starting import settings_or_exit

CONFIGURATION = "python:talentsphere.server.configuration"


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("gunicorn_options", nargs=-1, type=click.UNPROCESSED)
def serve(gunicorn_options: tuple[str, ...]) -> None:
    """Serve with gunicorn on HOST and PORT; GUNICORN_OPTIONS are handed over and win.

    This process becomes gunicorn's master: TERM ends it, USR2 starts a new one on the same port.
    """
    settings_or_exit()
    gunicorn = Path(sysconfig.get_path("scripts")) / "gunicorn"
    # The script, not "-m gunicorn": on USR2 the master starts its own sys.argv again.
    command = [sys.executable, str(gunicorn), "--config", CONFIGURATION, *gunicorn_options]
    os.execv(sys.executable, command)  # noqa: S606  # nosec B606  # no shell, no user input
