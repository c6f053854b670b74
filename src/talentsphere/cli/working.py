"""``talentsphere worker``: the process that works tasks off."""

from __future__ import annotations

import signal
from dataclasses import replace

import click

from talentsphere.starting import settings_or_exit


@click.command()
@click.option("--threads", type=click.IntRange(1, 32), default=4, show_default=True, help="Tasks done at once.")
@click.option(
    "--lease-s",
    type=click.FloatRange(1),
    default=30.0,
    show_default=True,
    help="Seconds after which the tasks of a process that died are done by another.",
)
def worker(threads: int, lease_s: float) -> None:
    """Work tasks off, until TERM: what runs is finished within 15 s, or given back.

    Any number of these, on any number of hosts, share the work. A database that does not answer is waited for.
    """
    from talentsphere.app import create_app  # the help of a command must not load the product
    from talentsphere.domains.handlers import HANDLERS, SCHEDULES
    from talentsphere.tasks.worker import Worker

    # The pool of a whole host: each thread holds a connection, and this process does not share it with web workers.
    app = create_app(replace(settings_or_exit(), workers=1))
    running = Worker(app.app_context, HANDLERS, SCHEDULES, threads=threads, lease_s=lease_s)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: running.stop())
    running.run()
