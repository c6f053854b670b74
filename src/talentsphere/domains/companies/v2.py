"""``/api/v2/companies``: public pages of companies, minimal."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, reach
from talentsphere.api.caching import cached, versioned
from talentsphere.api.conditions import check_version, conditional
from talentsphere.api.fields import only
from talentsphere.api.idempotency import idempotent
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, Walk, walk_response
from talentsphere.api.shapes import or_selection, reference_to, walk_of
from talentsphere.db.session import reading, writing
from talentsphere.domains.companies import queries
from talentsphere.domains.companies.caching import COMPANY_LIST, COMPANY_PAGE
from talentsphere.domains.companies.schemas import (
    COMPANY_V2,
    PAGE_V2,
    CompanyChanges,
    CompanyListQueryV2,
    CompanyPageV2,
    CompanyQueryV2,
    CompanyV2,
    NewCompany,
    company_page_v2,
    company_v2,
)
from talentsphere.domains.companies.writing import add_company, change_company, lock_company
from talentsphere.errors import NotFound

bp = Blueprint("companies", "v2", "/api/v2/companies", description="Employers")


@bp.get("")
@bp.arguments(CompanyListQueryV2, location="query")
@bp.response(200, or_selection(CompanyV2, walk_of))
@cached(COMPANY_LIST)
def list_companies(query: dict[str, Any]) -> Response:
    """List companies by name."""
    walk: Walk[Any] = Walk.of(query, "companies", queries.place_of)
    with reading() as session:
        rows = queries.list_companies(session, walk.window, COMPANY_V2)
        total = None if query["count"] == "none" else Total(queries.count_companies(session))
    return walk_response(walk, rows, only(query.get("wanted_fields"), company_v2), {"sort": "name"}, total)


@bp.post("")
@bp.arguments(NewCompany)
@bp.response(201, CompanyPageV2)
@allow("company.create")
@idempotent
def create_company(new: dict[str, Any]) -> Response:
    """Add a company; its slug is made from its name."""
    with writing() as session:
        row = queries.find_company(session, str(add_company(session, actor(), new)), PAGE_V2)
    assert row is not None
    response = versioned(json_response(company_page_v2(row), 201), row.version)
    response.headers["Location"] = f"{bp.url_prefix}/{row.slug}"
    return response


@bp.get("/<reference>", parameters=reference_to("the company", "viamo"))
@bp.arguments(CompanyQueryV2, location="query")
@bp.response(200, or_selection(CompanyPageV2))
@bp.alt_response(404, "NOT_FOUND")
@cached(COMPANY_PAGE)
def get_company(query: dict[str, Any], reference: str) -> Response:
    """Give one company by id or slug, with the number of its open postings."""
    with reading() as session:
        row = queries.find_company(session, reference, PAGE_V2)
    if row is None:
        raise NotFound(f"there is no company {reference}")
    return versioned(json_response(only(query.get("wanted_fields"), company_page_v2)(row)), row.version)


@bp.patch("/<reference>", parameters=reference_to("the company", "viamo"))
@bp.arguments(CompanyChanges)
@bp.response(200, CompanyPageV2)
@bp.alt_response(404, "NOT_FOUND")
@allow("company.update")
@conditional
def update_company(changes: dict[str, Any], reference: str) -> Response:
    """Change what a company says of itself."""
    with writing() as session:
        company = lock_company(session, reach(), reference)
        check_version(company.version)
        change_company(session, actor(), company, changes)
        row = queries.find_company(session, str(company.id), PAGE_V2)
    assert row is not None
    return versioned(json_response(company_page_v2(row)), row.version)
