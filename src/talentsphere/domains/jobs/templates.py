"""Real adverts taken apart, for making others like them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from talentsphere.db.base import now
from talentsphere.domains.jobs.importing.identity import identity_of, source_of_file
from talentsphere.domains.jobs.importing.normalise import posting_of
from talentsphere.domains.jobs.importing.posting import Posting
from talentsphere.domains.jobs.importing.readers import records_of
from talentsphere.domains.jobs.importing.run import Source
from talentsphere.domains.skills.extraction import Extractor

LONGEST_PARAGRAPH = 900


class Paragraph(NamedTuple):
    """A piece of an advert, and the skills named in it."""

    text: str
    skill_ids: tuple[int, ...]


class Template(NamedTuple):
    """A real advert: its facts, its title's skills, and its text in pieces."""

    posting: Posting
    title_skills: tuple[int, ...]
    paragraphs: tuple[Paragraph, ...]


def templates_of(source: Source, extractor: Extractor) -> Sequence[Template]:
    """Return the adverts of ``source`` that can be taken, in its order."""
    at, name = now(), source_of_file(source.name)
    with source.open() as file:
        records = [record for record in records_of(file, {}) if record.refused is None]
    postings = (posting_of(record.fields, identity_of(record.fields, name, b""), at) for record in records)
    return [_template(posting, extractor) for posting in postings]


def _template(posting: Posting, extractor: Extractor) -> Template:
    pieces = [
        piece.strip()[:LONGEST_PARAGRAPH] for piece in posting.description_text.split("\n\n") if len(piece.strip()) > 20
    ]
    paragraphs = tuple(Paragraph(piece, _skills(piece, extractor)) for piece in pieces)
    return Template(posting, _skills(posting.title, extractor), paragraphs or (Paragraph(posting.title, ()),))


def _skills(text: str, extractor: Extractor) -> tuple[int, ...]:
    return tuple(dict.fromkeys(found.skill_id for found in extractor.find(text)))
