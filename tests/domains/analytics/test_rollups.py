"""The roll-ups of hiring equal a full recount, whatever happened; and what is wrong in them is noticed."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from tests.domains.analytics.histories import BEGAN, Histories
from tests.factories import bearer, make_user

from talentsphere.db.changes import mark_changed
from talentsphere.domains.analytics.checking import find_differences, rebuild_rollups
from talentsphere.domains.analytics.folding import fold_steps
from talentsphere.domains.analytics.models import DayRollup, StageRollup
from talentsphere.domains.applications.models import Application, ApplicationTally

pytestmark = pytest.mark.unfed


def differences(database: Any) -> list[Any]:
    with database.reading() as session:
        return find_differences(session)


def test_nothing_differs_where_nothing_is(database):
    assert differences(database) == []


def test_ten_thousand_random_steps_leave_no_difference(database):
    histories = Histories(database)
    histories.play(10_000, a_transaction=200)

    assert differences(database) == []
    with database.reading() as session:
        assert sum(session.scalars(select(StageRollup.applied))) > 200


def test_one_lost_increment_is_noticed_and_a_rebuild_mends_it(database):
    """The control: the same steps, of which one transaction forgets one."""
    histories, lost = Histories(database), []

    def forgetful(session, ids, companies):
        if not lost and histories.taken > 200:
            lost.append(ids[0])
        fold_steps(session, [id_ for id_ in ids if id_ not in lost], companies)

    histories.play(500, fold=forgetful)

    found = differences(database)
    assert {difference.what for difference in found} == {"stage_rollups", "day_rollups"}
    with database.writing() as session:
        rebuild_rollups(session)
    assert differences(database) == []


def test_a_step_that_is_counted_twice_is_noticed(database):
    histories, twice = Histories(database), []

    def eager(session, ids, companies):
        fold_steps(session, ids, companies)
        if not twice:
            twice.append(ids[0])
            fold_steps(session, twice, companies)

    histories.play(100, fold=eager)
    assert differences(database) != []


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("stage_rollups", delete(StageRollup)),
        ("day_rollups", update(DayRollup).values(applied=DayRollup.applied + 1)),
        ("application_tallies", update(ApplicationTally).values(n=ApplicationTally.n - 1)),
        ("applications", update(Application).where(Application.id == 1).values(stage="elsewhere")),
    ],
)
def test_whatever_is_wrong_is_named(database, what, change):
    Histories(database).play(100)
    with database.writing() as session:
        session.execute(change)
        mark_changed(session, "rollups", "applications")
    assert what in {difference.what for difference in differences(database)}


def test_what_is_counted_is_what_a_person_would_count(database):
    """One application, step by step: screened after an hour, rejected, taken back, hired on the third day."""
    Histories(database, jobs=1, people=1).tell(
        ("applied", "new", "active", 0), ("moved", "screen", "active", 60), ("rejected", "screen", "rejected", 180),
        ("undone", "screen", "active", 200), ("moved", "new", "active", 300), ("moved", "screen", "active", 360),
        ("moved", "hired", "hired", 2 * 24 * 60),
    )  # fmt: skip

    columns = ("stage", "applied", "reached", "rejected", "withdrawn", "hires", "hire_seconds", "stays", "stay_seconds")
    with database.reading() as session:
        rows = session.execute(select(*(getattr(StageRollup, name) for name in columns)).order_by("stage")).all()
        days = session.execute(select(DayRollup.day, DayRollup.applied, DayRollup.rejected, DayRollup.hires)).all()
    assert [tuple(row) for row in rows] == [
        ("hired", 0, 1, 0, 0, 1, 172_800, 0, 0),
        ("new", 1, 1, 0, 0, 0, 0, 2, 3_600 + 3_600),
        ("screen", 0, 1, 0, 0, 0, 0, 2, 240 * 60 + (2 * 24 * 60 - 360) * 60),
    ]
    assert sorted(map(tuple, days)) == [(BEGAN.date(), 1, 0, 0), (BEGAN.date().replace(day=22), 0, 0, 1)]


def test_who_was_kept_out_counts_from_the_release_on(database):
    histories = Histories(database, jobs=1, people=1)
    histories.tell(("applied", "new", "quarantined", 0))
    with database.reading() as session:
        assert session.execute(select(StageRollup)).all() == session.execute(select(DayRollup)).all() == []
    histories.tell(("released", "new", "active", 24 * 60))
    with database.reading() as session:
        assert session.execute(select(StageRollup.applied, StageRollup.reached, StageRollup.stays)).all() == [(1, 1, 0)]
        assert session.execute(select(DayRollup.day, DayRollup.applied)).all() == [(BEGAN.date().replace(day=21), 1)]


def test_what_the_pipeline_does_is_counted_as_it_happens(database, client):
    """The real code: a step of each kind, and a source that is corrected, which moves its sums."""
    histories = Histories(database, jobs=1, people=2)
    histories.play(2)
    headers = bearer(make_user("admin"))

    def post(step: str, **body: Any) -> None:
        response = client.post(f"/api/v1/applications/1/{step}", headers=headers, json=body)
        assert response.status_code == 200, response.text
        assert differences(database) == []

    if histories.rows[1]["status"] == "quarantined":
        post("release")
    post("move", stage="screen")
    post("reject", reason="salary")
    post("undo")
    corrected = client.patch("/api/v1/applications/1", headers=headers, json={"source": "Fair"})
    assert corrected.status_code == 200, corrected.text
    assert differences(database) == []
    post("move", stage="hired")
    with database.reading() as session:
        assert session.execute(select(StageRollup.stage, StageRollup.hires).where(StageRollup.source == "fair")).all()


def test_writers_at_the_same_time_lose_nothing(database, app):
    """Three threads play histories of the same jobs, and a rebuild comes between."""
    histories = Histories(database, jobs=2, people=60)
    players = [Part(histories, number) for number in range(3)]
    threads = [threading.Thread(target=player.run, args=(app,)) for player in players]
    for thread in threads:
        thread.start()
    for _ in range(3):
        with database.writing() as session:
            rebuild_rollups(session)
    for thread in threads:
        thread.join()

    assert [player.failure for player in players] == [None] * 3
    assert differences(database) == []


class Part(Histories):
    """A third of the free places, played on its own."""

    def __init__(self, whole: Histories, number: int) -> None:
        self.__dict__.update(whole.__dict__)
        self.random = type(whole.random)(number)
        self.free, self.rows, self.failure = whole.free[number::3], {}, None
        self.stored = set()

    def run(self, app: Any) -> None:
        try:
            with app.app_context():
                self.play(60, a_transaction=3)
        except Exception as error:  # told by the test
            self.failure = error


def test_check_reads_while_others_write_and_never_sees_a_half(database, app):
    histories = Histories(database)
    player = Part(histories, 0)
    thread = threading.Thread(target=player.run, args=(app,))
    thread.start()
    seen = [differences(database) for _ in range(5)]
    thread.join()
    assert (player.failure, seen) == (None, [[]] * 5)
