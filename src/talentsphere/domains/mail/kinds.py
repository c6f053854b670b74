"""Every mail that the product sends, at a glance; its texts are ``templates/mail/<name>.txt`` and ``.html``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MailKind:
    """``subject`` may name values in braces. A mail that is not ``transactional`` may be refused, kind by kind."""

    subject: str
    transactional: bool = True


MAILS = {
    "verify_email": MailKind("Confirm your address"),
    "reset_password": MailKind("Choose a new password"),
    "address_taken": MailKind("You have an account already"),
    "application_received": MailKind("Your application: {job}"),
    "application_rejected": MailKind("About your application: {job}"),
    "invitation": MailKind("{company} invites you to TalentSphere"),
}


def preference_of(kind: str) -> str:
    """Return the name in ``users.preferences`` that is false when the person wants no such mails."""
    return f"mail_{kind}"
