"""Every statement about people, their sign-ins and the links they are mailed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from talentsphere.cache.dependencies import depends_on
from talentsphere.db.changes import mark_changed
from talentsphere.db.dialect import insert_unless_taken
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.accounts.models import MailedLink, RefreshToken, User
from talentsphere.domains.accounts.models import Session as SignIn
from talentsphere.domains.companies.models import Company, Team
from talentsphere.domains.names import folded_name

IDLE = timedelta(days=30)
"""How long a sign-in lasts after its last refresh."""
KEPT_FOR = timedelta(days=1)
PRUNED_AT_ONCE = 20
CREDENTIALS = (
    User.id, User.email, User.full_name, User.role, User.company_id, User.is_active, User.password_hash,
    User.token_version,
)  # fmt: skip


def email_key(email: str) -> str:
    """Return what an account is found by."""
    return folded_name(email, 254)


def find_caller(session: Reader, sign_in_id: int, user_id: int, token_version: int, at: datetime) -> AnyRow | None:
    """Return (id, role, company_id) of the person whose sign-in holds at ``at``, or nothing; one statement.

    A sign-in holds while it is neither ended nor expired, its person is active, and their tokens of this version are
    not revoked.
    """
    statement = (
        select(User.id, User.role, User.company_id)
        .join(SignIn, SignIn.user_id == User.id)
        .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None), SignIn.expires_at > at)
        .where(User.id == user_id, User.is_active, User.token_version == token_version)
    )
    return session.execute(statement).one_or_none()


def find_by_email(session: Reader, email: str) -> AnyRow | None:
    """Return the ``CREDENTIALS`` of the account with this address, or nothing; one statement."""
    return session.execute(select(*CREDENTIALS).where(User.email_key == email_key(email))).one_or_none()


def get_by_id(session: Reader, user_id: int) -> AnyRow:
    """Return the ``CREDENTIALS`` of an account that is there; one statement."""
    return session.execute(select(*CREDENTIALS).where(User.id == user_id)).one()


def lock_password(session: Session, user_id: int, password_hash: str) -> AnyRow | None:
    """Return (token_version,) of an active account that still has this hash, which nobody may change before the commit.

    One statement.
    """
    statement = select(User.token_version).where(
        User.id == user_id, User.is_active, User.password_hash == password_hash
    )
    return session.execute(statement.with_for_update()).one_or_none()


def get_profile(session: Reader, user_id: int, columns: Sequence[Any]) -> AnyRow:
    """Return ``columns`` of a person who is there, of their company and their team; one statement."""
    statement = select(*columns).select_from(User)
    statement = statement.outerjoin(Company, Company.id == User.company_id).outerjoin(Team, Team.id == User.team_id)
    row = session.execute(statement.where(User.id == user_id)).one()
    depends_on(f"user:{user_id}", *([f"company:{row.company_id}"] if row.company_id is not None else []))
    return row


def lock_user(session: Session, user_id: int) -> User:
    """Return the person, whom nobody else may change before the commit; one statement."""
    return session.execute(select(User).where(User.id == user_id).with_for_update()).scalar_one()


def add_user(session: Session, email: str, full_name: str, password_hash: str, **columns: Any) -> int | None:
    """Add an account, and return its id; nothing when the address is taken. One statement, and no race."""
    mark_changed(session, "users")
    values = {"email": email, "email_key": email_key(email), "full_name": full_name, "password_hash": password_hash}
    return insert_unless_taken(session, User, {**values, **columns}, User.email_key, User.id)


def set_password(session: Session, user_id: int, password_hash: str) -> None:
    """Replace the hash; one statement."""
    mark_changed(session, "users", f"user:{user_id}")
    session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def revoke_tokens(session: Session, user_id: int) -> None:
    """End every access token of the person, whatever session it is of; one statement."""
    mark_changed(session, "users", f"user:{user_id}")
    session.execute(update(User).where(User.id == user_id).values(token_version=User.token_version + 1))


def confirm_email(session: Session, user_id: int, at: datetime) -> None:
    """Note that the person reads their address, unless that is known; one statement."""
    mark_changed(session, "users", f"user:{user_id}")
    statement = update(User).where(User.id == user_id, User.email_verified_at.is_(None))
    session.execute(statement.values(email_verified_at=at, updated_at=at, version=User.version + 1))


def has_admin(session: Reader) -> bool:
    """Tell whether any active admin exists; one statement."""
    return session.scalar(select(User.id).where(User.role == "admin", User.is_active).limit(1)) is not None


def add_sign_in(session: Session, user_id: int, user_agent: str, at: datetime) -> int:
    """Add a sign-in, and return its id; one statement."""
    sign_in = SignIn(user_id=user_id, user_agent=user_agent[:200], created_at=at, last_used_at=at, expires_at=at + IDLE)
    session.add(sign_in)
    session.flush()
    return sign_in.id


def renew_sign_in(session: Session, sign_in_id: int, at: datetime) -> AnyRow | None:
    """Let a sign-in that holds last ``IDLE`` longer; (user id, token version), or nothing. Two statements."""
    holds = (SignIn.id == sign_in_id, SignIn.ended_at.is_(None), SignIn.expires_at > at)
    renewed = update(SignIn).where(*holds).values(last_used_at=at, expires_at=at + IDLE).returning(SignIn.user_id)
    user_id = session.execute(renewed).scalar_one_or_none()
    return session.execute(select(User.id, User.token_version).where(User.id == user_id, User.is_active)).one_or_none()


def find_owner(session: Reader, sign_in_id: int) -> int:
    """Return whose sign-in it is; one statement."""
    return session.execute(select(SignIn.user_id).where(SignIn.id == sign_in_id)).scalar_one()


def end_sign_ins(session: Session, at: datetime, *which: ColumnElement[bool]) -> Sequence[int]:
    """End the sign-ins that hold and match ``which``, forget their refresh tokens, and return their ids.

    One statement, and one more when there is any.
    """
    ended = update(SignIn).where(SignIn.ended_at.is_(None), *which).values(ended_at=at, expires_at=at)
    ids = session.execute(ended.returning(SignIn.id)).scalars().all()
    if ids:
        session.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(ids)))
    return ids


def list_other_sign_ins(
    session: Reader, user_id: int, sign_in_id: int, at: datetime, window: Window, columns: Sequence[Any]
) -> Sequence[AnyRow]:
    """Return the person's sign-ins that hold, but for one, newest first; one statement. Uses ``ix_sessions_user``."""
    statement = select(*columns).where(*_holding(user_id, at), SignIn.id != sign_in_id)
    return session.execute(
        ascending_page(statement, (SignIn.id,), replace(window, backwards=not window.backwards))
    ).all()


