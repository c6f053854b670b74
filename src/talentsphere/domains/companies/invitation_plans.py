"""The named queries of invitations, each with the index that it must use."""

from __future__ import annotations

from datetime import UTC, datetime

from talentsphere.db.caller import Extent, Reach
from talentsphere.db.paging import Window
from talentsphere.db.plans import NamedQuery
from talentsphere.domains.companies.invitations import find_open_invitation, list_invitations
from talentsphere.domains.companies.models import Invitation

OWN = Reach(Extent.COMPANY, company_id=3)
AT = datetime(2026, 7, 1, tzinfo=UTC)
PLANS = (
    NamedQuery(
        "invitations.list",
        ("ix_invitations_company",),
        lambda session: list_invitations(session, OWN, 3, Window(20), (Invitation.id, Invitation.email)),
    ),
    NamedQuery(
        "invitations.by_secret",
        ("uq_invitations_token_hash",),
        lambda session: find_open_invitation(session, "secret", AT),
        scans=("companies",),
    ),
)
