"""The refusals of the job board."""

from talentsphere.errors import DomainError


class JobClosed(DomainError):
    """The posting was public and is over: the client is told why, and what is like it."""

    status, slug, title = 410, "job-closed", "The job is closed"


class WrongStatus(DomainError):
    """The posting is in a status from which there is no such step; ``job_status`` names it."""

    status, slug, title = 409, "job-status", "The job is not in a status for that"


class JobHasApplications(DomainError):
    """Deleting the posting would lose what people sent."""

    status, slug, title = 409, "job-has-applications", "The job has applications"


class ExternalIdTaken(DomainError):
    """The company has another posting with this ``external_id``; ``id`` names it."""

    status, slug, title = 409, "external-id-taken", "The external_id belongs to another job"
