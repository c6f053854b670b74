"""Accepting an invitation: with a new account, or with the candidate's account that the address has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from talentsphere.api.auth import Principal
from talentsphere.api.limits import count_login
from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.db.changes import mark_changed
from talentsphere.db.events import add_event
from talentsphere.db.rows import AnyRow
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts import queries
from talentsphere.domains.accounts.errors import WrongCredentials
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.models import User
from talentsphere.domains.accounts.services import refuse_weak
from talentsphere.domains.activity.queries import add_activity
from talentsphere.domains.companies.errors import BelongsElsewhere
from talentsphere.domains.companies.invitations import find_open_invitation, use_invitation
from talentsphere.errors import Forbidden, InvalidInput


@dataclass(frozen=True)
class Acceptance:
    """What is sent with the secret: who has no account yet needs both, who has one its password or a session."""

    token: str
    password: str | None = None
    full_name: str | None = None


def accept(given: Acceptance, signed_in: Principal | None, actor: Actor, at: datetime | None = None) -> AnyRow:
    """Let whom the invitation was mailed to join, once, and return the invitation.

    Only who holds the secret learns whether its address has an account. A secret that is not good (any more) is
    ``InvalidInput``; hashes are made outside of transactions.
    """
    at = at or now()
    with reading() as session:
        invitation = find_open_invitation(session, given.token, at)
        if invitation is None:
            raise _bad_link()
        account = queries.find_by_email(session, invitation.email)
    if account is None:
        _join_anew(invitation, given, signed_in, actor, at)
    else:
        _prove(account, given, signed_in)
        _join(invitation, account, actor, at)
    return invitation


def _join_anew(invitation: AnyRow, given: Acceptance, signed_in: Principal | None, actor: Actor, at: datetime) -> None:
    """Make an account that works for the company; its address is proved, as the mail was read there."""
    if signed_in is not None:
        raise _for_another()
    for field in ("password", "full_name"):
        if getattr(given, field) is None:
            raise InvalidInput.at(field, "is needed for a new account")
    assert given.password is not None and given.full_name is not None
    refuse_weak(given.password, invitation.email, given.full_name)
    password_hash = keyring().passwords.hash(given.password)
    place = {"role": invitation.role, "company_id": invitation.company_id, "team_id": invitation.team_id}
    with writing() as session:
        _use(session, invitation, at)
        user_id = queries.add_user(
            session, invitation.email, given.full_name, password_hash, email_verified_at=at, preferences={}, **place
        )
        if user_id is None:
            raise InvalidInput.at("token", "was used a moment ago; try again")
        _log(session, invitation, user_id, actor)


def _prove(account: AnyRow, given: Acceptance, signed_in: Principal | None) -> None:
    """Refuse unless the caller is signed in to the account, or knows its password."""
    if signed_in is not None:
        if signed_in.user_id != account.id:
            raise _for_another()
    elif given.password is None:
        raise InvalidInput.at("password", "is needed, of the account that this address has")
    else:
        count_login(account.email)
        if not keyring().passwords.matches(given.password, account.password_hash) or not account.is_active:
            raise WrongCredentials("this is not the password of the account that the address has")
    if account.role != "candidate" or account.company_id is not None:
        raise BelongsElsewhere("only a candidate's account can join a company")


def _join(invitation: AnyRow, account: AnyRow, actor: Actor, at: datetime) -> None:
    """Make the candidate one of the company's people, for every worker at once."""
    is_free = (User.id == account.id, User.role == "candidate", User.company_id.is_(None), User.is_active)
    place = {"role": invitation.role, "company_id": invitation.company_id, "team_id": invitation.team_id}
    joined = update(User).where(*is_free).values(**place, version=User.version + 1, updated_at=at)
    with writing() as session:
        _use(session, invitation, at)
        mark_changed(session, "users", f"user:{account.id}")
        if session.execute(joined.returning(User.id)).scalar_one_or_none() is None:
            raise BelongsElsewhere("the account joined a company a moment ago")
        queries.confirm_email(session, account.id, at)
        keyring().remembered.tell_all_after_commit(session, user_ids=[account.id])
        _log(session, invitation, account.id, actor)


def _use(session: Session, invitation: AnyRow, at: datetime) -> None:
    if not use_invitation(session, invitation.id, at):
        raise _bad_link()


def _log(session: Session, invitation: AnyRow, user_id: int, actor: Actor) -> None:
    person = replace(actor, user_id=user_id)
    company_id = invitation.company_id
    add_activity(
        session, person, "invitation.accepted", "invitation", invitation.id, company_id=company_id, level="security"
    )
    add_event(session, "user.joined", user_id, company_id=company_id)


def _bad_link() -> InvalidInput:
    return InvalidInput.at("token", "is not valid, or no longer; ask for another invitation")


def _for_another() -> Forbidden:
    return Forbidden("the invitation is for another address; sign out, or sign in with that one")
