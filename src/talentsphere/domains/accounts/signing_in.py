"""Signing in, staying signed in, and signing out. Each function is a whole operation with its own transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.db.rows import AnyRow
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts import queries
from talentsphere.domains.accounts.errors import WrongCredentials
from talentsphere.domains.accounts.handed_out import hash_of, new_refresh_token, successors
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.models import Session as SignIn
from talentsphere.domains.activity.queries import add_activity
from talentsphere.errors import NotFound, Unauthenticated

GRACE = timedelta(seconds=10)
"""How long a used refresh token still gives its successor, to tabs that refresh at the same time."""


@dataclass(frozen=True)
class Tokens:
    """What a sign-in or a refresh hands out."""

    access: str
    refresh: str


def sign_in(email: str, password: str, user_agent: str, actor: Actor, at: datetime | None = None) -> Tokens:
    """Begin a session, or raise ``WrongCredentials`` after the same work whatever is wrong.

    A hash with older parameters is replaced. Six statements.
    """
    at, account = at or now(), _verified(email, password, actor)
    renewed = keyring().passwords.renewed(password, account.password_hash)
    with writing() as session:
        if queries.lock_password(session, account.id, account.password_hash) is None:
            raise WrongCredentials("the password was changed a moment ago")
        if renewed is not None:
            queries.set_password(session, account.id, renewed)
        return _begin(session, account, user_agent, actor, at)


def refresh(token: str, actor: Actor, at: datetime | None = None) -> Tokens:
    """Use ``token`` once, and return the pair that follows; raise ``Unauthenticated`` when it holds no longer.

    Whoever shows a used token within ``GRACE`` gets the same pair again. Later it was stolen, from one side or the
    other: the session ends.
    """
    at = at or now()
    with writing() as session:
        sign_in_id = queries.use_refresh_token(session, hash_of(token), at)
        if sign_in_id is None:
            found = _repeated(session, token, actor, at)
        else:
            found = _followed(session, sign_in_id, token, at)
    if found is None:
        raise Unauthenticated("the refresh token is not valid, or no longer; sign in again")
    return found


def sign_out(user_id: int, sign_in_id: int, actor: Actor, at: datetime | None = None) -> None:
    """End a session of the person; raise ``NotFound`` when it is not theirs or is over. Three statements."""
    with writing() as session:
        if not end_sign_ins(session, user_id, at or now(), SignIn.id == sign_in_id):
            raise NotFound(f"there is no session {sign_in_id}")
        add_activity(session, actor, "account.logged_out", "session", sign_in_id)


def sign_out_others(user_id: int, sign_in_id: int, actor: Actor, at: datetime | None = None) -> int:
    """End the other sessions of the person, and return how many there were; three statements."""
    with writing() as session:
        ended = end_sign_ins(session, user_id, at or now(), SignIn.id != sign_in_id)
        add_activity(session, actor, "session.others_ended", "user", user_id, details={"ended": len(ended)})
    return len(ended)


def end_sign_ins(session: Session, user_id: int, at: datetime, *which: ColumnElement[bool]) -> Sequence[int]:
    """End the person's sign-ins that match ``which``, for every worker as soon as this is committed."""
    ended = queries.end_sign_ins(session, at, SignIn.user_id == user_id, *which)
    keyring().remembered.tell_all_after_commit(session, user_ids=[user_id], session_ids=ended)
    return ended


def _verified(email: str, password: str, actor: Actor) -> AnyRow:
    """Return the account that has this address and password and is open, or refuse; never a hash less."""
    with reading() as session:
        account = queries.find_by_email(session, email)
    is_theirs = keyring().passwords.matches(password, account.password_hash if account else None)
    if account is not None and account.is_active and is_theirs:
        return account
    user_id, company_id = (account.id, account.company_id) if account else (None, None)
    with writing() as session:
        add_activity(session, actor, "account.login_failed", "user", user_id, company_id=company_id, level="security")
    raise WrongCredentials("there is no account with this address and this password")


def _begin(session: Session, account: AnyRow, user_agent: str, actor: Actor, at: datetime) -> Tokens:
    queries.prune_sign_ins(session, at)
    sign_in_id, token = queries.add_sign_in(session, account.id, user_agent, at), new_refresh_token()
    queries.add_refresh_token(session, hash_of(token), sign_in_id, at)
    person = replace(actor, user_id=account.id)
    add_activity(session, person, "account.logged_in", "session", sign_in_id, company_id=account.company_id)
    return Tokens(keyring().access_tokens.issue(account.id, sign_in_id, account.token_version, at), token)


def _followed(session: Session, sign_in_id: int, token: str, at: datetime) -> Tokens | None:
    """Store the successor of a token that was used just now, when its session holds; three statements."""
    found = _issued(session, sign_in_id, successors(token, keyring().refresh_keys)[0], at)
    if found is not None:
        queries.add_refresh_token(session, hash_of(found.refresh), sign_in_id, at)
    return found


def _repeated(session: Session, token: str, actor: Actor, at: datetime) -> Tokens | None:
    """Return the stored successor of a token that was used within ``GRACE``; end the session of one used before."""
    known = queries.find_refresh_token(session, hash_of(token))
    if known is None:
        return None
    if at - known.used_at > GRACE:
        _end_family(session, known.session_id, actor, at)
        return None
    for successor in successors(token, keyring().refresh_keys):
        if queries.find_refresh_token(session, hash_of(successor)) is not None:
            return _issued(session, known.session_id, successor, at)
    return None


def _issued(session: Session, sign_in_id: int, token: str, at: datetime) -> Tokens | None:
    person = queries.renew_sign_in(session, sign_in_id, at)
    if person is None:
        return None
    return Tokens(keyring().access_tokens.issue(person.id, sign_in_id, person.token_version, at), token)


def _end_family(session: Session, sign_in_id: int, actor: Actor, at: datetime) -> None:
    user_id = queries.find_owner(session, sign_in_id)
    end_sign_ins(session, user_id, at, SignIn.id == sign_in_id)
    person = replace(actor, user_id=user_id)
    add_activity(session, person, "session.family_revoked", "session", sign_in_id, level="security")
