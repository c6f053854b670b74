"""Where a posting is: city, region, country and remote, taken from a location text where that is certain."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from talentsphere.domains.jobs.importing.geography import REGION_CODE_IS_COUNTRY_IN, Region, country_code, geography
from talentsphere.domains.jobs.importing.posting import MAX_LOCATION, MAX_PLACE, Fields, Refused
from talentsphere.domains.jobs.importing.text import one_line

_REMOTE = re.compile(
    r"\b(?:(?:fully |100% )?remote(?:ly)?(?: work| flexibility)?|work(?:ing)? from (?:home|anywhere)|anywhere|"
    r"worldwide|wfh|home ?based|telecommut\w+|telework)\b", re.I)  # fmt: skip
_NOT_REMOTE = re.compile(
    r"\b(?:no|not|non|hybrid|partial\w*|partly|up to|also|some|occasional\w*|possible|optional)\b[ -]*", re.I
)
_ON_SITE = re.compile(r"\b(?:on[- ]?site|in[- ]office|in[- ]person)\b", re.I)
_REMARK = re.compile(r"\s*(?:\([^)]*\)?|[;–—].*|\s-\s.*)$")
_AREA = re.compile(r"\s+(?:Metropolitan )?(?:Area|Metroplex|Region)$", re.I)
_POSTCODE = re.compile(r"\s+\d{5}(?:-\d{4})?$")
_NONE = {
    "",
    "0",
    "none",
    "null",
    "n/a",
    "na",
    "nan",
    "-",
    "--",
    "unknown",
    "not specified",
    "various",
    "multiple locations",
}
_YES = {"true", "yes", "1", "remote", "y", "telecommute", "fully remote"}
_NO = {"false", "no", "0", "n", "onsite", "on-site", "none", "", "hybrid"}


class Place(NamedTuple):
    """What is known; ``remote`` is None when the text does not speak of it."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    remote: bool | None = None


class Location(NamedTuple):
    """The published text and the place in it."""

    text: str | None
    place: Place


def location_of(fields: Fields) -> Location:
    """Return the location of a row; its own city, region and country columns go before what the text says.

    Refuses a country that is none and texts that do not fit.
    """
    country = _stated_country(fields.get("country"))
    text = _stated(fields.get("location"), "location", MAX_LOCATION)
    found = place_in(text or "", country)
    city = _stated(fields.get("city"), "city", MAX_PLACE) or found.city
    region = region_name(_stated(fields.get("region"), "region", MAX_PLACE), country) or found.region
    stated_remote = _stated_flag(fields.get("remote"))
    remote = found.remote if stated_remote is None else stated_remote
    place = Place(city, region, country or found.country, remote)
    return Location(text or joined_place(place), place)


@lru_cache(maxsize=8192)
def place_in(text: str, country: str | None = None) -> Place:
    """Return the place that ``text`` names, given the country when the source says it."""
    if text.casefold() in _NONE:
        return _without_text(country)
    remote = _remoteness(text)
    bare = _POSTCODE.sub("", _REMARK.sub("", _REMOTE.sub("", text) if remote else text)).strip(" ,-–/|:")
    parts = [part.strip() for part in bare.split(",") if part.strip()]
    place = _named(parts, country) if parts else _without_text(country)
    return place._replace(remote=remote)


def region_name(region: str | None, country: str | None) -> str | None:
    """Return the full name of a region given as a code, where the country is known."""
    if region is None or country is None:
        return region
    return geography().region_codes.get((country, region.upper()), region)


def joined_place(place: Place) -> str | None:
    """Return the text of a place whose source gave only its parts."""
    parts = [part for part in (place.city, place.region, place.country) if part]
    return ", ".join(parts) or ("Remote" if place.remote else None)


def _remoteness(text: str) -> bool | None:
    if _ON_SITE.search(text):
        return False
    found = _REMOTE.search(text)
    if not found:
        return None
    return None if _NOT_REMOTE.search(text) else True


