"""Made-up sign-ins and mailed links of the people that ``peopling`` has made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from talentsphere.cli.peopling import AT, PEOPLE
from talentsphere.domains.accounts.models import MailedLink, RefreshToken
from talentsphere.domains.accounts.models import Session as SignIn

SIGN_INS, LINKS = 12_000, 3_000
DAY = timedelta(days=1)


def add_sign_ins(session: Session) -> None:
    """Give everybody two sign-ins of the past two months, half of them over, each with two refresh tokens."""
    session.execute(insert(SignIn), [_sign_in(n) for n in range(1, SIGN_INS + 1)])
    session.execute(insert(RefreshToken), [_token(n) for n in range(2 * SIGN_INS)])
    session.execute(insert(MailedLink), [_link(n) for n in range(LINKS)])


def _sign_in(n: int) -> dict[str, Any]:
    expires_at = AT + (n % 60 - 30) * DAY
    return {
        "id": n, "user_id": 1 + n % PEOPLE, "user_agent": "curl/8", "created_at": AT - 30 * DAY,
        "last_used_at": expires_at - 30 * DAY, "expires_at": expires_at, "ended_at": AT if n % 7 == 0 else None,
    }  # fmt: skip


def _token(n: int) -> dict[str, Any]:
    return {
        "token_hash": f"{n:064x}", "session_id": 1 + n // 2, "issued_at": AT, "used_at": AT if n % 2 == 0 else None,
    }  # fmt: skip


def _link(n: int) -> dict[str, Any]:
    return {"token_hash": f"{n + 1:064x}", "kind": "reset_password", "user_id": 1 + n, "expires_at": AT + DAY}
