"""Signed texts: the link to the page that shows where an application stands, and the moment a form was fetched."""

from __future__ import annotations

import base64
import hmac
import re

from talentsphere.domains.accounts.tokens import derived_keys
from talentsphere.settings import Settings

PATH = "/applications/status"
STATUS, FORM = "application status", "application form"
_STATUS_TOKEN = re.compile(r"([1-9][0-9]{0,9})\.([A-Za-z0-9_-]{22})")
_FORM_TOKEN = re.compile(r"([1-9][0-9]{9,14})\.([A-Za-z0-9_-]{22})")


def status_link(settings: Settings, application_id: int) -> str:
    """Return the address of the page that shows where this application stands, to whoever has it."""
    mac = _mac(derived_keys(settings, STATUS)[0], str(application_id))
    return f"{settings.public_url}{PATH}?token={application_id}.{mac}"


def read_status_token(settings: Settings, token: str) -> int | None:
    """Return the application of a token of ours, or nothing."""
    match = _STATUS_TOKEN.fullmatch(token)
    return int(match[1]) if match and _is_ours(settings, STATUS, match[1], match[2]) else None


def form_token(settings: Settings, job_id: int, at_ms: int) -> str:
    """Return the proof that the form of this job was fetched then (milliseconds of the epoch)."""
    return f"{at_ms}.{_mac(derived_keys(settings, FORM)[0], f'{job_id}.{at_ms}')}"


def read_form_token(settings: Settings, job_id: int, token: str) -> int | None:
    """Return when the form of this job was fetched, or nothing when the token is not ours."""
    match = _FORM_TOKEN.fullmatch(token)
    return int(match[1]) if match and _is_ours(settings, FORM, f"{job_id}.{match[1]}", match[2]) else None


def _is_ours(settings: Settings, use: str, text: str, mac: str) -> bool:
    return any(hmac.compare_digest(mac, _mac(key, text)) for key in derived_keys(settings, use))


def _mac(key: bytes, text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")[:16]).decode()[:22]
