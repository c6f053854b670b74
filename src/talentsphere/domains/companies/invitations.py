"""Invitations to work for a company: mailed by its staff, good once, for a week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, select, update
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor, Reach, of_company
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.accounts.handed_out import hash_of, new_link_token
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.queries import email_key, find_by_email
from talentsphere.domains.activity.queries import add_activity
from talentsphere.domains.companies.errors import AlreadyMember
from talentsphere.domains.companies.models import Company, Invitation, Team
from talentsphere.domains.mail.queries import add_mail
from talentsphere.errors import InvalidInput, NotFound

LASTS = timedelta(days=7)
PAGE = "accept-invitation"
"""Where the link leads, below PUBLIC_URL: a page of the web client that sends the secret back."""
BY_ID = (Invitation.id,)


def status_of_invitation(at: datetime) -> ColumnElement[str]:
    """Return what became of an invitation as a column: ``open, accepted, withdrawn`` or ``expired``."""
    return case(
        (Invitation.accepted_at.is_not(None), "accepted"),
        (Invitation.withdrawn_at.is_not(None), "withdrawn"),
        (Invitation.expires_at <= at, "expired"),
        else_="open",
    )


def count_of_company() -> ScalarSelect[int]:
    """Return the number of a company's invitations as a column of the company."""
    rows = select(func.count()).select_from(Invitation).where(Invitation.company_id == Company.id)
    return rows.correlate(Company).scalar_subquery()


def list_invitations(
    session: Reader, reach: Reach, company_id: int, window: Window, columns: Sequence[Any]
) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` invitations of a company by id; one statement."""
    statement = select(*columns).where(Invitation.company_id == company_id, of_company(Invitation.company_id, reach))
    return session.execute(ascending_page(statement, BY_ID, window)).all()


def get_invitation(session: Reader, company_id: int, invitation_id: int, columns: Sequence[Any]) -> AnyRow:
    """Return an invitation of the company, or raise ``NotFound``; one statement."""
    statement = select(*columns).where(Invitation.id == invitation_id, Invitation.company_id == company_id)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"there is no invitation {invitation_id}")
    return row


def invite(session: Session, actor: Actor, company: AnyRow, new: Mapping[str, Any]) -> int:
    """Invite ``new["email"]`` to ``company`` (id, name) by mail, and return the invitation's id; seven statements.

    An earlier invitation of the same address to the company is good no more. Whether the address has an account
    elsewhere is told to nobody but its owner.
    """
    _refuse_impossible(session, company.id, new)
    _withdraw(session, Invitation.company_id == company.id, Invitation.email_key == email_key(new["email"]))
    token = new_link_token()
    invitation = Invitation(
        company_id=company.id,
        email=new["email"],
        email_key=email_key(new["email"]),
        role=new["role"],
        team_id=new.get("team_id"),
        invited_by=actor.user_id,
        token_hash=hash_of(token),
        expires_at=now() + LASTS,
    )
    session.add(invitation)
    session.flush()
    link = f"{keyring().public_url}/{PAGE}#token={token}"
    add_mail(session, new["email"], "invitation", {"company": company.name, "role": new["role"], "link": link})
    add_activity(session, actor, "invitation.created", "invitation", invitation.id, company_id=company.id)
    return invitation.id


def withdraw_invitation(session: Session, actor: Actor, company_id: int, invitation_id: int) -> None:
    """Make an invitation of the company good no more; one that is over stays as it is. Three statements."""
    get_invitation(session, company_id, invitation_id, (Invitation.id,))
    if _withdraw(session, Invitation.id == invitation_id):
        add_activity(session, actor, "invitation.withdrawn", "invitation", invitation_id, company_id=company_id)


def find_open_invitation(session: Reader, token: str, at: datetime) -> AnyRow | None:
    """Return the invitation that the secret is of, with its company, while it is good; one statement."""
    statement = select(
        Invitation.id,
        Invitation.email,
        Invitation.role,
        Invitation.team_id,
        Invitation.company_id,
        Company.name.label("company_name"),
        Company.slug.label("company_slug"),
    )
    statement = statement.join(Company, Company.id == Invitation.company_id)
    return session.execute(statement.where(Invitation.token_hash == hash_of(token), *_open(at))).one_or_none()


def use_invitation(session: Session, invitation_id: int, at: datetime) -> bool:
    """Use an invitation that is still good, and tell whether it was; one statement, so one of many wins."""
    used = update(Invitation).where(Invitation.id == invitation_id, *_open(at)).values(accepted_at=at)
    return session.execute(used.returning(Invitation.id)).scalar_one_or_none() is not None


def _withdraw(session: Session, *which: ColumnElement[bool]) -> bool:
    withdrawn = update(Invitation).where(*which, *_open(now())).values(withdrawn_at=now())
    return bool(session.execute(withdrawn.returning(Invitation.id)).scalars().all())


def _refuse_impossible(session: Session, company_id: int, new: Mapping[str, Any]) -> None:
    account = find_by_email(session, new["email"])
    if account is not None and account.company_id == company_id:
        raise AlreadyMember("a person with this address works for the company", id=account.id)
    team_id = new.get("team_id")
    own = select(Team.id).where(Team.id == team_id, Team.company_id == company_id)
    if team_id is not None and session.scalar(own) is None:
        raise InvalidInput.at("team_id", f"the company has no team {team_id}")


def _open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > at
