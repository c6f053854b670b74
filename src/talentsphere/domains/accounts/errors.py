"""Refusals of accounts."""

from __future__ import annotations

from talentsphere.errors import DomainError


class WrongCredentials(DomainError):
    """No account, another password, or an account that was closed: the three are indistinguishable."""

    status, slug, title = 401, "wrong-credentials", "The address or the password is wrong"
