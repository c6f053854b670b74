"""What the operator does with accounts at the shell."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from flask import current_app
from marshmallow import ValidationError

from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.db.events import add_event
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts import queries
from talentsphere.domains.accounts.keyring import keyring
from talentsphere.domains.accounts.schemas import NewAccount
from talentsphere.domains.accounts.services import refuse_weak
from talentsphere.domains.activity.queries import add_activity
from talentsphere.domains.companies.models import Company
from talentsphere.domains.companies.queries import find_company
from talentsphere.errors import InvalidInput, NotFound
from talentsphere.settings import Settings

STAFF = ("recruiter", "hiring_manager", "interviewer")
ADMIN_EMAIL = "admin@talentsphere.local"
ADMIN_FILE = "initial-admin.txt"


def new_password() -> str:
    """Return a password that nobody guesses."""
    return secrets.token_urlsafe(18)


def create_user(email: str, role: str, name: str | None, company: str | None, password: str) -> int:
    """Add an account with a verified address, and return its id; refuse what an account cannot be."""
    if (role in STAFF) != (company is not None):
        raise InvalidInput(f"a {role} works for {'a company: give --company' if role in STAFF else 'no company'}")
    full_name = name or email.partition("@")[0]
    _refuse_invalid(email, full_name, password)
    company_id = _company_id(company) if company is not None else None
    user_id = _add(email, full_name, password, role, company_id)
    if user_id is None:
        raise InvalidInput(f"{email} has an account already")
    return user_id


def ensure_admin() -> Path | None:
    """Make the first admin unless there is one; return the file that says who it is, or nothing.

    The file is written before the account, and kept: after a crash between the two, the account gets what it says.
    """
    with reading() as session:
        if queries.has_admin(session):
            return None
    settings: Settings = current_app.extensions["talentsphere.settings"]
    path = settings.home / ADMIN_FILE
    _write_once(path, f"email: {ADMIN_EMAIL}\npassword: {new_password()}\n")
    email, password = (line.partition(": ")[2] for line in path.read_text().splitlines())
    _add(email, "Administrator", password, "admin", None)
    return path


def _refuse_invalid(email: str, full_name: str, password: str) -> None:
    try:
        NewAccount().load({"email": email, "full_name": full_name, "password": password})
    except ValidationError as error:
        messages: Any = error.messages
        [(field, reasons), *_] = messages.items()
        raise InvalidInput(f"{field}: {reasons[0]}") from None
    refuse_weak(password, email, full_name)


def _company_id(reference: str) -> int:
    with reading() as session:
        row = find_company(session, reference, (Company.id,))
    if row is None:
        raise NotFound(f"there is no company {reference}")
    company_id: int = row.id
    return company_id


def _add(email: str, full_name: str, password: str, role: str, company_id: int | None) -> int | None:
    password_hash = keyring().passwords.hash(password)
    with writing() as session:
        user_id = queries.add_user(
            session, email, full_name, password_hash, role=role, company_id=company_id, email_verified_at=now()
        )
        if user_id is not None:
            add_activity(session, Actor(), "account.created", "user", user_id, company_id=company_id)
            add_event(session, "user.created", user_id, company_id=company_id)
    return user_id


def _write_once(path: Path, text: str) -> None:
    """Write a file that this user alone can read, whole or not at all; one that is there stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
