"""The costly, pure part of an import: rows to postings with their skills."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog

from talentsphere.domains.jobs.importing.identity import Identity
from talentsphere.domains.jobs.importing.normalise import posting_of
from talentsphere.domains.jobs.importing.posting import Fields, Posting, Refused
from talentsphere.domains.jobs.importing.store import Ready
from talentsphere.domains.skills.extraction import Extractor

MAX_SKILLS = 50
"""Of one posting. Advert texts that name more are lists of everything."""

log = structlog.get_logger(__name__)


class Raw(NamedTuple):
    """A row that is new or changed."""

    line: int
    fields: Fields
    identity: Identity


class Failed(NamedTuple):
    """A row that cannot be taken."""

    line: int
    reason: str


@dataclass(frozen=True)
class Preparer:
    """Makes postings of rows; holds the skill dictionary of the run, and its one idea of now."""

    extractor: Extractor
    now: datetime

    def __call__(self, raws: Iterable[Raw]) -> list[Ready | Failed]:
        """Return a result for each row, in order; a row that surprises us is refused, it never ends the run."""
        return [self._ready(raw) for raw in raws]

    def _ready(self, raw: Raw) -> Ready | Failed:
        try:
            posting = posting_of(raw.fields, raw.identity, self.now)
            return Ready(raw.line, posting, self.skills_of(posting), raw.identity.content_hash)
        except Refused as refusal:
            return Failed(raw.line, str(refusal))
        except Exception as error:  # the operator gets the other rows, we get the traceback
            log.exception("import_row_failed", line=raw.line)
            return Failed(raw.line, f"unexpected {type(error).__name__}")

    def skills_of(self, posting: Posting) -> tuple[int, ...]:
        """Return the skills that the source names, then those in title and text, in order, at most ``MAX_SKILLS``."""
        named = (self.extractor.skill_named(name) for name in posting.skill_names)
        found = (found.skill_id for found in self.extractor.find(f"{posting.title}\n{posting.description_text}"))
        skills = dict.fromkeys(skill_id for skill_id in (*named, *found) if skill_id is not None)
        return tuple(skills)[:MAX_SKILLS]
