"""The refusals that every part of the product shares.

A ``DomainError`` is an expected refusal. It carries what a client may know; ``api/problem.py`` is the
only place that turns one into a response.
"""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """An expected refusal: ``status``, ``slug`` and ``title`` never vary, ``detail`` does."""

    status: ClassVar[int] = 400
    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"

    def __init__(self, detail: str, **extras: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extras = extras


class InvalidInput(DomainError):
    """Input that a schema cannot judge alone; ``errors`` names each field."""

    status, slug, title = 422, "invalid-input", "The request has invalid fields"

    @classmethod
    def at(cls, field: str, detail: str) -> InvalidInput:
        """Return the refusal of one field of the body."""
        return cls(f"#/{field}: {detail}", errors=[{"pointer": f"#/{field}", "detail": detail}])


def invalid_field(pointer: str, detail: str, **more: str) -> InvalidInput:
    """Return the refusal of one field of a body, named by its JSON pointer (``#/title``)."""
    return InvalidInput(f"{pointer}: {detail}", errors=[{"pointer": pointer, "detail": detail, **more}])


class InvalidQuery(DomainError):
    """A query parameter that is unknown or malformed; ``errors`` names each parameter."""

    status, slug, title = 400, "invalid-query", "The query has unknown or malformed parameters"


class Unauthenticated(DomainError):
    """No credentials, or none that hold."""

    status, slug, title = 401, "unauthenticated", "Sign in first"


class Forbidden(DomainError):
    """The caller is known, and lacks the role or the scope."""

    status, slug, title = 403, "forbidden", "You may not do this"


class NotFound(DomainError):
    """Missing, or not the caller's: the two are indistinguishable."""

    status, slug, title = 404, "not-found", "There is nothing here"


class PreconditionFailed(DomainError):
    """Somebody changed the object since the client read it; ``version`` is the one it has now."""

    status, slug, title = 412, "version-conflict", "The object has changed since you read it"


class PreconditionRequired(DomainError):
    """A change that does not say which version it changes."""

    status, slug, title = 428, "version-required", "Say which version you have read"


class Unavailable(DomainError):
    """Something the answer needs is not there for the moment; ``retry_after_s`` says when to ask again."""

    status, slug, title = 503, "unavailable", "The service is busy or a part of it is down"
