"""Making accounts, proving addresses, and changing passwords. Each function is an operation with its transactions.

Nothing here tells whether an address has an account: not by its result, and not by its work.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.db.events import add_event
from talentsphere.db.rows import AnyRow
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts import queries
from talentsphere.domains.accounts.handed_out import hash_of, new_link_token
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.models import Session as SignIn
from talentsphere.domains.accounts.passwords import weakness_of
from talentsphere.domains.accounts.signing_in import end_sign_ins
from talentsphere.domains.activity.queries import add_activity
from talentsphere.domains.mail.queries import add_mail
from talentsphere.errors import InvalidInput

VERIFY, RESET = "verify_email", "reset_password"
LASTS = {VERIFY: timedelta(days=7), RESET: timedelta(hours=1)}
"""How long a mailed link is good."""
PAGES = {VERIFY: "verify-email", RESET: "reset-password"}
"""Where a link leads, below PUBLIC_URL: a page of the web client that sends the secret back."""
LINK_STATEMENTS = 4
"""What it costs to mail a link."""


def register(email: str, password: str, full_name: str, actor: Actor, at: datetime | None = None) -> None:
    """Make a candidate's account and mail a link; whose address is taken is mailed that instead.

    Either way one hash and one transaction of a few short statements.
    """
    refuse_weak(password, email, full_name)
    password_hash = keyring().passwords.hash(password)
    with writing() as session:
        user_id = queries.add_user(session, email, full_name, password_hash)
        if user_id is None:
            _tell_owner(session, email, actor)
            return
        _mail_link(session, VERIFY, user_id, email, full_name, at or now())
        add_activity(session, replace(actor, user_id=user_id), "account.registered", "user", user_id)
        add_event(session, "user.created", user_id)


def ask_reset(email: str, actor: Actor, at: datetime | None = None) -> None:
    """Mail a link for a new password to the address, if it has an open account; six statements either way."""
    with writing() as session:
        account = queries.find_by_email(session, email)
        if account is not None and account.is_active:
            _mail_link(session, RESET, account.id, account.email, account.full_name, at or now())
        else:
            queries.work_in_vain(session, LINK_STATEMENTS)
        user_id, company_id = (account.id, account.company_id) if account else (None, None)
        add_activity(
            session, actor, "account.reset_requested", "user", user_id, company_id=company_id, level="security"
        )


def reset_password(token: str, password: str, actor: Actor, at: datetime | None = None) -> None:
    """Set the password of whom the link was mailed to, once, and end all their sessions; else ``InvalidInput``."""
    at = at or now()
    account = _reader_of(token, at)
    refuse_weak(password, account.email, account.full_name)
    password_hash = keyring().passwords.hash(password)
    with writing() as session:
        user_id = queries.use_mailed_link(session, RESET, hash_of(token), at)
        if user_id is None:
            raise _bad_link()
        queries.set_password(session, user_id, password_hash)
        queries.confirm_email(session, user_id, at)
        queries.revoke_tokens(session, user_id)
        end_sign_ins(session, user_id, at)
        person = replace(actor, user_id=user_id)
        add_activity(session, person, "account.password_reset", "user", user_id, level="security")


def change_password(
    user_id: int, sign_in_id: int, old: str, new: str, actor: Actor, at: datetime | None = None
) -> None:
    """Replace the person's password and end their other sessions; ``InvalidInput`` when ``old`` is not it."""
    with reading() as session:
        account = queries.get_by_id(session, user_id)
    refuse_weak(new, account.email, account.full_name, field="new_password")
    if not keyring().passwords.matches(old, account.password_hash):
        raise _invalid("old_password", "is not your password")
    password_hash = keyring().passwords.hash(new)
    with writing() as session:
        if queries.lock_password(session, user_id, account.password_hash) is None:
            raise _invalid("old_password", "was changed a moment ago")
        queries.set_password(session, user_id, password_hash)
        end_sign_ins(session, user_id, at or now(), SignIn.id != sign_in_id)
        add_activity(session, actor, "account.password_changed", "user", user_id, level="security")


def verify_email(token: str, actor: Actor, at: datetime | None = None) -> None:
    """Note that the person reads the address that the link was mailed to, once; else ``InvalidInput``."""
    at = at or now()
    with writing() as session:
        user_id = queries.use_mailed_link(session, VERIFY, hash_of(token), at)
        if user_id is None:
            raise _bad_link()
        queries.confirm_email(session, user_id, at)
        add_activity(session, replace(actor, user_id=user_id), "account.email_verified", "user", user_id)


def mail_verification(user_id: int, actor: Actor, at: datetime | None = None) -> None:
    """Mail another link to prove the person's address; the earlier ones are good no more."""
    with writing() as session:
        account = queries.get_by_id(session, user_id)
        _mail_link(session, VERIFY, user_id, account.email, account.full_name, at or now())
        add_activity(session, actor, "account.verification_requested", "user", user_id)


def refuse_weak(password: str, email: str, full_name: str, field: str = "password") -> None:
    """Raise ``InvalidInput`` when the password is among those that are guessed first."""
    weakness = weakness_of(password, email, full_name)
    if weakness is not None:
        raise _invalid(field, weakness)


def _tell_owner(session: Session, email: str, actor: Actor) -> None:
    account = queries.find_by_email(session, email)
    assert account is not None, "the address is taken"
    link = f"{keyring().public_url}/reset-password"
    add_mail(session, account.email, "address_taken", {"name": account.full_name, "link": link})
    queries.work_in_vain(session, 2)
    add_activity(session, actor, "account.registered_again", "user", account.id, level="security")


def _mail_link(session: Session, kind: str, user_id: int, email: str, full_name: str, at: datetime) -> None:
    """Mail a new secret; behind ``#``, so that no server on the way and no log sees it."""
    token = new_link_token()
    queries.add_mailed_link(session, kind, user_id, hash_of(token), at + LASTS[kind])
    link = f"{keyring().public_url}/{PAGES[kind]}#token={token}"
    add_mail(session, email, kind, {"name": full_name, "link": link})


def _reader_of(token: str, at: datetime) -> AnyRow:
    with reading() as session:
        found = queries.find_mailed_link(session, RESET, hash_of(token), at)
        if found is None:
            raise _bad_link()
        return queries.get_by_id(session, found.user_id)


def _bad_link() -> InvalidInput:
    return _invalid("token", "is not valid, or no longer; ask for another mail")


def _invalid(field: str, detail: str) -> InvalidInput:
    return InvalidInput(f"#/{field}: {detail}", errors=[{"pointer": f"#/{field}", "detail": detail}])
