"""How roll-ups are made of history: one SELECT, which either adds new steps up or counts everything anew.

A step changes the roll-ups in its own transaction, so they equal a full recount whenever anybody looks: what is added
is the recount, restricted to the new steps. It can be restricted like that because a step is never changed, and what it
counts for depends on nothing but when and from where its candidate applied, and on the *earlier* steps of its
application, which were committed before: whoever makes a step holds the lock of its application. Only the source is
ever changed, and then its application is counted elsewhere with it (``fold_new_source``).

What was quarantined counts from its release on, and not at all when it never comes to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, case, cast, func, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from talentsphere.db.base import Base
from talentsphere.db.times import seconds_between, utc_day, utc_month
from talentsphere.domains.analytics.models import DayRollup, StageRollup
from talentsphere.domains.analytics.tagging import mark_rollups
from talentsphere.domains.applications.models import ON_BOARD, Application, ApplicationEvent

SHARDS = 8
STEP = aliased(ApplicationEvent, name="step")
EARLIER = aliased(ApplicationEvent, name="earlier")
NONE: ColumnElement[int] = literal(0, BigInteger)
ONE: ColumnElement[int] = literal(1, BigInteger)
BEGINNINGS = ("applied", "released")

STAGE_KEY = ("company_id", "job_id", "stage", "cohort", "source")
STAGE_SUMS = ("applied", "reached", "rejected", "withdrawn", "hires", "hire_seconds", "stays", "stay_seconds")
DAY_KEY = ("company_id", "day", "shard")
DAY_SUMS = ("applied", "moved", "rejected", "withdrawn", "hires", "hire_seconds")
ROLLUPS: tuple[tuple[type[Base], tuple[str, ...], tuple[str, ...]], ...] = (
    (StageRollup, STAGE_KEY, STAGE_SUMS),
    (DayRollup, DAY_KEY, DAY_SUMS),
)
"""Each table with its key and its sums, in the order in which writers lock them."""


def fold_steps(session: Session, ids: Sequence[int], companies: Iterable[int]) -> None:
    """Add these new rows of ``application_events``, of ``companies``, to the roll-ups; two statements.

    Call it once a transaction, late, with all its steps: rows are locked in one order, so that writers never wait for
    each other in a circle.
    """
    if ids:
        mark_rollups(session, companies)
        fold_where(session, STEP.id.in_(ids))


def fold_new_source(session: Session, application_id: int, company_id: int, before: str | None) -> None:
    """Count a locked application, which came from ``before``, where its source is now; one statement.

    Both halves are one statement, so that their rows are locked in the order of all writers.
    """
    mark_rollups(session, [company_id])
    now = recount(StageRollup, STEP.application_id == application_id).subquery("now")
    elsewhere = [literal(before or "").label("source") if name == "source" else now.c[name] for name in STAGE_KEY]
    less = [(-now.c[name]).label(name) for name in STAGE_SUMS]
    parts = select(now).union_all(select(*elsewhere, *less)).subquery("parts")
    _add(session, StageRollup, select(parts).where(parts.c.company_id == company_id))


def fold_where(session: Session, which: ColumnElement[bool]) -> None:
    """Add the steps that ``which`` chooses to the roll-ups; two statements. Say ``mark_rollups`` for it."""
    for model, _, _ in ROLLUPS:
        _add(session, model, recount(model, which))


def _add(session: Session, model: type[Base], sums_by_key: Select[*tuple[Any, ...]]) -> None:
    key, sums = _parts_of(model)
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement: Any = insert(model.__table__)  # type: ignore[arg-type]
    statement = statement.from_select([*key, *sums], sums_by_key.order_by(*key))
    columns = model.__table__.c
    more = {name: columns[name] + statement.excluded[name] for name in sums}
    session.connection().execute(statement.on_conflict_do_update(index_elements=key, set_=more))


def _parts_of(model: type[Base]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the model's key and of its sums."""
    return next((key, sums) for rolled, key, sums in ROLLUPS if rolled is model)


def recount(model: type[Base], which: ColumnElement[bool] | None = None) -> Select[*tuple[Any, ...]]:
    """Return the roll-up of the steps that ``which`` chooses (None: of all) as a statement, its key first."""
    key, sums = _parts_of(model)
    parts = _stage_parts(which) if model is StageRollup else _day_parts(which)
    totals = [cast(func.sum(parts.c[name]), BigInteger).label(name) for name in sums]
    keys = [parts.c[name] for name in key]
    # an INSERT of SQLite cannot tell ON CONFLICT from a join without a WHERE before it
    return select(*keys, *totals).where(parts.c.company_id.is_not(None)).group_by(*keys)