def count_other_sign_ins(session: Reader, user_id: int, sign_in_id: int, at: datetime) -> int:
    """Return how many sign-ins ``list_other_sign_ins`` has; one statement."""
    statement = select(func.count()).select_from(SignIn).where(*_holding(user_id, at), SignIn.id != sign_in_id)
    return session.scalar(statement) or 0


def get_sign_in(session: Reader, user_id: int, sign_in_id: int, columns: Sequence[Any]) -> AnyRow:
    """Return ``columns`` of one of the person's sign-ins, which is there; one statement."""
    return session.execute(select(*columns).where(SignIn.user_id == user_id, SignIn.id == sign_in_id)).one()


def prune_sign_ins(session: Session, at: datetime, limit: int = PRUNED_AT_ONCE) -> int:
    """Delete up to ``limit`` of the sign-ins that are over for a day, with their tokens; return how many.

    One statement. Each new sign-in asks for it, so the table holds little more than what lives, and the clock for the
    rest. Uses ``ix_sessions_expires_at``.
    """
    over = select(SignIn.id).where(SignIn.expires_at < at - KEPT_FOR).order_by(SignIn.expires_at).limit(limit)
    gone = delete(SignIn).where(SignIn.id.in_(over.with_for_update(skip_locked=True)))
    return session.connection().execute(gone).rowcount


def add_refresh_token(session: Session, token_hash: str, sign_in_id: int, at: datetime) -> None:
    """Add a token that is not used yet; one statement."""
    session.add(RefreshToken(token_hash=token_hash, session_id=sign_in_id, issued_at=at))
    session.flush()


def use_refresh_token(session: Session, token_hash: str, at: datetime) -> int | None:
    """Use a token that nobody has used, and return its sign-in, or nothing; one statement, so one of many wins."""
    used = update(RefreshToken).where(RefreshToken.token_hash == token_hash, RefreshToken.used_at.is_(None))
    return session.execute(used.values(used_at=at).returning(RefreshToken.session_id)).scalar_one_or_none()


def find_refresh_token(session: Reader, token_hash: str) -> AnyRow | None:
    """Return (session_id, used_at) of a token, or nothing; one statement."""
    statement = select(RefreshToken.session_id, RefreshToken.used_at).where(RefreshToken.token_hash == token_hash)
    return session.execute(statement).one_or_none()


def add_mailed_link(session: Session, kind: str, user_id: int, token_hash: str, expires_at: datetime) -> None:
    """Add a link instead of those of its kind that the person has; two statements. Uses ``ix_mailed_links_user``."""
    session.execute(delete(MailedLink).where(MailedLink.user_id == user_id, MailedLink.kind == kind))
    session.add(MailedLink(kind=kind, user_id=user_id, token_hash=token_hash, expires_at=expires_at))
    session.flush()


def work_in_vain(session: Session, statements: int) -> None:
    """Delete nobody's links, in so many ``statements``: an address without an account costs as much as one with."""
    for _ in range(statements):
        session.execute(delete(MailedLink).where(MailedLink.user_id == 0))


def find_mailed_link(session: Reader, kind: str, token_hash: str, at: datetime) -> AnyRow | None:
    """Return (user_id,) of a link that is still good, or nothing; one statement."""
    return session.execute(select(MailedLink.user_id).where(*_good(kind, token_hash, at))).one_or_none()


def use_mailed_link(session: Session, kind: str, token_hash: str, at: datetime) -> int | None:
    """Use a link that is still good, and return whose it is, or nothing; one statement, so one of many wins."""
    used = update(MailedLink).where(*_good(kind, token_hash, at)).values(used_at=at)
    return session.execute(used.returning(MailedLink.user_id)).scalar_one_or_none()


def _holding(user_id: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.expires_at > at


def _good(kind: str, token_hash: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    is_unused = MailedLink.used_at.is_(None)
    return MailedLink.token_hash == token_hash, MailedLink.kind == kind, is_unused, MailedLink.expires_at > at
