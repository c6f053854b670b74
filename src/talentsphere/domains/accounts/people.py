"""Every statement about people as others see them: those of a company, of a team, some by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor, Extent, Reach, of_company
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, AnySelect, Reader
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.models import User
from talentsphere.domains.accounts.signing_in import end_sign_ins
from talentsphere.domains.activity.queries import record_change
from talentsphere.domains.companies.models import Company, Team
from talentsphere.errors import InvalidInput, NotFound

BY_ID = (User.id,)


def list_people(
    session: Reader, reach: Reach, company_id: int, wanted: Mapping[str, Any], window: Window, columns: Sequence[Any]
) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` people of a company by id; one statement. Uses ``ix_users_company``."""
    statement = select(*columns).where(User.company_id == company_id, _within(reach))
    return _page(statement, wanted, window, session)


def list_members(
    session: Reader, reach: Reach, team_id: int, wanted: Mapping[str, Any], window: Window, columns: Sequence[Any]
) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` people of a team by id; one statement. Uses ``ix_users_team``."""
    statement = select(*columns).join(Team, Team.id == User.team_id)
    statement = statement.where(User.team_id == team_id, of_company(Team.company_id, reach))
    return _page(statement, wanted, window, session)


def count_of_company(wanted: Mapping[str, Any]) -> ScalarSelect[int]:
    """Return the number of a company's people as a column of the company."""
    people = select(func.count()).select_from(User).where(User.company_id == Company.id)
    return people.where(*_narrowed(wanted)).correlate(Company).scalar_subquery()


def count_of_team(wanted: Mapping[str, Any]) -> ScalarSelect[int]:
    """Return the number of a team's people as a column of the team."""
    people = select(func.count()).select_from(User).where(User.team_id == Team.id)
    return people.where(*_narrowed(wanted)).correlate(Team).scalar_subquery()


def list_people_by_ids(session: Reader, reach: Reach, ids: Sequence[int], columns: Sequence[Any]) -> dict[int, AnyRow]:
    """Return the people among ``ids`` whom the caller may see, by id; one statement."""
    found = session.execute(select(User.id.label("found"), *columns).where(User.id.in_(ids), _within(reach)))
    return {row.found: row for row in found}


def get_person(session: Reader, reach: Reach, user_id: int, columns: Sequence[Any]) -> AnyRow:
    """Return a person whom the caller may see, or raise ``NotFound``; one statement."""
    row = session.execute(select(*columns).where(User.id == user_id, _within(reach))).one_or_none()
    if row is None:
        raise NotFound(f"there is no user {user_id}")
    return row


def lock_person(session: Session, reach: Reach, user_id: int) -> User:
    """Return a person for a change, or raise ``NotFound`` when they are not within ``reach``; one statement."""
    statement = select(User).where(User.id == user_id, _within(reach)).with_for_update()
    person = session.scalars(statement).one_or_none()
    if person is None:
        raise NotFound(f"there is no user {user_id}")
    return person


def change_person(session: Session, actor: Actor, person: User, changes: Mapping[str, Any]) -> None:
    """Apply ``role``, ``team_id`` and ``is_active`` to a locked person; at most six statements.

    Every worker sees the change at once; whoever is closed out has no session any more.
    """
    changed = {name: value for name, value in changes.items() if value != getattr(person, name)}
    _refuse_impossible(session, actor, person, changed)
    for name, value in changed.items():
        setattr(person, name, value)
    person.updated_at = now()
    if changed.get("is_active") is False:
        person.token_version += 1
    session.flush()
    if changed.get("is_active") is False:
        end_sign_ins(session, person.id, now())
    keyring().remembered.tell_all_after_commit(session, user_ids=[person.id])
    level = "security" if {"role", "is_active"} & changed.keys() else "info"
    details = {"fields": sorted(changed)}
    record_change(session, actor, "user.updated", person.id, company_id=person.company_id, level=level, details=details)


def _refuse_impossible(session: Session, actor: Actor, person: User, changed: Mapping[str, Any]) -> None:
    if person.id == actor.user_id:
        for name in ("role", "is_active"):
            if name in changed:
                raise InvalidInput.at(name, "of your own account is for somebody else to change")
    if "role" in changed and person.company_id is None:
        raise InvalidInput.at("role", "only people of a company have one of these")
    team_id = changed.get("team_id")
    if team_id is not None:
        own = select(Team.id).where(Team.id == team_id, Team.company_id == person.company_id)
        if session.scalar(own) is None:
            raise InvalidInput.at("team_id", f"their company has no team {team_id}")


def _within(reach: Reach) -> ColumnElement[bool]:
    """Return whom the caller reaches: everybody, the people of their company, or only themselves."""
    if reach.extent is Extent.OWN:
        return User.id == reach.user_id
    return of_company(User.company_id, reach)


def _page(statement: AnySelect, wanted: Mapping[str, Any], window: Window, session: Reader) -> Sequence[AnyRow]:
    return session.execute(ascending_page(statement.where(*_narrowed(wanted)), BY_ID, window)).all()


def _narrowed(wanted: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return the conditions of ``active`` and ``role``, where they were asked for."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.get("active") is not None:
        conditions.append(User.is_active == wanted["active"])
    if wanted.get("role") is not None:
        conditions.append(User.role == wanted["role"])
    return conditions
