"""Every statement about teams, the departments of a company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor, Extent, Reach, of_company
from talentsphere.db.events import add_event
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, AnySelect, Reader
from talentsphere.domains.accounts.models import User
from talentsphere.domains.activity.queries import record_change
from talentsphere.domains.companies.errors import TeamExists
from talentsphere.domains.companies.models import Team
from talentsphere.domains.companies.queries import has_company
from talentsphere.domains.names import folded_name
from talentsphere.errors import InvalidInput, NotFound

BY_NAME = (Team.company_id, Team.name_key)


def list_teams(session: Reader, reach: Reach, window: Window, columns: Sequence[Any]) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` teams within ``reach``, by company and name; one statement.

    A row has ``columns`` and its place. Uses ``uq_teams_company_name``.
    """
    statement = select(*columns, Team.company_id.label("place_0"), Team.name_key.label("place_1"))
    return session.execute(ascending_page(_within(statement, reach), BY_NAME, window)).all()


def place_of(row: AnyRow) -> tuple[int, str]:
    """Return a listed row's place in the walk."""
    return row.place_0, row.place_1


def count_teams(session: Reader, reach: Reach) -> int:
    """Return how many teams there are within ``reach``; one statement."""
    return session.scalar(_within(select(func.count()).select_from(Team), reach)) or 0


def get_team(session: Reader, reach: Reach, team_id: int, columns: Sequence[Any]) -> AnyRow:
    """Return the team, or raise ``NotFound`` when it is not within ``reach``; one statement."""
    row = session.execute(_within(select(*columns).where(Team.id == team_id), reach)).one_or_none()
    if row is None:
        raise _missing(team_id)
    return row


def add_team(session: Session, reach: Reach, actor: Actor, new: Mapping[str, Any]) -> Team:
    """Add a team to the caller's company, or to the one that an admin names; at most three statements."""
    company_id = _company_for(session, reach, new.get("company_id"))
    team = Team(company_id=company_id, name=new["name"], name_key=folded_name(new["name"], 200))
    session.add(team)
    _flush(session, new["name"])
    record_change(session, actor, "team.created", team.id, company_id=company_id)
    return team


def lock_team(session: Session, reach: Reach, team_id: int) -> Team:
    """Return the team for a change, or raise ``NotFound`` when it is not within ``reach``; one statement."""
    team = session.scalars(_within(select(Team).where(Team.id == team_id), reach).with_for_update()).one_or_none()
    if team is None:
        raise _missing(team_id)
    return team  # type: ignore[no-any-return]


def change_team(session: Session, actor: Actor, team: Team, changes: Mapping[str, Any]) -> None:
    """Apply ``name`` and ``is_active`` to a locked team; two statements."""
    for name, value in changes.items():
        setattr(team, name, value)
    team.name_key = folded_name(team.name, 200)
    team.updated_at = now()
    _flush(session, team.name)
    details = {"fields": sorted(changes)}
    record_change(session, actor, "team.updated", team.id, company_id=team.company_id, details=details)


def remove_team(session: Session, actor: Actor, team: Team) -> None:
    """Delete a locked team; its people are then in none, which the change feed tells of each. Three statements."""
    members = session.scalars(select(User.id).where(User.team_id == team.id).with_for_update()).all()
    session.delete(team)
    session.flush()
    record_change(session, actor, "team.deleted", team.id, company_id=team.company_id)
    for user_id in members:
        add_event(session, "user.updated", user_id, company_id=team.company_id)


def _within(statement: Any, reach: Reach) -> AnySelect:
    found: AnySelect = statement.where(of_company(Team.company_id, reach))
    return found


def _company_for(session: Session, reach: Reach, company_id: int | None) -> int:
    """Return the company that a new team belongs to; a company out of reach is wrong input, as a missing one."""
    if company_id is None and reach.extent is not Extent.EVERYTHING:
        company_id = reach.company_id
    if company_id is None or not has_company(session, reach, company_id):
        detail = "say whose team it is" if company_id is None else f"there is no company {company_id}"
        raise InvalidInput.at("company_id", detail)
    return company_id


def _flush(session: Session, name: str) -> None:
    """Write what is pending; the only unique thing about a team is its name."""
    try:
        session.flush()
    except IntegrityError:
        raise TeamExists(f"there is a team {name} already") from None


def _missing(team_id: int) -> NotFound:
    return NotFound(f"there is no team {team_id}")
