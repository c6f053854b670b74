"""How fast small tasks are done, and what adding one with its event costs a request.

    .venv/bin/python -m benchmarks.task_speed [--tasks 3000]

On a scratch SQLite database, or on DATABASE_URL, which must name an empty one. A small task is one UPDATE in the
transaction that marks it as done. The cost is the median of interleaved transactions with and without a task and an
event; both add no commit, as they go with what the request writes anyway.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select, update

TRANSACTIONS = 400


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=3000)
    tasks = parser.parse_args().tasks
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"TALENTSPHERE_HOME": home, "LOG_LEVEL": "ERROR"}
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(home) / 'tasks.db'}")
        from talentsphere.app import create_app
        from talentsphere.db import migrations
        from talentsphere.settings import Settings

        app = create_app(Settings.from_env())
        with app.app_context():
            migrations.upgrade()
            statements, plain_ms, with_both_ms = cost_of_adding(app)
        print(f"adding a task and an event: {statements} statements, {with_both_ms - plain_ms:.2f} ms", end="")
        print(f" (a transaction {plain_ms:.2f} ms, with both {with_both_ms:.2f} ms)")
        rates = [tasks / seconds_to_do(app, tasks) for _ in range(3)]
        print(f"{tasks} small tasks: {statistics.median(rates):.0f}/s ({', '.join(f'{rate:.0f}' for rate in rates)})")


def cost_of_adding(app: Any) -> tuple[int, float, float]:
    """Return the statements that both add, and the median milliseconds of a transaction without and with them."""
    from talentsphere.db.events import add_event
    from talentsphere.db.session import engines_of, writing
    from talentsphere.domains.companies.models import Company
    from talentsphere.tasks.queue import add_task

    executed = [0]
    event.listen(engines_of(app).write, "before_cursor_execute", lambda *_: executed.__setitem__(0, executed[0] + 1))

    def transact(*, both: bool) -> tuple[int, float]:
        before, began = executed[0], time.perf_counter()
        with writing() as session:
            session.execute(update(Company.__table__).where(Company.id == 0).values(open_jobs=0))  # type: ignore[arg-type]
            if both:
                add_task(session, "bench.nothing", {"id": 1})
                add_event(session, "job.updated", 1)
        return executed[0] - before, (time.perf_counter() - began) * 1e3

    found: dict[bool, list[tuple[int, float]]] = {False: [], True: []}
    for number in range(2 * TRANSACTIONS):
        found[bool(number % 2)].append(transact(both=bool(number % 2)))
    counts, times = ({both: statistics.median(one[at] for one in found[both]) for both in found} for at in (0, 1))
    return int(counts[True] - counts[False]), times[False], times[True]


def seconds_to_do(app: Any, count: int) -> float:
    """Add small tasks, and return how long a worker of four threads takes."""
    from talentsphere.db.session import reading, writing
    from talentsphere.domains.companies.models import Company
    from talentsphere.tasks.handlers import Inside
    from talentsphere.tasks.models import Task
    from talentsphere.tasks.queue import add_task
    from talentsphere.tasks.worker import Worker

    def effect(session: Any, args: dict[str, Any]) -> None:
        session.execute(update(Company.__table__).where(Company.id == args["id"]).values(open_jobs=0))  # type: ignore[arg-type]

    def waiting() -> int:
        with app.app_context(), reading() as session:
            return int(session.scalar(select(func.count()).where(Task.kind == "bench.small", Task.status != "done")))

    with app.app_context(), writing() as session:
        for number in range(count):
            add_task(session, "bench.small", {"id": -number})
    worker = Worker(app.app_context, {"bench.small": Inside(effect)}, threads=4)
    thread = threading.Thread(target=worker.run)
    began = time.perf_counter()
    thread.start()
    while waiting():
        time.sleep(0.05)
    taken = time.perf_counter() - began
    worker.stop()
    thread.join()
    return taken


if __name__ == "__main__":
    main()
