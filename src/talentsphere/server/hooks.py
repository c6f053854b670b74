"""What happens in gunicorn's master and around each fork."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path
from typing import Any

from flask import Flask

from talentsphere.host.memory import give_big_blocks_back
from talentsphere.server.census import CENSUS
from talentsphere.server.lame_duck import LEAVING_SIZE
from talentsphere.telemetry.metrics import METRICS, begin_anew, forget_the_dead

SWITCH_INTERVAL_S = 0.0005
"""Lets the loop have the GIL soon while views compute: p99 of a hit beside 8 busy threads 29 ms, not 94."""


def open_sockets() -> set[str]:
    """Return the sockets of this process, as the kernel names them."""
    links = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            link = str(entry.readlink())
        except OSError:  # the descriptor that lists the directory
            continue
        if link.startswith("socket:"):
            links.add(link)
    return links


INHERITED_SOCKETS = open_sockets()
"""What a supervisor gave us (a journal, activation): taken at import, before the application is loaded."""


def when_ready(server: Any) -> None:
    """Prepare the master for forking, or refuse to start."""
    refuse_unsafe_fork(server)
    hold_term_while_forking()
    leave_out_the_leaving(server)
    forget_earlier_figures(server)
    gc.collect()
    gc.freeze()


def refuse_unsafe_fork(server: Any) -> None:
    """Raise when the master holds what a fork would share or kill: connections, threads."""
    listeners = {str(Path(f"/proc/self/fd/{listener.fileno()}").readlink()) for listener in server.LISTENERS}
    connections = open_sockets() - listeners - INHERITED_SOCKETS
    threads = len(list(Path("/proc/self/task").iterdir()))
    if connections or threads != 1:
        raise RuntimeError(
            f"the application opened {len(connections)} connections and {threads - 1} threads while it was "
            "loaded; workers would share the connections and lose the threads"
        )


def hold_term_while_forking() -> None:
    """Let a TERM that reaches a worker before it has handlers of its own wait for them (``post_worker_init``).

    Until then it has its master's, which would put the signal into a queue that nobody reads: the master would wait
    for this worker until the end of its grace.
    """
    master = os.getpid()

    def change(how: int) -> None:
        if os.getpid() == master:
            signal.pthread_sigmask(how, (signal.SIGTERM,))

    os.register_at_fork(before=lambda: change(signal.SIG_BLOCK), after_in_parent=lambda: change(signal.SIG_UNBLOCK))


def leave_out_the_leaving(server: Any) -> None:
    """Make the master replace workers that say they are leaving, before they are gone.

    They are hidden while the master counts. It is state, not a counter: merged signals cannot make it drift.
    """
    manage_workers = server.manage_workers

    def manage_workers_that_stay() -> None:
        leaving = {pid: worker for pid, worker in server.WORKERS.items() if is_leaving(worker)}
        server.hidden_workers = leaving.values()
        for pid in leaving:
            del server.WORKERS[pid]
        try:
            manage_workers()
        finally:
            server.WORKERS.update(leaving)
            server.hidden_workers = ()

    server.hidden_workers = ()
    server.manage_workers = manage_workers_that_stay


def is_leaving(worker: Any) -> bool:
    """Tell whether ``worker`` has asked for its successor."""
    try:
        return os.fstat(worker.tmp.fileno()).st_size == LEAVING_SIZE
    except (OSError, ValueError):
        return False


def child_exit(server: Any, worker: Any) -> None:  # gunicorn's signature
    """Forget what a worker that was killed could not take back."""
    CENSUS.forget(worker.age)
    folder = metrics_folder(server)
    if folder is not None:
        forget_the_dead(folder)


def forget_earlier_figures(server: Any) -> None:
    """Count from zero, unless the workers of an earlier master still run beside us (USR2)."""
    folder = metrics_folder(server)
    if folder is not None:
        begin_anew(folder)


def metrics_folder(server: Any) -> Path | None:
    """Return where the application's processes count; none for an application that is not ours."""
    application = server.app.callable
    metrics = application.extensions.get(METRICS) if isinstance(application, Flask) else None
    return metrics.folder if metrics is not None else None


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001  # gunicorn's signature
    """Make a new worker independent of its master."""
    for sibling in server.hidden_workers:
        sibling.tmp.close()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    give_big_blocks_back()
    application = server.app.callable
    if isinstance(application, Flask) and "talentsphere.settings" in application.extensions:
        # Not above: the configuration must not load the application, or INHERITED_SOCKETS would hold its own.
        from talentsphere.app import after_fork

        after_fork(application)


def pre_exec(server: Any) -> None:  # noqa: ARG001  # gunicorn's signature
    """Let a new master (USR2) hear a TERM from its first moment on: a signal that is held stays so over an exec."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))


def post_worker_init(worker: Any) -> None:  # noqa: ARG001  # gunicorn's signature
    """Take the TERM that may have come since the fork."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
