"""Processes of tests. Each is forked off a server without threads, never off the test itself: a thread that an earlier
test left behind may be inside SQLite just then, and a child that inherits the lock waits for it for ever."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from multiprocessing.process import BaseProcess

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["talentsphere.app"])
PATIENCE_S = 60.0


def begin(target: Callable[..., object], *arguments: object) -> BaseProcess:
    """Start a process that calls ``target``, which must be a function of a module."""
    process = SERVER.Process(target=target, args=arguments)
    process.start()
    return process


def end_of(process: BaseProcess) -> int | None:
    """Return the code with which the process ended (-9: it was killed); one that hangs is killed and has failed."""
    process.join(PATIENCE_S)
    if process.is_alive():
        process.kill()
        process.join()
        raise AssertionError(f"{process} did not end within {PATIENCE_S:g} s")
    return process.exitcode


def run_together(target: Callable[..., object], each: Iterable[tuple[object, ...]]) -> list[int | None]:
    """Call ``target`` in a process for each tuple of arguments, at once; return how each of them ended."""
    return [end_of(process) for process in [begin(target, *arguments) for arguments in each]]