def _without_text(country: str | None) -> Place:
    return Place(city="Singapore" if country == "SG" else None, country=country)


def _named(parts: list[str], country: str | None) -> Place:
    """Read "City", "City, Region", "City, Region, Country" and their shorter forms."""
    codes = [country_code(part) if len(part) > 2 else None for part in parts]
    if len(parts) > 1 and all(codes):
        return Place(country=country or (codes[0] if len(set(codes)) == 1 else None))
    last = _country_at_end(parts, country)
    if last is not None:
        return _in_country(parts[:-1], last)
    if country is None:
        return _in_unsaid_country(parts)
    return _in_country(parts, country)


def _country_at_end(parts: list[str], country: str | None) -> str | None:
    """Return the country that the last part names, unless it may as well be a region's code or name."""
    last = parts[-1]
    code = country_code(last)
    if code is None or (country is not None and code != country):
        return None
    if len(last) == 2 and last.upper() not in {"US", "UK"} and country is None and len(parts) < 3:
        return None
    return code if len(parts) > 1 or last.casefold() not in geography().regions else None


def _in_unsaid_country(parts: list[str]) -> Place:
    known = geography()
    last, city = _AREA.sub("", parts[-1]), parts[0].casefold()
    region = known.regions.get(last.casefold()) or _certain_state(city, last)
    if last.casefold() in {"new york", "washington"} and len(parts) > 1:
        region = Region("US", last)
    if region is not None:
        return _in_country([*parts[:-1], last], region.country)
    code = known.cities.get(", ".join(parts).casefold()) or (known.cities.get(city) if len(parts) == 1 else None)
    if code is None and len(last) == 2 and known.cities.get(city) == last.upper():
        return _in_country(parts[:-1], last.upper())
    return _in_country(parts, code) if code else Place(city=None if len(parts) == 1 else _city(parts[0]))


def _certain_state(city: str, code: str) -> Region | None:
    """Return the US state or Canadian province behind a two-letter code, unless it may be a country's."""
    known = geography()
    for country in ("US", "CA"):
        name = known.region_codes.get((country, code.upper())) if code.isupper() else None
        only_after = REGION_CODE_IS_COUNTRY_IN.get(code)
        if name and known.cities.get(city) != code and (only_after is None or city in only_after):
            return Region(country, name)
    return None


def _in_country(parts: list[str], country: str) -> Place:
    if not parts:
        return _without_text(country)
    if country == "SG":
        return Place(city="Singapore", country=country)
    region = _region(parts[-1], country) if len(parts) > 1 else None
    alone = geography().regions.get(parts[0].casefold())
    if len(parts) == 1 and alone is not None and alone.country == country:
        return Place(region=alone.name, country=country)
    return Place(_city(parts[0]), region, country)


def _region(text: str, country: str) -> str | None:
    known = geography().regions.get(text.casefold())
    name = known.name if known and known.country == country else region_name(text, country)
    return name if name and not any(sign.isdigit() for sign in name) and len(name) <= MAX_PLACE else None


def _city(text: str) -> str | None:
    """Return the part as a city unless it looks like an address, an area or a whole sentence."""
    wide = re.search(
        r"\d|\b(?:area|region|metro\w*|greater|county|various|multiple|statewide|nationwide)\b|[/;]", text, re.I
    )
    return text if not wide and len(text) <= 60 else None


def _stated(value: object, name: str, limit: int) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str | int | float):
        raise Refused(f"{name} is not text")
    text = one_line(str(value))
    if len(text) > limit:
        raise Refused(f"{name} has more than {limit} characters")
    return None if text.casefold() in _NONE else text


def _stated_country(value: object) -> str | None:
    text = _stated(value, "country", MAX_LOCATION)
    if text is None:
        return None
    code = country_code(text)
    if code is None:
        raise Refused(f"country is not one of ISO 3166: {text[:60]!r}")
    return code


def _stated_flag(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    text = str(value).strip().casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False if text else None
    raise Refused(f"remote is neither true nor false: {str(value)[:60]!r}")
