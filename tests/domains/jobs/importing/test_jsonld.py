"""schema.org JobPosting as rows."""

from __future__ import annotations

from time import process_time

import pytest
from tests.domains.jobs.importing.files import lines, records, titles

from talentsphere.domains.jobs.importing import jsonld

pytestmark = pytest.mark.once

POSTING = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Electrician",
    "identifier": {"@type": "PropertyValue", "name": "Viamo", "value": "e-7"},
    "hiringOrganization": {"@type": "Organization", "name": "Viamo"},
    "employmentType": ["FULL_TIME", "CONTRACTOR"],
    "datePosted": "2026-01-31",
    "validThrough": "2026-03-31T00:00",
    "jobLocation": [
        {"@type": "Place", "address": {"addressLocality": "Kirkland", "addressRegion": "WA", "addressCountry": "US"}}
    ],
    "baseSalary": {"currency": "USD", "value": {"minValue": 40, "maxValue": 60.5, "unitText": "HOUR"}},
    "description": "<p>Wire houses.</p>",
    "qualifications": {"@type": "EducationalOccupationalCredential", "credentialCategory": "licence"},
}


def only(value: object) -> dict[str, object]:
    [record] = records(lines(value))
    return dict(record.fields)


def test_every_fact_of_a_posting_becomes_a_field():
    assert only(POSTING) == {
        "external_id": "e-7", "title": "Electrician", "company": "Viamo", "employment_type": "FULL_TIME, CONTRACTOR",
        "posted_at": "2026-01-31", "expires_at": "2026-03-31T00:00", "city": "Kirkland", "region": "WA",
        "country": "US", "salary_min": 40, "salary_max": 60.5, "currency": "USD", "salary_period": "HOUR",
        "description": "<p>Wire houses.</p>\n\nQualifications\nlicence",
    }  # fmt: skip


def test_salary_may_be_a_text_with_its_currency_beside_it():
    fields = only({**POSTING, "baseSalary": "100000", "salaryCurrency": "USD"})

    assert (fields["salary_min"], fields["salary_max"], fields["currency"]) == ("100000", "100000", "USD")


def test_name_stands_in_for_a_missing_title():
    fields = only({"@type": "JobPosting", "name": "Welder", "jobLocationType": "TELECOMMUTE"})

    assert (fields["title"], fields["remote"]) == ("Welder", True)


def test_postings_are_found_in_lists_graphs_and_the_wrapper():
    one, two = {**POSTING, "title": "A"}, {**POSTING, "title": "B"}
    graph = {"@context": "x", "@graph": [{"@type": "Organization"}, one, two]}

    assert titles(records(lines(graph, {"path": "p", "valid_json": True, "jsonld": POSTING, "raw": None}))) == [
        "A",
        "B",
        "Electrician",
    ]


def test_json_ld_without_a_posting_is_refused():
    [record] = records(lines({"path": "p", "valid_json": False, "jsonld": None, "raw": "{"}))

    assert record.refused == "the JSON-LD holds no JobPosting"


def test_html_page_gives_the_postings_of_its_scripts_with_their_lines():
    page = b"""<!doctype html>
<script>var a = 1</script>
<script type="application/ld+json">{"@type": "JobPosting", "title": "A"}</script>
<script type='application/ld+json'>
{"@type": "JobPosting", oops}</script>
"""
    good, bad = records(page)

    assert (good.line, good.fields["title"]) == (3, "A")
    assert bad.line == 4
    assert bad.refused is not None
    assert bad.refused.startswith("not valid JSON")


def test_page_without_json_ld_is_refused():
    assert [record.refused for record in records(b"<html><p>Hi</p></html>")] == ["the page holds no JSON-LD"]


def test_deep_nesting_ends():
    value: object = POSTING
    for _ in range(100):
        value = {"@graph": [value]}

    assert [record.refused for record in records(lines(value))] == ["the JSON-LD holds no JobPosting"]


@pytest.mark.parametrize(
    "tag",
    [
        b"<script", b"<script type=x ", b"<script type=", b"<script" + b" " * 5_000, b"<script type" + b" " * 5_000,
        b"<script type=application/ld+json ", b"<script type=application/ld+json>", b"</script  ",
        b"<script type=application/ld+json>{}\n</script>", b"<script>type=application/ld+json",
    ],
    ids=range(10),
)  # fmt: skip
def test_no_page_is_read_again_from_each_of_its_tags(tag):
    page = b"<html>" + tag * (2_000_000 // len(tag))
    begun = process_time()

    assert len(list(jsonld.blocks_of(page))) in {0, page.count(b"{}")}
    assert process_time() - begun < 1


@pytest.mark.parametrize(
    "tag",
    [
        b'<script type="application/ld+json">', b"<SCRIPT TYPE=application/ld+json>",
        b"<script id=a data-n='1'\n type = 'application/ld+json' async>", b'<script type="application/ld+json" >',
    ],
)  # fmt: skip
def test_blocks_are_found_however_their_tag_is_written(tag):
    assert list(jsonld.blocks_of(b"<p>\n" + tag + b" {} </script >")) == [(2, b"{}")]
