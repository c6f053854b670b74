"""The embedded runner: one process that claims due tasks and works them off in a few threads.

Any number of them, on any number of hosts, share one table. A process that dies is noticed when its leases end.
"""

from __future__ import annotations

import os
import queue
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from talentsphere.db.base import now
from talentsphere.db.session import reading, writing
from talentsphere.tasks.handlers import Handlers, Inside, attempt, attempt_together
from talentsphere.tasks.queries import tell_alive, tell_gone
from talentsphere.tasks.queue import Claim, LeaseLost, claim, give_back, next_due, release_lapsed, renew
from talentsphere.tasks.schedules import Every, add_due, earliest, keep_schedules

POLL_S = 0.4
"""Between two looks at an empty queue: a few index look-ups, no transaction."""
LEASE_S = 30.0
BEATS = 4
"""How often a lease is renewed while it lasts."""
DRAIN_S = 15.0
TOGETHER = 32
"""Tasks that are nothing but a transaction, done in one: a commit waits for the disk."""
LONGEST_PAUSE_S = 15.0
"""Between two tries while the database does not answer."""

Context = Callable[[], AbstractContextManager[object]]
log = structlog.get_logger(__name__)


class Worker:
    """Works off the tasks of ``handlers`` in ``threads`` threads until ``stop()``.

    ``context`` gives what handlers run in: the application's context.
    """

    def __init__(
        self,
        context: Context,
        handlers: Handlers,
        schedules: Sequence[Every] = (),
        *,
        threads: int = 4,
        lease_s: float = LEASE_S,
    ) -> None:
        self.name = f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(3)}"
        self._context, self._handlers, self._schedules = context, handlers, schedules
        self._threads, self._lease = threads, timedelta(seconds=lease_s)
        self._short = [kind for kind, handler in handlers.items() if isinstance(handler, Inside)]
        self._claims: queue.SimpleQueue[list[Claim]] = queue.SimpleQueue()
        self._running: dict[int, Claim] = {}
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._beating, self._gone = threading.Lock(), False
        self._has_schedules = False
        self._started_at = self._next_schedule = now()
        self._random = random.SystemRandom()

    def stop(self) -> None:
        """Claim nothing more, and let ``run()`` return when what runs is done, or after ``DRAIN_S``."""
        self._stopping.set()

    def run(self) -> None:
        """Work until ``stop()``; a database that does not answer is waited for."""
        self._begin()
        pauses = 0
        while not self._stopping.is_set():
            try:
                claimed = self._look()
                pauses = 0
            except SQLAlchemyError as error:
                log.error("tasks_cannot_be_claimed", error=type(error).__name__)
                pauses += 1
                self._stopping.wait(min(2.0**pauses, LONGEST_PAUSE_S) * self._random.uniform(0.5, 1))
                continue
            if not claimed:
                self._stopping.wait(POLL_S * self._random.uniform(0.75, 1.25))
            self._wait_for_room()
        self._end()

    def run_due(self) -> int:
        """Work off what is due now, here in this thread, and return how many attempts were made."""
        attempts = 0
        with self._context():
            with writing() as session:
                keep_schedules(session, self._schedules, now())
            self._add_scheduled(now())
            while claims := self._claimed(1):
                for some in self._grouped(claims):
                    self._attempt(some)
                attempts += len(claims)
        return attempts

    def _begin(self) -> None:
        log.info("worker_begins", worker=self.name, threads=self._threads)
        for number in range(self._threads):
            threading.Thread(target=self._serve, name=f"tasks-{number}", daemon=True).start()
        threading.Thread(target=self._beat, name="tasks-heartbeat", daemon=True).start()

    def _look(self) -> bool:
        """Add what is scheduled, claim what is due, and tell whether there was any."""
        with self._context():
            at = now()
            if at >= self._next_schedule:
                self._next_schedule = self._schedule(at)
            with reading() as session:
                due_at = next_due(session)
            if due_at is None or due_at > at:
                return False
            claims = self._claimed(self._threads - len(self._running))
        with self._changed:
            self._running.update({one.id: one for one in claims})
        for some in self._grouped(claims):
            self._claims.put(some)
        return bool(claims)

    def _claimed(self, limit: int) -> list[Claim]:
        """Begin up to ``limit`` tasks, and when there are so many, ``TOGETHER`` short ones more."""
        with writing() as session:
            found = claim(session, self.name, self._handlers.keys(), limit, self._lease, now())
            if found and len(found) == limit and self._short:
                found += claim(session, self.name, self._short, TOGETHER, self._lease, now())
            return found

    def _grouped(self, claims: Sequence[Claim]) -> list[list[Claim]]:
        """Return what a thread does at a time: the short ones together, each other one alone."""
        short = [one for one in claims if one.kind in self._short]
        return [[one] for one in claims if one.kind not in self._short] + ([short] if short else [])

    def _schedule(self, at: datetime) -> datetime:
        """Add the tasks of due schedules; return when to look again: at once, where one may have work at any time."""
        if not self._has_schedules:
            with writing() as session:
                keep_schedules(session, self._schedules, at)
            self._has_schedules = True
        self._add_scheduled(at)
        if any(every.work_at for every in self._schedules):
            return at
        with reading() as session:
            following = earliest(session)
        return min(max(following or at, at + timedelta(seconds=1)), at + timedelta(seconds=10))

    def _add_scheduled(self, at: datetime) -> None:
        with reading() as session:
            following = earliest(session)
            is_due = following is not None and following <= at
            wanted = [every for every in self._schedules if is_due or every.has_work(session, at)]
        for every in wanted:
            with writing() as session:
                add_due(session, every, at)

    def _wait_for_room(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping.is_set() or len(self._running) < self._threads, 1.0)

    def _serve(self) -> None:
        """Make attempts, one group after the other: a thread of this process."""
        while True:
            some = self._claims.get()
            try:
                with self._context():
                    self._attempt(some)
            except Exception:  # the failure itself could not be written: the lease will end
                log.exception("task_was_left", task=some[0].id, kind=some[0].kind, count=len(some))
            with self._changed:
                for one in some:
                    self._running.pop(one.id, None)
                self._changed.notify_all()

    def _attempt(self, claims: Sequence[Claim]) -> None:
        if len(claims) > 1:
            attempt_together(self._handlers, claims, self._random.random)
        else:
            attempt(self._handlers[claims[0].kind], claims[0], self._random.random())

    def _beat(self) -> None:
        """Renew the leases of what runs, release those of the dead, and say that this process lives."""
        while not self._gone:
            try:
                with self._beating, self._context():
                    self._beat_once(now())
            except Exception as error:  # the database may be gone for a while; this thread must not be
                log.error("heartbeat_failed", error=type(error).__name__)
            time.sleep(self._lease.total_seconds() / BEATS)

    def _beat_once(self, at: datetime) -> None:
        with self._changed:
            ids = list(self._running)
        if self._gone:
            return
        with writing() as session:
            if ids:
                renew(session, self.name, ids, at + self._lease)
            release_lapsed(session, at)
            tell_alive(session, self.name, self._started_at, at)

    def _end(self) -> None:
        """Wait for what runs, give back what does not end, and say goodbye."""
        until = time.monotonic() + DRAIN_S
        with self._changed:
            self._changed.wait_for(lambda: not self._running, until - time.monotonic())
            left = list(self._running.values())
        with suppress(SQLAlchemyError), self._beating, self._context():
            self._gone = True
            for one in left:
                with suppress(LeaseLost), writing() as session:
                    give_back(session, one)
            with writing() as session:
                tell_gone(session, self.name)
        log.info("worker_ends", worker=self.name, given_back=len(left))
