"""The named queries of suggestions, each with the index that it must use."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from talentsphere.db.plans import NamedQuery
from talentsphere.domains.suggestions.models import KINDS, SuggestKey, SuggestLabel, SuggestTop
from talentsphere.domains.suggestions.queries import corrections, suggest
from talentsphere.domains.suggestions.services import labels_held, prefixes_of, remove

SMALL = ("companies", "suggest_labels")
"""In the scratch database; a planner may read them whole."""
SHOWN = ("ix_jobs_open_title", "ix_jobs_open_location")


def _heavy(session: Session) -> str:
    return session.scalar(select(SuggestTop.prefix).limit(1)) or ""


def _light(session: Session) -> str:
    return session.scalar(select(SuggestKey.key).offset(100).limit(1)) or ""


def _refs(session: Session) -> set[tuple[str, str]]:
    labels = session.execute(select(SuggestLabel.kind, SuggestLabel.ref).limit(3))
    return {(kind, ref) for kind, ref in labels}


PLANS = (
    NamedQuery(
        "suggestions.heavy",
        ("pk_suggest_tops", *SHOWN),
        lambda session, prefix: suggest(session, prefix, KINDS, 10),
        scans=SMALL,
        given=_heavy,
    ),
    NamedQuery(
        "suggestions.light",
        ("pk_suggest_keys", *SHOWN),
        lambda session, key: suggest(session, key, KINDS, 10),
        scans=SMALL,
        given=_light,
    ),
    NamedQuery(
        "suggestions.correct",
        ("pk_suggest_deletions",),
        lambda session: corrections(session, ["enginere"]),
        scans=("suggest_words",),
    ),
    NamedQuery(
        "suggestions.held",
        ("uq_suggest_labels_ref",),
        lambda session, refs: list(labels_held(session, refs)),
        given=_refs,
    ),
    NamedQuery("suggestions.tops", ("ix_suggest_tops_label",), lambda session: prefixes_of(session, [1, 2, 3])),
    NamedQuery("suggestions.keys", ("ix_suggest_keys_label",), lambda session: remove(session, [10**9])),
)
