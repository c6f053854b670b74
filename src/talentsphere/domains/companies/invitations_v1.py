"""``/api/v1/companies/{id}/invitations``, and accepting one: whole."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, open_to_all, reach
from talentsphere.api.caching import uncached
from talentsphere.api.idempotency import idempotent
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import ID, id_in_path, page_of, reference_to
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts.asking import stranger, whoever
from talentsphere.domains.companies import invitations
from talentsphere.domains.companies.invitation_schemas import (
    AcceptedInvitation,
    InvitationListQueryV1,
    InvitationV1,
    Joined,
    NewInvitation,
    columns_v1,
    invitation_v1,
    joined,
)
from talentsphere.domains.companies.joining import Acceptance, accept
from talentsphere.domains.companies.models import Company
from talentsphere.domains.companies.queries import get_own_company

bp = Blueprint("invitations", "v1", "/api/v1", description="Asking people to join a company")
ALL, COMPANY = "/companies/<reference>/invitations", reference_to("the company", "viamo")
ONE, ONE_ID = f"{ALL}/<{ID}:invitation_id>", [*COMPANY, *id_in_path("invitation_id", "the invitation")]


@bp.post(ALL, parameters=COMPANY)
@bp.arguments(NewInvitation)
@bp.response(201, InvitationV1)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("invitation.write")
@idempotent
def create_invitation(new: dict[str, Any], reference: str) -> Response:
    """Invite a person by mail; an earlier invitation of the same address is good no more."""
    with writing() as session:
        company = get_own_company(session, reach(), reference, (Company.id, Company.name))
        invitation_id = invitations.invite(session, actor(), company, new)
        row = invitations.get_invitation(session, company.id, invitation_id, columns_v1())
    return json_response(invitation_v1(row), 201)


@bp.get(ALL, parameters=COMPANY)
@bp.arguments(InvitationListQueryV1, location="query")
@bp.response(200, page_of(InvitationV1))
@bp.alt_response(404, "NOT_FOUND")
@allow("invitation.read")
@uncached("few ask, and it changes with the time")
def list_invitations(query: dict[str, Any], reference: str) -> Response:
    """List whom the company has invited, and what became of it."""
    window = numbered_window(query)
    with reading() as session:
        columns = (Company.id, invitations.count_of_company().label("total"))
        company = get_own_company(session, reach(), reference, columns)
        rows = invitations.list_invitations(session, reach(), company.id, window, columns_v1())
    return json_response(numbered_page(rows, window, Total(company.total), invitation_v1))


@bp.delete(ONE, parameters=ONE_ID)
@bp.response(204)
@bp.alt_response(404, "NOT_FOUND")
@allow("invitation.write")
def delete_invitation(reference: str, invitation_id: int) -> Response:
    """Withdraw an invitation: its link is good no more."""
    with writing() as session:
        company = get_own_company(session, reach(), reference, (Company.id,))
        invitations.withdraw_invitation(session, actor(), company.id, invitation_id)
    return Response(status=204)


@bp.post("/auth/invitations/accept")
@bp.arguments(AcceptedInvitation)
@bp.response(200, Joined)
@bp.alt_response(401, "UNAUTHORIZED")
@bp.alt_response(409, "CONFLICT")
@open_to_all
def accept_invitation(given: dict[str, Any]) -> Response:
    """Join a company with the secret of the mailed link, once; sign in afterwards."""
    return json_response(joined(accept(Acceptance(**given), whoever(), stranger())))
