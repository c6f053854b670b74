"""The refusals of hiring."""

from talentsphere.errors import DomainError


class AlreadyApplied(DomainError):
    """The candidate has an application to this job; ``id`` names it, whatever became of it."""

    status, slug, title = 409, "already-applied", "You have applied to this job already"


class WrongStep(DomainError):
    """There is no such step from where the application stands; ``application_status`` names its status."""

    status, slug, title = 409, "application-status", "The application is not in a status for that"


class StageInUse(DomainError):
    """Applications stand in a stage that would go or mean something else; ``stage`` names it."""

    status, slug, title = 409, "stage-in-use", "Applications stand in this stage"


class TemplateExists(DomainError):
    """Names of templates are unique within a company, in any case."""

    status, slug, title = 409, "stage-template-exists", "The company has stages of this name"
