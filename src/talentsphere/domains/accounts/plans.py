"""The named queries of accounts, each with the index that it must use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.accounts import queries
from talentsphere.domains.accounts.models import Session as SignIn
from talentsphere.domains.accounts.schemas import PROFILE_V1, SESSION_V2

AT = datetime(2026, 7, 1, tzinfo=UTC)
PAGE, SECRET = Window(20), "0" * 64


def _sign_in(session: Session) -> Any:
    """Return (id, user_id) of a sign-in that holds."""
    return session.execute(select(SignIn.id, SignIn.user_id).where(SignIn.expires_at > AT).limit(1)).one()


def _list(session: Session, found: Any) -> object:
    return queries.list_other_sign_ins(session, found.user_id, found.id, AT, PAGE, SESSION_V2)


def _end(session: Session, found: Any) -> object:
    return queries.end_sign_ins(session, AT, SignIn.user_id == found.user_id)


PLANS = (
    NamedQuery(
        "accounts.caller",
        ("pk_users",),
        lambda session, found: queries.find_caller(session, found.id, found.user_id, 1, AT),
        given=_sign_in,
    ),
    NamedQuery(
        "accounts.by_email", ("uq_users_email_key",), lambda session: queries.find_by_email(session, "ada@example.org")
    ),
    NamedQuery(
        "accounts.profile",
        ("pk_users",),
        lambda session: queries.get_profile(session, 1, PROFILE_V1),
        scans=("companies", "teams"),
    ),
    NamedQuery("sessions.list", ("ix_sessions_user",), _list, given=_sign_in),
    NamedQuery(
        "sessions.count",
        ("ix_sessions_user",),
        lambda session, found: queries.count_other_sign_ins(session, found.user_id, found.id, AT),
        given=_sign_in,
    ),
    NamedQuery("sessions.end", ("ix_sessions_user", "ix_refresh_tokens_session"), _end, given=_sign_in),
    NamedQuery("sessions.prune", ("ix_sessions_expires_at",), lambda session: queries.prune_sign_ins(session, AT)),
    NamedQuery(
        "refresh_tokens.use",
        ("pk_refresh_tokens",),
        lambda session: queries.use_refresh_token(session, SECRET, AT),
    ),
    NamedQuery(
        "mailed_links.replace",
        ("ix_mailed_links_user",),
        lambda session: queries.add_mailed_link(session, "reset_password", 1, SECRET, AT),
    ),
    NamedQuery(
        "mailed_links.use",
        ("pk_mailed_links",),
        lambda session: queries.use_mailed_link(session, "reset_password", SECRET, AT),
    ),
)