def _stage_parts(which: ColumnElement[bool] | None) -> Subquery:
    """Return a row for where each step led, and one for the stay that it ended."""
    sums: dict[str, ColumnElement[int]] = {
        "applied": _one_if(STEP.kind.in_(BEGINNINGS)),
        "reached": _one_if(~_was_before(EARLIER.to_stage == STEP.to_stage)),
        "rejected": _change_of("rejected"),
        "withdrawn": _change_of("withdrawn"),
        **_hire(),
        "stays": NONE,
        "stay_seconds": NONE,
    }
    arrivals = _steps(which, STEP.to_stage, sums)
    undone = STEP.kind == "undone"
    seconds = case((undone, -_seconds_of_rejection()), else_=func.coalesce(STEP.seconds, 0))
    ended = {"stays": case((undone, -ONE), else_=ONE), "stay_seconds": cast(seconds, BigInteger)}
    departures = _steps(which, STEP.from_stage, {**dict.fromkeys(sums, NONE), **ended}).where(_ends_a_stay())
    parts: Subquery = arrivals.union_all(departures).subquery("parts")
    return parts


def _day_parts(which: ColumnElement[bool] | None) -> Subquery:
    sums: dict[str, ColumnElement[int]] = {
        "applied": _one_if(STEP.kind.in_(BEGINNINGS)),
        "moved": _one_if(STEP.kind == "moved"),
        "rejected": _change_of("rejected"),
        "withdrawn": _change_of("withdrawn"),
        **_hire(),
    }
    shard = (STEP.job_id % SHARDS).label("shard")
    key = (STEP.company_id.label("company_id"), utc_day(STEP.at).label("day"), shard)
    parts: Subquery = _from_steps(which, [*key, *(column.label(name) for name, column in sums.items())]).subquery(
        "parts"
    )
    return parts


def _steps(which: ColumnElement[bool] | None, stage: Any, sums: dict[str, ColumnElement[int]]) -> Any:
    key = (
        STEP.company_id.label("company_id"),
        STEP.job_id.label("job_id"),
        stage.label("stage"),
        utc_month(Application.applied_at).label("cohort"),
        func.coalesce(Application.source, "").label("source"),
    )
    return _from_steps(which, [*key, *(column.label(name) for name, column in sums.items())])


def _from_steps(which: ColumnElement[bool] | None, columns: Sequence[Any]) -> Any:
    statement = select(*columns).join(Application, Application.id == STEP.application_id).where(_counts(STEP))
    return statement if which is None else statement.where(which)


def _counts(step: Any) -> ColumnElement[bool]:
    """Return the condition that a step is one of an application that was let in."""
    was_kept_out = func.coalesce(step.from_status, "") == "quarantined"
    return and_(step.to_status != "quarantined", or_(~was_kept_out, step.to_status == "active"))


def _was_before(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether an earlier step of the same application was so. Uses ``ix_application_events_application``."""
    earlier = (EARLIER.application_id == STEP.application_id, EARLIER.id < STEP.id)
    return select(EARLIER.id).where(*earlier, _counts(EARLIER), condition).correlate(STEP).exists()


def _change_of(status: str) -> ColumnElement[int]:
    """Return 1 for a step into ``status``, -1 for one out of it."""
    before = func.coalesce(STEP.from_status, "")
    into, out = and_(STEP.to_status == status, before != status), and_(STEP.to_status != status, before == status)
    return case((into, ONE), (out, -ONE), else_=NONE)


def _hire() -> dict[str, ColumnElement[int]]:
    first = and_(STEP.to_status == "hired", ~_was_before(EARLIER.to_status == "hired"))
    seconds = seconds_between(Application.applied_at, STEP.at)
    return {"hires": _one_if(first), "hire_seconds": case((first, seconds), else_=NONE)}


def _ends_a_stay() -> ColumnElement[bool]:
    """Return whether the step ends a stay in its ``from_stage``, or (an undone one) takes such an end back."""
    moves_on = or_(STEP.to_stage != STEP.from_stage, STEP.to_status.not_in(ON_BOARD))
    return or_(and_(STEP.from_status.in_(ON_BOARD), moves_on), STEP.kind == "undone")


def _seconds_of_rejection() -> ColumnElement[int]:
    """Return how long the stay was that the rejection which an undone step takes back had ended."""
    last = (EARLIER.application_id == STEP.application_id, EARLIER.id < STEP.id, EARLIER.kind == "rejected")
    seconds = select(func.coalesce(EARLIER.seconds, 0)).where(*last).order_by(EARLIER.id.desc()).limit(1)
    return func.coalesce(seconds.correlate(STEP).scalar_subquery(), 0)


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, ONE), else_=NONE)
