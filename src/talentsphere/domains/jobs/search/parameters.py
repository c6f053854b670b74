"""The parameters of a search."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from talentsphere.api.fields import NameList, fields_of
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.domains.jobs.parameters import JobFilters
from talentsphere.domains.jobs.search.facets import FACETS
from talentsphere.domains.jobs.search.schemas import MARKS, JobHitV1, JobHitV2
from talentsphere.search.parsing import MOST_CHARACTERS, MOST_WORDS, BadQuestion, parse


class Words(fields.String):
    """What is searched for, as a person types it; refused when it holds no word, or too many."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = " ".join(super()._deserialize(value, attr, data, **kwargs).split())
        try:
            parse(text)
        except BadQuestion as refusal:
            raise ValidationError(str(refusal)) from None
        return text


class SearchFilters(JobFilters):
    """Words, and the filters of a list. A filter given several times means any of its values."""

    q = Words(
        required=True,
        metadata={
            "description": f'Words, "phrases", begin*, -without, title:word; at most {MOST_WORDS} words and '
            f"{MOST_CHARACTERS:,} characters",
            "example": "python",
            "maxLength": MOST_CHARACTERS,
        },
    )
    sort = fields.String(
        load_default="relevance",
        validate=validate.OneOf(("relevance", "newest")),
        metadata={"description": "`relevance` ranks the newest matches; `newest` walks all of them"},
    )
    explain = fields.Boolean(load_default=False, metadata={"description": "Adds the parts of each score"})
    highlight = fields.Boolean(load_default=False, metadata={"description": "Adds where the words stand, as HTML"})
    facets = NameList(FACETS, "Counts of the matches, each without its own filter")


class SearchQueryV1(SearchFilters, PageNumbers):
    """A search with page numbers."""

    wanted_fields = fields_of(JobHitV1, besides=("questions", *MARKS))


class SearchQueryV2(SearchFilters, CursorOrPage):
    """A search with a cursor or a page."""

    wanted_fields = fields_of(JobHitV2, besides=MARKS)
