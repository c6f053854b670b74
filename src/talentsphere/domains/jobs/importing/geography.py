"""Countries, regions and the best-known cities, by name: what makes a place in a location text certain."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

REGION_CODE_IS_COUNTRY_IN = {"DE": {
    "wilmington", "newark", "dover", "new castle", "lewes", "rehoboth beach", "middletown", "bear", "smyrna",
    "milford", "hockessin", "claymont", "seaford", "georgetown", "milton", "millsboro", "dover afb", "delaware city",
}}  # fmt: skip
"""DE is Delaware only after one of these; the other state codes mean a country only after a city known there."""


class Region(NamedTuple):
    """A first-level part of a country."""

    country: str
    name: str


class Geography(NamedTuple):
    """Look-ups by case-folded name."""

    countries: dict[str, str]
    codes: frozenset[str]
    regions: dict[str, Region]
    """By full name, where no other region or country has it."""
    region_codes: dict[tuple[str, str], str]
    """By (country, code)."""
    cities: dict[str, str]
    """Country of a city that is meant when nothing else is said."""


@lru_cache(maxsize=1)
def geography() -> Geography:
    """Return the tables, read once."""
    countries = {name.casefold(): code for code, names in _rows("countries.txt") for name in names.split("|") if name}
    codes = frozenset(code for code, _ in _rows("countries.txt"))
    listed = [(country, *rest.split(" ", 1)) for country, rest in _rows("regions.txt")]
    regions = {name.casefold(): Region(country, name) for country, _, name in listed}
    return Geography(
        countries=countries,
        codes=codes,
        regions={key: region for key, region in regions.items() if key not in {"new york", "washington", "victoria"}},
        region_codes={(country, code): name for country, code, name in listed},
        cities={city.casefold(): code for code, names in _rows("cities.txt") for city in names.split("|")},
    )


def country_code(value: object) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a code or an English or native name, or None."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    upper = text.upper()
    known = geography()
    if upper in known.codes and upper not in {"UK"}:
        return upper
    return known.countries.get(text.casefold()) or _ALPHA_3.get(upper)


_ALPHA_3 = {
    "USA": "US", "GBR": "GB", "DEU": "DE", "FRA": "FR", "CAN": "CA", "AUS": "AU", "IND": "IN", "ESP": "ES", "ITA": "IT",
    "NLD": "NL", "SGP": "SG", "VNM": "VN", "BRA": "BR", "MEX": "MX", "JPN": "JP", "CHE": "CH",
}  # fmt: skip


def _rows(name: str) -> Iterator[tuple[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        code, _, rest = line.partition(" ")
        yield code, rest
