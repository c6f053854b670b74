"""What a kind of task does, and how one attempt at it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from sqlalchemy.orm import Session

from talentsphere.db.session import writing
from talentsphere.tasks.queue import Claim, LeaseLost, TaskFailed, fail, finish

Effect: TypeAlias = Callable[[Session], Any]
"""What is written when the task is done, in one transaction with the mark that it is; returns the result."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Inside:
    """Work that is nothing but a transaction: ``effect(session, args)`` and the mark are committed together.

    So it happens once, whatever dies when.
    """

    effect: Callable[[Session, dict[str, Any]], Any]

    def begin(self, claim: Claim) -> Effect:
        return lambda session: self.effect(session, claim.args)


@dataclass(frozen=True)
class Outside:
    """Work beyond this database (a mail) or longer than a transaction may be; it may happen again after a crash.

    ``work(claim)`` runs without a transaction and returns the effect.
    """

    work: Callable[[Claim], Effect]

    def begin(self, claim: Claim) -> Effect:
        return self.work(claim)


Handler: TypeAlias = Inside | Outside
Handlers: TypeAlias = Mapping[str, Handler]


def attempt(handler: Handler, claim: Claim, draw: float) -> None:
    """Make one attempt, in an application context; what a handler raises makes the task wait for the next one.

    This is all that an engine does with a task it has claimed: ours (``worker.py``), or another that is told ids.
    """
    try:
        effect = handler.begin(claim)
        with writing() as session:
            finish(session, claim, effect(session))
    except LeaseLost:
        log.warning("task_lease_lost", task=claim.id, kind=claim.kind, attempt=claim.attempt)
    except Exception as error:  # whatever a handler raises is that attempt's failure
        _note_failure(claim, error, draw)


def attempt_together(handlers: Handlers, claims: Sequence[Claim], draw: Callable[[], float]) -> None:
    """Make one attempt at each of several ``Inside`` tasks, all in one transaction: one commit instead of many.

    When any of them fails nothing is kept, and each is tried in a transaction of its own.
    """
    try:
        with writing() as session:
            for one in claims:
                finish(session, one, handlers[one.kind].begin(one)(session))
    except Exception:  # which of them it was, and what becomes of it, its own attempt tells
        for one in claims:
            attempt(handlers[one.kind], one, draw())


def _note_failure(claim: Claim, error: Exception, draw: float) -> None:
    try:
        with writing() as session:
            waits = fail(session, claim, error, draw)
    except LeaseLost:
        waits = True
    known = isinstance(error, TaskFailed)
    log.warning(
        "task_failed", task=claim.id, kind=claim.kind, attempt=claim.attempt, waits=waits,
        error=str(error) if known else type(error).__name__, exc_info=None if known else error,
    )  # fmt: skip
