"""Do the kept figures equal a full recount? And making them anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, cast, delete, func, literal, or_, select, text, true
from sqlalchemy.orm import Session, aliased

from talentsphere.db.rows import AnySelect, Reader
from talentsphere.domains.analytics.folding import ROLLUPS, fold_where, recount
from talentsphere.domains.analytics.models import DayRollup, StageRollup
from talentsphere.domains.analytics.tagging import mark_rollups
from talentsphere.domains.applications.models import Application, ApplicationEvent, ApplicationTally


class Difference(NamedTuple):
    """What is kept under a key, and what a recount says; None: there is nothing."""

    what: str
    key: tuple[Any, ...]
    kept: tuple[Any, ...] | None
    counted: tuple[Any, ...] | None


def find_differences(session: Reader) -> list[Difference]:
    """Return where a kept figure is not what a recount says; four statements, each of one snapshot.

    Compared are the roll-ups and the counts of each job with the history and the applications, and the applications
    with the end of their history.
    """
    found = []
    for model, key, sums in ROLLUPS:
        kept = select(*(getattr(model, name) for name in (*key, *sums)))
        kept = kept.where(or_(*(getattr(model, name) != 0 for name in sums)))
        counted = recount(model).subquery("counted")
        anew = select(counted).where(or_(*(counted.c[name] != 0 for name in sums)))
        found += _differences(session, model.__tablename__, len(key), kept, anew)
    return [*found, *_wrong_tallies(session), *_wrong_histories(session)]


def _wrong_tallies(session: Reader) -> list[Difference]:
    key = ("company_id", "job_id", "stage", "status")
    kept = select(*(getattr(ApplicationTally, name) for name in (*key, "n"))).where(ApplicationTally.n != 0)
    columns = [getattr(Application, name) for name in key]
    counted = select(*columns, cast(func.count(), BigInteger).label("n")).group_by(*columns)
    return _differences(session, ApplicationTally.__tablename__, len(key), kept, counted)


def _wrong_histories(session: Reader) -> list[Difference]:
    """Return the applications that do not stand where their last step led."""
    later = aliased(ApplicationEvent)
    is_last = (
        ~select(later.id)
        .where(later.application_id == ApplicationEvent.application_id, later.id > ApplicationEvent.id)
        .exists()
    )
    told = select(ApplicationEvent.application_id, ApplicationEvent.to_stage, ApplicationEvent.to_status)
    stands = select(Application.id, Application.stage, Application.status)
    return _differences(session, Application.__tablename__, 1, stands, told.where(is_last))


def _differences(session: Reader, what: str, keys: int, kept: AnySelect, counted: AnySelect) -> list[Difference]:
    only_kept = select(literal("kept"), kept.except_(counted).subquery("a"))
    only_counted = select(literal("counted"), counted.except_(kept).subquery("b"))
    sides: dict[tuple[Any, ...], dict[str, tuple[Any, ...]]] = {}
    for side, *row in session.execute(only_kept.union_all(only_counted)):
        sides.setdefault(tuple(row[:keys]), {})[side] = tuple(row[keys:])
    return [Difference(what, key, both.get("kept"), both.get("counted")) for key, both in sorted(sides.items())]


def rebuild_rollups(session: Session) -> int:
    """Make the roll-ups anew from the history, and return how many rows they are; writers wait meanwhile.

    Who added to a roll-up before is waited for, and its steps are read; who comes later adds to what is made here.
    """
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(model.__tablename__ for model, _, _ in ROLLUPS)
        session.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
    mark_rollups(session, _companies(session))
    for model, _, _ in ROLLUPS:
        session.connection().execute(delete(model))
    fold_where(session, true())
    return sum(session.scalar(select(func.count()).select_from(model)) or 0 for model, _, _ in ROLLUPS)


def _companies(session: Session) -> Sequence[int]:
    """Return whose figures may change."""
    stored = select(StageRollup.company_id).union(select(DayRollup.company_id), select(Application.company_id))
    return session.scalars(stored).all()
