"""Pages for browsers: refusing a kind of mail, for everybody; the outbox, for the developer at this machine alone."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, render_template, request
from marshmallow import Schema, fields, validate

from talentsphere.api.auth import open_to_all
from talentsphere.api.caching import uncached
from talentsphere.api.openapi import Blueprint
from talentsphere.api.shapes import ID, id_in_path
from talentsphere.api.static import static_url
from talentsphere.db.rows import AnyRow
from talentsphere.db.session import reading
from talentsphere.domains.mail.letters import Letter, letter_of, message_id
from talentsphere.domains.mail.queries import find_mail, list_mails
from talentsphere.domains.mail.unsubscribing import PATH, read_token, refuse_mails
from talentsphere.errors import NotFound
from talentsphere.settings import Settings

SHOWN = 100
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Inline styles are those of a shown mail; there are no scripts."""
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}

links = Blueprint("mail", "mail", "", description="Refusing a kind of mail")
outbox = Blueprint("mail", "dev", "/dev/outbox", description="The outbox, in development")


class Token(Schema):
    """The signature of a link that was mailed."""

    token = fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "As the mail has it", "example": "17.digest.3q2-7wEBAgMEBQYHCAkKCw"},
    )


@links.get(PATH)
@links.arguments(Token, location="query")
@links.response(200, {"type": "string"}, content_type="text/html")
@links.alt_response(404, "NOT_FOUND")
@uncached("a page for one person")
@open_to_all
def ask_to_unsubscribe(query: dict[str, Any]) -> Response:
    """Show a button that refuses a kind of mail

    A click on a link changes nothing: programs that look for harm in mails follow links, too.
    """
    _known(query["token"])
    return _page("unsubscribe.html", token=query["token"], is_done=False)


@links.post(PATH)
@links.arguments(Token, location="query")
@links.response(200, {"type": "string"}, content_type="text/html")
@links.alt_response(404, "NOT_FOUND")
@open_to_all
def unsubscribe(query: dict[str, Any]) -> Response:
    """Refuse a kind of mail, by the signature in its link alone

    What `List-Unsubscribe-Post` asks for (RFC 8058). It sets the preference `mail_<kind>`.
    """
    refuse_mails(*_known(query["token"]))
    return _page("unsubscribe.html", token=query["token"], is_done=True)


@outbox.get("")
@outbox.response(200, {"type": "string"}, content_type="text/html")
@outbox.alt_response(404, "NOT_FOUND")
@uncached("a page for one person")
@open_to_all
def show_outbox() -> Response:
    """Show the newest mails, in development and on this machine only"""
    _refuse_others()
    with reading() as session:
        mails = list_mails(session, SHOWN)
    return _page("outbox.html", mails=[(mail, _letter(mail)) for mail in mails], smtp=_settings().smtp_url is not None)


@outbox.get(f"/<{ID}:mail_id>", parameters=id_in_path("mail_id", "the mail"))
@outbox.response(200, {"type": "string"}, content_type="text/html")
@outbox.alt_response(404, "NOT_FOUND")
@uncached("a page for one person")
@open_to_all
def show_mail(mail_id: int) -> Response:
    """Show one mail as it reads, in development and on this machine only"""
    _refuse_others()
    with reading() as session:
        mail = find_mail(session, mail_id)
    if mail is None:
        raise NotFound(f"there is no mail {mail_id}")
    return _page("outbox_mail.html", mail=mail, letter=_letter(mail), message_id=message_id(mail, _settings()))


def _refuse_others() -> None:
    """Mails hold secrets: no other machine may read them, and no page of another site in a browser of this one."""
    host = urlsplit(f"//{request.host}").hostname or ""
    caller = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104  # nosec B104
    is_here = caller.is_loopback and host in {*LOCAL_NAMES, urlsplit(_settings().public_url).hostname}
    if _settings().is_production or not is_here:
        raise NotFound("there is nothing here")


def _letter(mail: AnyRow) -> Letter | None:
    """Return how the mail reads, while what it says is known."""
    return letter_of(mail, _settings()) if mail.context else None


def _known(token: str) -> tuple[int, str]:
    found = read_token(_settings(), token)
    if found is None:
        raise NotFound("the link is not one of ours, or not whole")
    return found


def _settings() -> Settings:
    found: Settings = current_app.extensions["talentsphere.settings"]
    return found


def _page(template: str, **shown: Any) -> Response:
    page = render_template(template, css=static_url("pages.css"), icon=static_url("icon.svg"), **shown)
    return Response(
        page, mimetype="text/html", headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    )
