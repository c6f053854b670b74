"""What is cached of postings, and which tags a changed row touches."""

from __future__ import annotations

from talentsphere.cache.policy import CachePolicy
from talentsphere.cache.tags import tags_changed_by
from talentsphere.domains.jobs.models import HiringTeamMember, Job, JobSkill, JobTally, SearchDoc
from talentsphere.domains.jobs.staleness import HOUR_S
from talentsphere.domains.jobs.tagging import tags_of_jobs

DAY_S = 86_400

JOB_LIST = CachePolicy("job_list", ttl_s=300, tags=("jobs", "companies", "skills"), every_s=HOUR_S)
JOB_SEARCH = CachePolicy("job_search", ttl_s=300, tags=("jobs", "companies", "skills"), every_s=DAY_S)
"""Postings are scored by their age in days."""
JOB_PAGE = CachePolicy("job_page", ttl_s=1800, tags=("skills",), every_s=HOUR_S)
"""Besides: the posting and its company, which ``get_public_job`` names."""
JOB_STATS = CachePolicy("job_stats", ttl_s=120, tags=("jobs", "companies"), every_s=60)
"""It counts the postings of the last seven days, to the minute."""
COMPANY_JOBS = CachePolicy("company_jobs", ttl_s=300, tags=("skills", "hiring_teams"), scope="company", every_s=HOUR_S)
"""Besides: the company and its postings, which ``get_member_company_id`` names, or the one of a hiring team."""

HIRING_TEAM = CachePolicy("hiring_team", ttl_s=1800, tags=("hiring_teams", "jobs", "users"), scope="company")


@tags_changed_by(Job, own="jobs")
def job_tags(job: Job) -> set[str]:
    """With a posting go its skills and its hiring team: bodies of a team depend on their posting."""
    return tags_of_jobs([job.id], [job.company_id])


@tags_changed_by(JobSkill, own="jobs")
def skill_tags(row: JobSkill) -> set[str]:
    return tags_of_jobs([row.job_id])


@tags_changed_by(JobTally, own="jobs")
def tally_tags(_row: JobTally) -> set[str]:
    return set()


@tags_changed_by(SearchDoc, own="jobs")
def document_tags(_row: SearchDoc) -> set[str]:
    return set()


@tags_changed_by(HiringTeamMember, own="hiring_teams")
def team_tags(_row: HiringTeamMember) -> set[str]:
    return set()
