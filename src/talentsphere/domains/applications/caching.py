"""What is cached of hiring, and which tags a changed row touches."""

from __future__ import annotations

from talentsphere.cache.policy import CachePolicy
from talentsphere.cache.tags import tags_changed_by
from talentsphere.domains.applications.models import (
    Application,
    ApplicationTag,
    ApplicationTally,
    JobStage,
    Note,
    StageTemplate,
)
from talentsphere.domains.applications.tagging import of_application, of_job, tags_of_application

MY_APPLICATIONS = CachePolicy("my_applications", ttl_s=300, scope="user")
"""It depends on the candidate's applications, and on the postings and companies that it shows."""
BOARD = CachePolicy("board", ttl_s=300, tags=("hiring_teams",), scope="company")
"""Besides: the applications to the posting, the posting, and the candidates whose cards it shows."""
JOB_APPLICATIONS = CachePolicy("job_applications", ttl_s=300, tags=("hiring_teams",), scope="company")
APPLICATION = CachePolicy("application", ttl_s=300, tags=("hiring_teams",), scope="company")
STAGES = CachePolicy("stages", ttl_s=1800, tags=("hiring_teams", "stages"), scope="company")


@tags_changed_by(Application, own="applications")
def application_tags(application: Application) -> set[str]:
    return tags_of_application(application.id, application.job_id, application.candidate_id)


@tags_changed_by(ApplicationTag, own="applications")
def tag_tags(row: ApplicationTag) -> set[str]:
    return {of_application(row.application_id)}


@tags_changed_by(Note, own="notes")
def note_tags(note: Note) -> set[str]:
    return {of_application(note.application_id)}


@tags_changed_by(ApplicationTally, own="applications")
def tally_tags(row: ApplicationTally) -> set[str]:
    return {of_job(row.job_id)}


@tags_changed_by(StageTemplate, own="stages")
def template_tags(_row: StageTemplate) -> set[str]:
    return set()


@tags_changed_by(JobStage, own="stages")
def stage_tags(row: JobStage) -> set[str]:
    return {of_job(row.job_id)}
