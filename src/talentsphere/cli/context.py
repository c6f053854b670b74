"""How a command gets the application."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from talentsphere.starting import settings_or_exit

P = ParamSpec("P")
R = TypeVar("R")

EX_UNAVAILABLE = 69
"""sysexits.h: a support program or file is unavailable."""


def with_app(command: Callable[P, R]) -> Callable[P, R]:
    """Run ``command`` inside the application's context.

    A database that does not answer ends the process with status 69 and a sentence.
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from sqlalchemy.exc import OperationalError  # the help of a command must not load the product

        from talentsphere.app import create_app

        try:
            with create_app(settings_or_exit()).app_context():
                return command(*args, **kwargs)
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            sys.stderr.write(f"talentsphere: the database refused: {reason} (see: talentsphere doctor)\n")
            sys.exit(EX_UNAVAILABLE)

    return run
