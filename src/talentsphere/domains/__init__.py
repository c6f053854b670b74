"""What TalentSphere is about. Importing this package registers every table."""

from talentsphere.domains.accounts import models as accounts
from talentsphere.domains.activity import models as activity
from talentsphere.domains.analytics import models as analytics
from talentsphere.domains.applications import models as applications
from talentsphere.domains.companies import models as companies
from talentsphere.domains.jobs import models as jobs
from talentsphere.domains.mail import models as mail
from talentsphere.domains.resumes import models as resumes
from talentsphere.domains.skills import models as skills
from talentsphere.domains.suggestions import models as suggestions

__all__ = [
    "accounts", "activity", "analytics", "applications", "companies", "jobs", "mail", "resumes", "skills",
    "suggestions",
]  # fmt: skip
