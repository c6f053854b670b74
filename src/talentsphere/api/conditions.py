"""``If-Match``: a change is made only to the version that the client has seen.

``@conditional`` on a view declares that it changes one versioned object; inside it, ``check_version(row.version)``
compares, once the row is locked. Of a tag only the version part counts, so the tag of any representation of the
object works: of v1 or v2, of any encoding or ``fields=``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import g, request

from talentsphere.errors import PreconditionFailed, PreconditionRequired

View = TypeVar("View", bound=Callable[..., Any])

CHANGING = {"PATCH", "PUT", "DELETE"}
STRICT = "/api/v2/"
"""Addresses under which a change must say what it changes; elsewhere, and for actions, it may."""


def conditional(view: View) -> View:
    """Declare that the view changes one versioned object: documents ``If-Match``, and 428 where it must be given.

    A view that answers without having asked ``check_version`` fails: it would overwrite what the client never saw.
    """

    @functools.wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if _is_required() and not request.headers.get("If-Match", "").strip():
            raise PreconditionRequired("send the ETag of the object that you have read as If-Match, or If-Match: *")
        response = view(*args, **kwargs)
        assert g.get("checked_version"), f"{request.endpoint} has not called check_version"
        return response

    checked.is_conditional = True  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def check_version(version: int) -> None:
    """Raise ``PreconditionFailed`` (412) unless ``If-Match`` is absent, ``*``, or names ``version`` of the object.

    Call it where nobody can change the object any more: in ``writing()``, with the row locked or its version in the
    ``WHERE`` of the change.
    """
    g.checked_version = True
    if not request.headers.get("If-Match", "").strip() or request.if_match.star_tag:
        return
    tags = request.if_match.as_set(include_weak=True)
    if str(version) not in {tag.partition("-")[0] for tag in tags if tag}:  # Werkzeug reads "" as None
        raise PreconditionFailed(f"it is at version {version} now; read it again", version=version)


def _is_required() -> bool:
    return request.method in CHANGING and request.path.startswith(STRICT)
