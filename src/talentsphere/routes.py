"""The whole URL map at a glance: the blueprints of each version."""

from talentsphere.domains.accounts import auth_v1, auth_v2, keys_v1, keys_v2, people_v1, people_v2
from talentsphere.domains.accounts import v1 as accounts_v1
from talentsphere.domains.accounts import v2 as accounts_v2
from talentsphere.domains.activity import v1 as activity_v1
from talentsphere.domains.activity import v2 as activity_v2
from talentsphere.domains.analytics import v1 as analytics_v1
from talentsphere.domains.analytics import v2 as analytics_v2
from talentsphere.domains.applications import (
    board_v1,
    board_v2,
    notes_v1,
    notes_v2,
    stages_v1,
    stages_v2,
)
from talentsphere.domains.applications import pages as application_pages
from talentsphere.domains.applications import v1 as applications_v1
from talentsphere.domains.applications import v2 as applications_v2
from talentsphere.domains.caching import routes as caching
from talentsphere.domains.changes import v2 as changes_v2
from talentsphere.domains.companies import invitations_v1, invitations_v2, teams_v1, teams_v2
from talentsphere.domains.companies import v1 as companies_v1
from talentsphere.domains.companies import v2 as companies_v2
from talentsphere.domains.jobs import bulk_v1 as bulk_jobs_v1
from talentsphere.domains.jobs import bulk_v2 as bulk_jobs_v2
from talentsphere.domains.jobs import company_v1 as company_jobs_v1
from talentsphere.domains.jobs import company_v2 as company_jobs_v2
from talentsphere.domains.jobs import hiring_v1, hiring_v2
from talentsphere.domains.jobs import v1 as jobs_v1
from talentsphere.domains.jobs import v2 as jobs_v2
from talentsphere.domains.jobs.search import v1 as job_search_v1
from talentsphere.domains.jobs.search import v2 as job_search_v2
from talentsphere.domains.mail import pages as mail
from talentsphere.domains.performance import health, monitoring
from talentsphere.domains.skills import v1 as skills_v1
from talentsphere.domains.skills import v2 as skills_v2
from talentsphere.domains.suggestions import v1 as suggestions_v1
from talentsphere.domains.suggestions import v2 as suggestions_v2
from talentsphere.domains.tasks import v1 as tasks_v1
from talentsphere.domains.tasks import v2 as tasks_v2

OPERATIONS = (
    health.bp,
    monitoring.details,
    monitoring.bp,
    monitoring.v1,
    monitoring.prometheus,
    caching.stats,
    caching.bp,
    mail.links,
    application_pages.bp,
)
DEVELOPMENT = (mail.outbox,)
"""Not there in production."""
V1 = (
    jobs_v1.bp,
    bulk_jobs_v1.bp,
    job_search_v1.bp,
    company_jobs_v1.bp,
    hiring_v1.bp,
    applications_v1.bp,
    board_v1.bp,
    stages_v1.bp,
    notes_v1.bp,
    companies_v1.bp,
    skills_v1.bp,
    suggestions_v1.bp,
    auth_v1.bp,
    accounts_v1.bp,
    keys_v1.bp,
    people_v1.bp,
    teams_v1.bp,
    invitations_v1.bp,
    activity_v1.bp,
    analytics_v1.dashboard,
    analytics_v1.bp,
    tasks_v1.bp,
)
V2 = (
    jobs_v2.bp,
    bulk_jobs_v2.bp,
    job_search_v2.bp,
    company_jobs_v2.bp,
    hiring_v2.bp,
    applications_v2.bp,
    board_v2.bp,
    stages_v2.bp,
    notes_v2.bp,
    companies_v2.bp,
    skills_v2.bp,
    suggestions_v2.bp,
    auth_v2.bp,
    accounts_v2.bp,
    keys_v2.bp,
    people_v2.bp,
    teams_v2.bp,
    invitations_v2.bp,
    activity_v2.bp,
    analytics_v2.dashboard,
    analytics_v2.bp,
    changes_v2.bp,
    tasks_v2.bp,
)
