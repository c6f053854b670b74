"""Facts as published, in the product's words: kinds, levels, places, pay, dates, texts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from talentsphere.domains.jobs.importing.dates import time_of
from talentsphere.domains.jobs.importing.pay import pay_of
from talentsphere.domains.jobs.importing.places import location_of, place_in
from talentsphere.domains.jobs.importing.posting import Refused
from talentsphere.domains.jobs.importing.text import description_of, one_line
from talentsphere.domains.jobs.importing.words import employment_type_of, level_in_title, published_level_of

pytestmark = pytest.mark.once

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("published", "kind"),
    [
        ("FULL_TIME", "full_time"), ("full-time", "full_time"), ("Full Time, Flexi work", "full_time"),
        ("Nhân viên chính thức", "full_time"), ("Permanent, Full Time", "full_time"),
        ("Permanent, Contract", "full_time"),
        ("Contract, Full Time", "contract"), ("Contractor and Temp work", "temporary"), ("Thực tập", "internship"),
        ("Thời vụ/ Nghề tự do", "temporary"), ("Bán thời gian", "part_time"), ("permanent part-time", "part_time"),
        ("Full-time and Part-time", "full_time"), ("Vollzeit", "full_time"), ("CDI", "full_time"),
        ("Stage", "internship"),
        ("Full-time (Term position ending 12/31/2027)", "full_time"), ("On-Call", "per_diem"),
        ("Volunteer", "volunteer"),
        ("正社員", "full_time"), ("Other", "other"), ("N/A", None), ("", None), ("internal", None),
    ],
)  # fmt: skip
def test_employment_type_is_read_in_many_spellings(published, kind):
    assert employment_type_of(published) == kind


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Senior Nurse", "senior"), ("Sr. Data Engineer", "senior"), ("Senior Living Caregiver", None),
        ("Lead Generation Specialist", None), ("Lead Data Engineer", "lead"), ("Principal Engineer", "lead"),
        ("Junior Developer", "entry"), ("Marketing Intern", "intern"), ("Internal Auditor", None),
        ("International Sales", None), ("Senior Vice President, Risk", "executive"), ("Director of Sales", "executive"),
        ("Assistant to the Director", "executive"), ("Art Director's Aide", None), ("Nurse", None),
    ],
)  # fmt: skip
def test_level_is_read_from_a_title_that_says_it(title, level):
    assert level_in_title(title) == level


def test_published_level_is_read_in_its_own_words():
    assert [published_level_of(text) for text in ("Entry level", "SENIOR", "Mid-Senior level", "whatever")] == [
        "entry", "senior", "mid", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "country", "place"),
    [
        ("San Francisco, CA", None, ("San Francisco", "California", "US", None)),
        ("San Francisco, California, United States", None, ("San Francisco", "California", "US", None)),
        ("Toronto, CA", None, ("Toronto", None, "CA", None)),
        ("Berlin, DE", None, ("Berlin", None, "DE", None)),
        ("Wilmington, DE", None, ("Wilmington", "Delaware", "US", None)),
        ("Paris, France", None, ("Paris", None, "FR", None)),
        ("London, UK", "GB", ("London", None, "GB", None)),
        ("Manchester, Greater Manchester", "GB", ("Manchester", "Greater Manchester", "GB", None)),
        ("Hồ Chí Minh", "VN", ("Hồ Chí Minh", None, "VN", None)),
        ("8 MARINA BOULEVARD 018981", "SG", ("Singapore", None, "SG", None)),
        ("96-05 Horace Harding Expway", "US", (None, None, "US", None)),
        ("United States", None, (None, None, "US", None)),
        ("California, United States", None, (None, "California", "US", None)),
        ("Texas", None, (None, "Texas", "US", None)),
        ("Remote", None, (None, None, None, True)),
        ("Canada (Remote)", None, (None, None, "CA", True)),
        ("United States - Remote Flexibility", None, (None, None, "US", True)),
        ("New York, NY (on-site)", "US", ("New York", "New York", "US", False)),
        ("Denver, CO; Hybrid (up to 2 days remote)", "US", ("Denver", "Colorado", "US", None)),
        ("USA, Canada", None, (None, None, None, None)),
        ("Springfield", None, (None, None, None, None)),
        ("0", "SG", ("Singapore", None, "SG", None)),
        ("Greater Houston", None, (None, None, None, None)),
    ],
)  # fmt: skip
def test_place_is_read_where_it_is_certain(text, country, place):
    assert tuple(place_in(text, country)) == place


def test_own_columns_go_before_the_text():
    found = location_of({"location": "Paris, France", "city": "Lyon", "country": "France", "remote": "yes"})

    assert found.text == "Paris, France"
    assert tuple(found.place) == ("Lyon", None, "FR", True)


@pytest.mark.parametrize(
    "fields", [{"country": "Narnia"}, {"remote": "perhaps"}, {"location": "x" * 201}, {"city": ["Rome"]}]
)
def test_impossible_place_is_refused(fields):
    with pytest.raises(Refused):
        location_of(fields)


@pytest.mark.parametrize(
    ("fields", "pay"),
    [
        (
            {"salary_min": 14.44, "salary_max": 18.5, "currency": "usd", "salary_period": "HOUR"},
            (14, 19, "USD", "hour"),
        ),
        (
            {"salary_min": "100000", "salary_max": "120,000", "currency": "USD", "salary_period": "per year"},
            (100000, 120000, "USD", "year"),
        ),
        ({"salary_min": "80k", "currency": "€", "salary_period": "annum"}, (80000, None, "EUR", "year")),
        ({"salary_min": 0, "salary_max": 0, "currency": "SGD"}, (None, None, None, None)),
        ({"salary_min": 0, "salary_max": 5000}, (None, 5000, None, None)),
        ({"salary_min": 50, "salary_max": 60, "currency": "$", "salary_period": "fortnight"}, (50, 60, None, None)),
        ({"currency": "USD"}, (None, None, None, None)),
    ],
)  # fmt: skip
def test_pay_becomes_whole_units(fields, pay):
    assert tuple(pay_of(fields)) == pay


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"salary_min": 900, "salary_max": 1}, "salary_max 1 is below salary_min 900"),
        ({"salary_min": 70000, "salary_max": 7000090000}, "more than 1000 times"),
        ({"salary_min": "competitive"}, "salary_min is not a number: 'competitive'"),
        ({"salary_min": -5}, "out of range"),
        ({"salary_max": 10**30}, "out of range"),
        ({"salary_max": float("nan")}, "not a number"),
        ({"salary_max": [1]}, "not a number"),
    ],
)
def test_impossible_pay_is_refused(fields, reason):
    with pytest.raises(Refused, match=reason):
        pay_of(fields)


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-01-30", datetime(2026, 1, 30, tzinfo=UTC)),
        ("2026-01-30T10:00:00.789+02:00", datetime(2026, 1, 30, 8, tzinfo=UTC)),
        ("2026-01-30 10:00:00", datetime(2026, 1, 30, 10, tzinfo=UTC)),
        ("30 January 2026", datetime(2026, 1, 30, tzinfo=UTC)),
        ("Fri, 30 Jan 2026 10:00:00 +0000", datetime(2026, 1, 30, 10, tzinfo=UTC)),
        (1769767200, datetime(2026, 1, 30, 10, tzinfo=UTC)),
        (1769767200000, datetime(2026, 1, 30, 10, tzinfo=UTC)),
        ("None", None),
        (None, None),
    ],
)
def test_date_becomes_a_time_in_utc(value, time):
    assert time_of(value, "posted_at", NOW) == time


@pytest.mark.parametrize(
    "value",
    ["20026-01-30", "30/01/2026", "soon", "2026-02-31", "1970-01-01", "2031-01-01", True, 10**40, [], float("inf")],
)
def test_impossible_date_is_refused(value):
    with pytest.raises(Refused, match="posted_at"):
        time_of(value, "posted_at", NOW)


def test_title_loses_entities_tags_and_odd_spaces():
    assert one_line("Senior\u00a0<b>Developer</b> &amp;#8211;  C&amp;A\u200b\x00") == "Senior Developer – C&A"


def test_only_certain_mojibake_is_mended():
    assert one_line("ZÃ³calo Health") == "Zócalo Health"
    assert one_line("ZÃ³calo – Zócalo") == "ZÃ³calo – Zócalo"


def test_html_is_sanitised_and_has_a_plain_version():
    html, text = description_of(
        '<p onclick="x()">Hi <script>steal()</script><a href="javascript:x">you</a> &amp; me</p>'
        "<ul><li>One<li>Two</ul><img src=x>"
    )

    assert html == '<p>Hi <a rel="noopener nofollow ugc">you</a> &amp; me</p><ul><li>One</li><li>Two</li></ul>'
    assert text == "Hi you & me\n\n- One\n- Two"


def test_plain_text_becomes_paragraphs_and_nothing_in_it_becomes_markup():
    html, text = description_of("R&amp;D needs <you>\r\nnow\n\n\n\nif a < b")

    assert html == "<p>R&amp;D needs &lt;you&gt;<br>now</p><p>if a &lt; b</p>"
    assert text == "R&D needs <you>\nnow\n\nif a < b"


def test_escaped_html_is_html():
    assert description_of("&lt;p&gt;Hi&lt;script&gt;x()&lt;/script&gt;&lt;/p&gt;") == ("<p>Hi</p>", "Hi")
