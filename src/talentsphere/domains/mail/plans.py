"""The named queries of mails, each with the index that it must use."""

from __future__ import annotations

from datetime import UTC, datetime

from talentsphere.db.plans import NamedQuery
from talentsphere.domains.mail.queries import find_mail, list_mails, prune_mails

AT = datetime(2026, 7, 1, tzinfo=UTC)
PLANS = (
    NamedQuery("mail.find", ("pk_outbox",), lambda session: find_mail(session, 1)),
    NamedQuery("mail.list", ("pk_outbox",), lambda session: list_mails(session, 50), scans=("outbox",)),
    NamedQuery(
        "mail.prune", ("ix_outbox_created_at",), lambda session: prune_mails(session, AT, 100), scans=("outbox",)
    ),
)
