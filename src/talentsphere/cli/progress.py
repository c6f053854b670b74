"""What an operator sees of a long import: a bar on a terminal, the first rejects, a file of all of them."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from talentsphere.domains.jobs.importing.posting import Reject
from talentsphere.domains.jobs.importing.run import Source, Summary, Watcher

SHOWN = 20
"""Rejects on the terminal; ``--rejects`` has them all."""


class ImportProgress(Watcher):
    """Draws on standard error, and only when that is a terminal; use it as a context."""

    def __init__(self, rejects: Path | None, is_quiet: bool) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[rows]}"), TimeRemainingColumn(),
            console=self._console, disable=not self._console.is_terminal, transient=True,
        )  # fmt: skip
        self._path, self._file = rejects, None if rejects is None else rejects.open("wb")
        self._is_quiet = is_quiet
        self._shown = 0
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()
        if self._file is not None:
            self._file.close()
        if self._shown > SHOWN and not self._is_quiet:
            click.echo(
                f"... and {self._shown - SHOWN:,} more" + ("" if self._path else "; --rejects FILE keeps them"),
                err=True,
            )

    def began(self, source: Source) -> None:
        self._task = self._bar.add_task(source.name, total=source.size or None, rows="")

    def advanced(self, position: int, summary: Summary) -> None:
        if self._task is not None:
            self._bar.update(self._task, completed=position, rows=f"{summary.read:,} rows")

    def rejected(self, reject: Reject) -> None:
        if self._file is not None:
            self._file.write(orjson.dumps(reject) + b"\n")
        self._shown += 1
        if self._shown <= SHOWN and not self._is_quiet:
            self._console.print(
                f"{reject.file}, line {reject.line}: {reject.reason}", markup=False, highlight=False, soft_wrap=True
            )


class SeedProgress:
    """Draws how far the seeding is; use it as a context."""

    def __init__(self, total: int) -> None:
        console = Console(stderr=True)
        self._bar = Progress(console=console, disable=not console.is_terminal, transient=True)
        self._task = self._bar.add_task("Postings", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advanced(self, done: int) -> None:
        self._bar.update(self._task, completed=done)
