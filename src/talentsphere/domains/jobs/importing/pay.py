"""Pay as published, as whole units of a currency in a period."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from talentsphere.domains.jobs.importing.posting import Fields, Refused

HIGHEST = 10**12
WIDEST = 1000
"""A best pay of more than this many times the lowest is two numbers run together, not a range."""

_PERIODS = {
    "hour": "hour hourly hr hrs h /hr /h perhour anhour stunde stündlich heure hora timme uur giờ",
    "day": "day daily d perday aday tag täglich jour día dia dag ngày",
    "week": "week weekly wk perweek aweek woche wöchentlich semaine semana vecka tuần",
    "month": "month monthly mon mo mth permonth amonth monat monatlich mois mes mês månad maand tháng",
    "year": "year yearly yr yrs y annual annually annum perannum pa peryear ayear jahr jährlich an année año ano "
    "år jaar năm",
}  # fmt: skip
_PERIOD_OF = {word: period for period, words in _PERIODS.items() for word in words.split()}
_CURRENCY_SIGNS = {
    "$": None,
    "US$": "USD",
    "£": "GBP",
    "€": "EUR",
    "₫": "VND",
    "₹": "INR",
    "A$": "AUD",
    "C$": "CAD",
    "S$": "SGD",
}
_NUMBER = re.compile(r"^[^\d-]{0,4}(\d{1,3}(?:[, ']\d{3})+|\d+)(\.\d+)?\s*([kKmM]?)\W{0,2}$")
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000}


class Pay(NamedTuple):
    """Whole units; every part may be unknown."""

    lowest: int | None = None
    highest: int | None = None
    currency: str | None = None
    period: str | None = None


UNKNOWN = Pay()


def pay_of(fields: Fields) -> Pay:
    """Return the pay of a row; zero means unknown. Refuses a maximum below the minimum and absurd numbers."""
    lowest = _amount(fields.get("salary_min"), "salary_min")
    highest = _amount(fields.get("salary_max"), "salary_max")
    if lowest is None and highest is None:
        return UNKNOWN
    _check_range(lowest, highest)
    return Pay(lowest, highest, _currency(fields.get("currency")), _period(fields.get("salary_period")))


def _check_range(lowest: int | None, highest: int | None) -> None:
    if lowest is None or highest is None:
        return
    if highest < lowest:
        raise Refused(f"salary_max {highest} is below salary_min {lowest}")
    if highest > lowest * WIDEST:
        raise Refused(f"salary_max {highest} is more than {WIDEST} times salary_min {lowest}")


def _amount(value: object, name: str) -> int | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    number = _number_in(value) if isinstance(value, str) else value
    if not isinstance(number, int | float) or not math.isfinite(number):
        raise Refused(f"{name} is not a number: {_shown(value)}")
    if number < 0 or number > HIGHEST:
        raise Refused(f"{name} is out of range: {_shown(value)}")
    return math.floor(number + 0.5) or None


def _number_in(value: str) -> float | None:
    found = _NUMBER.match(value.strip())
    if not found:
        return 0 if value.strip().casefold() in {"", "n/a", "none", "null", "nan", "-"} else None
    whole, fraction, factor = found.groups()
    return float(re.sub(r"\D", "", whole) + (fraction or "")) * _FACTORS[factor.lower()]


def _currency(value: object) -> str | None:
    """Return an ISO 4217 code; a bare dollar sign is nobody's for certain."""
    if not isinstance(value, str):
        return None
    text = value.strip().upper()
    if len(text) == 3 and text.isascii() and text.isalpha():
        return text
    return _CURRENCY_SIGNS.get(text)


def _period(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    word = re.sub(r"[\s._-]", "", value.casefold())
    return _PERIOD_OF.get(word) or _PERIOD_OF.get(word.removeprefix("per").removeprefix("/"))


def _shown(value: object) -> str:
    return repr(value)[:60]
