"""Sending mails: after the request that wrote them, never in it."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from flask import current_app

from talentsphere.db.base import now
from talentsphere.db.rows import AnyRow
from talentsphere.db.session import reading
from talentsphere.domains.mail.delivery import MailServer, Refused, deliver
from talentsphere.domains.mail.kinds import MAILS, preference_of
from talentsphere.domains.mail.letters import letter_of, message_of
from talentsphere.domains.mail.queries import find_mail, settle
from talentsphere.settings import Settings
from talentsphere.tasks.handlers import Effect
from talentsphere.tasks.queue import Claim


def send_mail(claim: Claim) -> Effect:
    """Send the mail ``mail_id``, unless it was sent or its person wants none; without a server it is kept.

    A crash between the server's answer and the mark sends it again, with the same Message-ID.
    """
    settings: Settings = current_app.extensions["talentsphere.settings"]
    with reading() as session:
        mail = find_mail(session, claim.args["mail_id"])
    if mail is None or mail.status != "queued":
        return lambda _session: None
    status, error = _sent(mail, settings)
    return partial(settle, mail_id=mail.id, status=status, at=now(), error=error)


def _sent(mail: AnyRow, settings: Settings) -> tuple[str, str | None]:
    """Send the mail, and return its status and what the server said against it."""
    if not MAILS[mail.template].transactional and _is_unwanted(mail):
        return "unwanted", None
    if settings.smtp_url is None:
        return "kept", None
    server = MailServer.of(settings.smtp_url.value())
    sender = server.sender or f"TalentSphere <no-reply@{urlsplit(settings.public_url).hostname}>"
    try:
        deliver(server, message_of(mail, letter_of(mail, settings), sender, settings))
    except Refused as refusal:
        return "refused", f"the mail server answered {refusal}"
    return "sent", None


def _is_unwanted(mail: AnyRow) -> bool:
    """Tell whether the person said no, or is gone."""
    return mail.preferences is None or mail.preferences.get(preference_of(mail.template)) is False
