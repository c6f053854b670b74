"""The stages of jobs, and the templates that a company keeps of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from talentsphere.api.strict import suggest
from talentsphere.db.base import now
from talentsphere.db.caller import Actor
from talentsphere.db.changes import mark_changed
from talentsphere.db.dialect import insert_unless_taken
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.activity.queries import add_activity, record_change
from talentsphere.domains.applications.errors import StageInUse, TemplateExists
from talentsphere.domains.applications.models import DEFAULT_STAGES, STAGE_LENGTH, JobStage, StageTemplate
from talentsphere.domains.applications.tagging import of_job
from talentsphere.domains.applications.tallies import list_tallies
from talentsphere.domains.jobs.models import Job
from talentsphere.domains.names import folded_name, slug_of
from talentsphere.errors import NotFound, invalid_field

Stage = dict[str, Any]
"""``stage`` (its word), ``name`` and ``kind``."""
TEMPLATE = (StageTemplate.id, StageTemplate.name, StageTemplate.stages, StageTemplate.created_at, StageTemplate.version)
MAX_TEMPLATES = 100


def list_stages(session: Reader, job_id: int) -> Sequence[Stage]:
    """Return the stages of a job in their order: its own, or those that every job has; one statement."""
    statement = select(JobStage.stage, JobStage.name, JobStage.kind).where(JobStage.job_id == job_id)
    rows = session.execute(statement.order_by(JobStage.position)).all()
    return [dict(row._mapping) for row in rows] or DEFAULT_STAGES


def in_order(stages: Sequence[Stage]) -> Sequence[Stage]:
    """Return stages that ``queries.stages_of_job`` read, as ``list_stages`` does."""
    ordered = sorted(stages, key=lambda each: int(each["position"]))
    return [{name: each[name] for name in ("stage", "name", "kind")} for each in ordered] or DEFAULT_STAGES


def lock_stages(session: Session, job_id: int) -> Sequence[Stage]:
    """Return the same, as they stay until this transaction ends; two statements.

    The lock comes first, in a statement of its own: one that waited for it would still read what was before.
    """
    session.execute(select(Job.id).where(Job.id == job_id).with_for_update(read=True))
    return list_stages(session, job_id)


def get_stage(stages: Sequence[Stage], wanted: str) -> Stage:
    """Return the stage with this word, or raise ``InvalidInput`` with the nearest one."""
    for stage in stages:
        if stage["stage"] == wanted:
            return stage
    words = [str(stage["stage"]) for stage in stages]
    meant = suggest(wanted, words)
    more = {"did_you_mean": meant} if meant else {}
    raise invalid_field("#/stage", f"the job has the stages {', '.join(words)}", **more)


def numbered_stages(given: Sequence[Stage]) -> list[Stage]:
    """Return stages as they are stored, each with its word: the one that was given, or one made of its name.

    Raises ``InvalidInput`` when words repeat or the first stage is of the kind ``hired``.
    """
    stages = [
        {"stage": each.get("stage") or slug_of(each["name"], STAGE_LENGTH), "name": each["name"], "kind": each["kind"]}
        for each in given
    ]
    if len({stage["stage"] for stage in stages}) < len(stages):
        raise invalid_field("#/stages", "the words of stages must differ from each other")
    check_first(stages, "#/stages/0/kind")
    return stages


def check_first(stages: Sequence[Stage], pointer: str) -> None:
    """Raise ``InvalidInput`` when who applies would stand in a stage of the hired, and be one of them for nobody."""
    if stages and stages[0]["kind"] == "hired":
        raise invalid_field(pointer, "the first stage is that of new applications; it cannot be of the kind hired")


def replace_stages(session: Session, actor: Actor, job: Job, stages: Sequence[Stage]) -> None:
    """Give a locked job these stages; raise ``StageInUse`` when one that holds applications would go; six statements.

    Nor may such a stage become one of another kind: its applications would be hired, or not, by nobody. The version
    of the job rises, as ``If-Match`` is about the job.
    """
    kinds = {stage["stage"]: stage["kind"] for stage in stages}
    held = {stage["stage"]: stage["kind"] for stage in list_stages(session, job.id)}
    for row in list_tallies(session, job.company_id, job.id):
        if row.n and kinds.get(row.stage) != held.get(row.stage):
            raise StageInUse(f"applications stand in {row.stage}; move them first", stage=row.stage)
    mark_changed(session, "stages", of_job(job.id))
    session.connection().execute(delete(JobStage).where(JobStage.job_id == job.id))
    rows = [{**stage, "job_id": job.id, "position": position} for position, stage in enumerate(stages)]
    session.connection().execute(insert(JobStage), rows)
    job.updated_at = now()
    session.flush()
    record_change(session, actor, "job.stages_changed", job.id, company_id=job.company_id)


def list_templates(session: Reader, company_id: int) -> Sequence[AnyRow]:
    """Return the company's templates by name, with ``TEMPLATE``; one statement."""
    statement = select(*TEMPLATE).where(StageTemplate.company_id == company_id)
    return session.execute(statement.order_by(StageTemplate.name_key).limit(MAX_TEMPLATES)).all()


def get_template(session: Reader, company_id: int, template_id: int) -> AnyRow:
    """Return the company's template, or raise ``NotFound``; one statement."""
    own = (StageTemplate.id == template_id, StageTemplate.company_id == company_id)
    row = session.execute(select(*TEMPLATE).where(*own)).one_or_none()
    if row is None:
        raise _missing(template_id)
    return row


def add_template(session: Session, actor: Actor, company_id: int, name: str, stages: Sequence[Stage]) -> int:
    """Keep stages for jobs to come, and return their id; raise ``TemplateExists``; two statements."""
    values = {"company_id": company_id, "name": name, "name_key": folded_name(name, 80), "stages": list(stages)}
    unique = (StageTemplate.company_id, StageTemplate.name_key)
    mark_changed(session, "stages")
    template_id: int | None = insert_unless_taken(session, StageTemplate, values, unique, StageTemplate.id)
    if template_id is None:
        raise TemplateExists(f"the company has stages named {name}")
    _log(session, actor, "stage_template.created", company_id, template_id)
    return template_id


def lock_template(session: Session, company_id: int, template_id: int) -> StageTemplate:
    """Return the company's template for a change, or raise ``NotFound``; one statement."""
    own = (StageTemplate.id == template_id, StageTemplate.company_id == company_id)
    found: StageTemplate | None = session.scalars(select(StageTemplate).where(*own).with_for_update()).one_or_none()
    if found is None:
        raise _missing(template_id)
    return found


def remove_template(session: Session, actor: Actor, template: StageTemplate) -> None:
    """Forget a locked template; jobs keep the stages they have; two statements."""
    session.delete(template)
    session.flush()
    _log(session, actor, "stage_template.deleted", template.company_id, template.id)


def _missing(template_id: int) -> NotFound:
    return NotFound(f"there are no stages {template_id}")


def _log(session: Session, actor: Actor, action: str, company_id: int, template_id: int) -> None:
    add_activity(session, actor, action, "stage_template", template_id, company_id=company_id)
