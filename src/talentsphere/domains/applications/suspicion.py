"""What makes an application look as if a program had sent it; no third party is asked.

Whoever is suspected is told nothing: the answer is that of any application, and a person of the company decides.
"""

from __future__ import annotations

import time
from typing import Any

from talentsphere.api.limits import APPLY_ADDRESS, OWN_LETTER, SAME_LETTER, has_room
from talentsphere.domains.applications.links import read_form_token
from talentsphere.settings import Settings

HONEYPOT = "website"
"""A field that no person sees."""
FORM_GOOD_FOR_MS = 7 * 24 * 3_600_000
LONG_LETTER = 200
"""Shorter letters are alike by chance."""


def suspicion_of(settings: Settings, job_id: int, user_id: int | None, given: dict[str, Any]) -> str | None:
    """Return why the request looks made by a program, or nothing. It counts for its address and its letter."""
    faults = {
        "address": not has_room(APPLY_ADDRESS),
        "same_letter": not _is_new_letter(given.get("cover_letter") or "", user_id),
        "honeypot": bool(given.get(HONEYPOT)),
        "form": _is_bad_form(settings, job_id, given.get("form_token"), int(time.time() * 1000)),
    }
    return next((name for name, is_so in faults.items() if is_so), None)


def _is_new_letter(letter: str, user_id: int | None) -> bool:
    text = " ".join(letter.casefold().split())
    if len(text) < LONG_LETTER or not has_room(OWN_LETTER, f"{user_id} {text}"):
        return True
    return has_room(SAME_LETTER, text)


def _is_bad_form(settings: Settings, job_id: int, token: str | None, at_ms: int) -> bool:
    """Tell whether the form was sent faster than a person reads it, or was never given out for this job.

    Without a token nothing is known: programs of candidates, and old clients, have none.
    """
    if token is None:
        return False
    fetched_ms = read_form_token(settings, job_id, token)
    return fetched_ms is None or not settings.apply_min_s * 1000 <= at_ms - fetched_ms <= FORM_GOOD_FOR_MS
