"""Every named query of every domain."""

from talentsphere.db import idempotency
from talentsphere.domains.accounts import key_plans, people_plans
from talentsphere.domains.accounts import plans as accounts
from talentsphere.domains.activity import plans as activity
from talentsphere.domains.analytics import plans as analytics
from talentsphere.domains.applications import plans as applications
from talentsphere.domains.changes import plans as changes
from talentsphere.domains.companies import invitation_plans, team_plans
from talentsphere.domains.companies import plans as companies
from talentsphere.domains.jobs import plans as jobs
from talentsphere.domains.jobs.search import plans as job_search
from talentsphere.domains.mail import plans as mail
from talentsphere.domains.skills import plans as skills
from talentsphere.domains.suggestions import plans as suggestions
from talentsphere.tasks import plans as tasks

PLANS = (
    *idempotency.PLANS,
    *jobs.PLANS,
    *job_search.PLANS,
    *applications.PLANS,
    *companies.PLANS,
    *team_plans.PLANS,
    *invitation_plans.PLANS,
    *accounts.PLANS,
    *people_plans.PLANS,
    *key_plans.PLANS,
    *skills.PLANS,
    *suggestions.PLANS,
    *activity.PLANS,
    *analytics.PLANS,
    *changes.PLANS,
    *tasks.PLANS,
    *mail.PLANS,
)
