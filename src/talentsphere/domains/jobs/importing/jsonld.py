"""schema.org JobPosting, from JSON-LD values or the script blocks of an HTML page, as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_OPENING = re.compile(
    rb"<script\b[^<>]{0,500}?\btype\s{0,9}=\s{0,9}[\"']?application/ld\+json[\"']?(?:\s[^<>]{0,500})?>", re.I
)
"""Every part is bounded, or a page could make us read it again from each of its tags."""
_CLOSING = re.compile(rb"</script\s{0,9}>", re.I)
_TEXTS = ("description", "responsibilities", "qualifications", "skills", "experienceRequirements",
          "educationRequirements", "jobBenefits", "incentiveCompensation", "workHours")  # fmt: skip
_HEADINGS = {
    "responsibilities": "Responsibilities", "qualifications": "Qualifications", "skills": "Skills",
    "experienceRequirements": "Experience", "educationRequirements": "Education", "jobBenefits": "Benefits",
    "incentiveCompensation": "Compensation", "workHours": "Hours",
}  # fmt: skip
_MAX_DEPTH = 12


def blocks_of(page: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the JSON-LD script blocks of an HTML page, each with the number of the line it begins on."""
    line, counted, end = 1, 0, 0
    while (opening := _OPENING.search(page, end)) and (closing := _CLOSING.search(page, opening.end())):
        line += page.count(b"\n", counted, opening.start())
        counted, end = opening.start(), closing.end()
        yield line, page[opening.end() : closing.start()].strip()


def postings_in(value: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Yield each JobPosting in a JSON-LD value: alone, in a list, or in ``@graph`` and item lists."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from postings_in(item, depth + 1)
    elif isinstance(value, dict):
        if is_posting(value):
            yield value
            return
        for name in ("@graph", "itemListElement", "item", "mainEntity", "jsonld"):
            yield from postings_in(value.get(name), depth + 1)


def is_posting(value: object) -> bool:
    """Tell whether this is a JobPosting node."""
    if not isinstance(value, dict):
        return False
    kinds = value.get("@type", value.get("type"))
    return any(
        isinstance(kind, str) and kind.rsplit("/", 1)[-1].rsplit(":", 1)[-1] == "JobPosting" for kind in _listed(kinds)
    )


def is_json_ld(value: object) -> bool:
    """Tell JSON-LD, also inside the ``{path, valid_json, jsonld, raw}`` wrapper, from a row of our own names."""
    return isinstance(value, dict) and (
        "@context" in value or "@type" in value or "@graph" in value or "jsonld" in value
    )


def fields_of(posting: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a JobPosting, under the product's field names; what it does not say is absent."""
    address = _address(posting)
    row = {
        "external_id": _identifier(posting),
        "title": _text(posting.get("title")) or _text(posting.get("name")),
        "description": _description(posting),
        "company": _text(posting.get("hiringOrganization")),
        "city": _text(address.get("addressLocality")),
        "region": _text(address.get("addressRegion")),
        "country": _text(address.get("addressCountry")) or _applicants_country(posting),
        "remote": True if _is_remote(posting) else None,
        "employment_type": ", ".join(text for text in map(_text, _listed(posting.get("employmentType"))) if text)
        or None,
        "industry": _text(posting.get("industry")),
        "posted_at": _text(posting.get("datePosted")),
        "expires_at": _text(posting.get("validThrough")),
        **_pay(posting),
    }
    if isinstance(posting.get("jobLocation"), str):
        row["location"] = posting["jobLocation"]
    return {name: value for name, value in row.items() if value is not None}


def _text(value: object) -> str | None:
    """Return the text of a value that may be text, a number, or a node with a name; of a list, the first."""
    if isinstance(value, list):
        return next((text for text in map(_text, value) if text), None)
    if isinstance(value, dict):
        return _text(value.get("name")) or _text(value.get("@value")) or _text(value.get("description"))
    if isinstance(value, bool) or value is None:
        return None
    return str(value).strip() or None


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _identifier(posting: Mapping[str, Any]) -> str | None:
    value = posting.get("identifier")
    found = value.get("value") if isinstance(value, dict) else value
    return _text(found) or _text(posting.get("@id")) or _text(posting.get("url"))


def _description(posting: Mapping[str, Any]) -> str:
    """Join the description with the other properties that are texts for the reader, each under its heading."""
    texts = [(name, _prose(posting.get(name))) for name in _TEXTS]
    return "\n\n".join(f"{_HEADINGS[name]}\n{text}" if name in _HEADINGS else text for name, text in texts if text)


def _prose(value: object) -> str | None:
    if isinstance(value, list):
        return "\n".join(text for text in map(_prose, value) if text) or None
    if isinstance(value, dict):
        months = value.get("monthsOfExperience")
        named = [_text(value.get(key)) for key in ("name", "description", "credentialCategory", "about")]
        listed = ", ".join(dict.fromkeys(text for text in named if text))
        return listed or (f"{months} months" if months else None)
    return _text(value)


def _address(posting: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the address of the first place; several places stand in the posting's text only."""
    for place in _listed(posting.get("jobLocation")):
        found = place.get("address", place) if isinstance(place, dict) else None
        if isinstance(found, str):
            return {"addressLocality": found}
        if isinstance(found, dict):
            return found
    return {}


def _applicants_country(posting: Mapping[str, Any]) -> str | None:
    required = _listed(posting.get("applicantLocationRequirements"))
    return _text(required[0]) if len(required) == 1 else None


def _is_remote(posting: Mapping[str, Any]) -> bool:
    return "TELECOMMUTE" in str(posting.get("jobLocationType", "")).upper()


def _pay(posting: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pay of ``baseSalary``: a number, text such as "100000", or a MonetaryAmount."""
    base: Any = next(iter(_listed(posting.get("baseSalary"))), None)
    amount = base if isinstance(base, dict) else {"value": base}
    value: Any = amount.get("value")
    worth = value if isinstance(value, dict) else {"value": value, **amount}
    single = worth.get("value") if not isinstance(worth.get("value"), dict) else None
    return {
        "salary_min": worth.get("minValue", single),
        "salary_max": worth.get("maxValue", single),
        "currency": amount.get("currency") or posting.get("salaryCurrency"),
        "salary_period": worth.get("unitText") or amount.get("unitText"),
    }
