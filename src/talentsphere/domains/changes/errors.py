"""The refusal of the change feed."""

from talentsphere.errors import DomainError


class FeedTruncated(DomainError):
    """The feed cannot go on from a position: what follows it was removed, or the database was restored since."""

    status, slug, title = 410, "feed-truncated", "The feed does not go on from this position"
