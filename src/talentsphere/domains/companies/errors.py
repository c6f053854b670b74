"""The refusals of companies and their teams."""

from talentsphere.errors import DomainError


class TeamExists(DomainError):
    """A team's name is taken within its company."""

    status, slug, title = 409, "team-exists", "The company has a team of this name"


class AlreadyMember(DomainError):
    """Who is invited works for the company already; ``id`` says who it is."""

    status, slug, title = 409, "already-member", "The person works for the company already"


class BelongsElsewhere(DomainError):
    """Whoever accepts an invitation has an account that belongs to a company, or operates the instance."""

    status, slug, title = 409, "belongs-elsewhere", "The account cannot join a company"
