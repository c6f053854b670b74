"""The product with addresses that cause work: as a task, as one that is taken back, and (wrongly) in a thread."""

from __future__ import annotations

import threading
import time

from sqlalchemy import insert
from sqlalchemy.orm import Session

from talentsphere.api.auth import open_to_all
from talentsphere.app import create_app
from talentsphere.db.base import now
from talentsphere.db.session import writing
from talentsphere.domains.activity.models import Activity
from talentsphere.errors import Forbidden
from talentsphere.settings import Settings
from talentsphere.tasks.queue import add_task

KIND = "chaos.mark"
WANTED, DONE = "chaos.wanted", "chaos.done"


def leave(session: Session, action: str, n: int) -> None:
    """Leave a row; two would be two effects."""
    session.execute(insert(Activity), {"at": now(), "action": action, "level": "info", "object_id": n})


app = create_app(Settings.from_env())


@app.post("/work/<int:n>")
@open_to_all
def work(n: int) -> str:
    with writing() as session:
        leave(session, WANTED, n)
        add_task(session, KIND, {"n": n}, max_attempts=1_000)
    return "accepted"


@app.post("/taken-back/<int:n>")
@open_to_all
def take_back(n: int) -> str:
    with writing() as session:
        leave(session, WANTED, n)
        add_task(session, KIND, {"n": n})
        session.flush()
        raise Forbidden("taken back")


@app.post("/thread/<int:n>")
@open_to_all
def work_in_a_thread(n: int) -> str:
    """Do what must not be done: the thread dies with its process, and nobody knows."""

    def do() -> None:
        time.sleep(0.2)
        with app.app_context(), writing() as session:
            leave(session, DONE, n)

    with writing() as session:
        leave(session, WANTED, n)
    threading.Thread(target=do, daemon=True).start()
    return "accepted"
