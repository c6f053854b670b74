"""``/api/v2/jobs/{id}/stages`` and ``/api/v2/companies/{id}/stage-templates``: the stages of hiring."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, reach
from talentsphere.api.caching import cached, versioned
from talentsphere.api.conditions import check_version, conditional
from talentsphere.api.idempotency import idempotent
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.shapes import ID, few_of, id_in_path, reference_to
from talentsphere.cache.dependencies import depends_on
from talentsphere.db.session import reading, writing
from talentsphere.domains.applications import stages
from talentsphere.domains.applications.answering import get_job, stages_given
from talentsphere.domains.applications.caching import STAGES
from talentsphere.domains.applications.parameters import NewTemplate, Stages
from talentsphere.domains.applications.schemas import StageShape, TemplateShape, template
from talentsphere.domains.companies.models import Company
from talentsphere.domains.companies.queries import get_own_company
from talentsphere.domains.jobs.answering import locked_job
from talentsphere.domains.jobs.parameters import JOB

bp = Blueprint("stages", "v2", "/api/v2", description="The stages of hiring")
COMPANY = reference_to("the company", "viamo")
ALL = "/companies/<reference>/stage-templates"
ONE, ONE_ID = f"{ALL}/<{ID}:template_id>", [*COMPANY, *id_in_path("template_id", "the stages")]


@bp.get("/jobs/<job>/stages", parameters=JOB)
@bp.response(200, few_of("data", StageShape))
@bp.alt_response(404, "NOT_FOUND")
@allow("stage.read")
@cached(STAGES)
def list_job_stages(job: str) -> Response:
    """List the stages of a job in their order; the `ETag` names the version of the job."""
    with reading() as session:
        found = get_job(session, job)
        depends_on(f"job:{found.id}")
        return versioned(json_response({"data": stages.list_stages(session, found.id)}), found.version)


@bp.put("/jobs/<job>/stages", parameters=JOB)
@bp.arguments(Stages)
@bp.response(200, few_of("data", StageShape))
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("stage.write")
@conditional
def put_job_stages(given: dict[str, Any], job: str) -> Response:
    """Give a job its stages, or those of a template; `If-Match` is about the job."""
    with writing() as session:
        found = locked_job(session, job)
        stages.replace_stages(session, actor(), found, stages_given(session, found.company_id, given))
        return versioned(json_response({"data": stages.list_stages(session, found.id)}), found.version)


@bp.get(ALL, parameters=COMPANY)
@bp.response(200, few_of("data", TemplateShape))
@bp.alt_response(404, "NOT_FOUND")
@allow("stage_template.read")
@cached(STAGES)
def list_stage_templates(reference: str) -> Response:
    """List the stages that a company keeps for its jobs, by name."""
    with reading() as session:
        company = get_own_company(session, reach(), reference, (Company.id,))
        depends_on(f"company:{company.id}")
        return json_response({"data": [template(row) for row in stages.list_templates(session, company.id)]})


@bp.post(ALL, parameters=COMPANY)
@bp.arguments(NewTemplate)
@bp.response(201, TemplateShape)
@bp.alt_response(404, "NOT_FOUND")
@bp.alt_response(409, "CONFLICT")
@allow("stage_template.write")
@idempotent
def create_stage_template(new: dict[str, Any], reference: str) -> Response:
    """Keep stages for jobs to come."""
    with writing() as session:
        company = get_own_company(session, reach(), reference, (Company.id,))
        given = stages.numbered_stages(new["stages"])
        template_id = stages.add_template(session, actor(), company.id, new["name"], given)
        row = stages.get_template(session, company.id, template_id)
    return versioned(json_response(template(row), 201), row.version)


@bp.delete(ONE, parameters=ONE_ID)
@bp.response(204)
@bp.alt_response(404, "NOT_FOUND")
@allow("stage_template.write")
@conditional
def delete_stage_template(reference: str, template_id: int) -> Response:
    """Forget stages that were kept; jobs that have them keep them."""
    with writing() as session:
        company = get_own_company(session, reach(), reference, (Company.id,))
        found = stages.lock_template(session, company.id, template_id)
        check_version(found.version)
        stages.remove_template(session, actor(), found)
    return Response(status=204)
