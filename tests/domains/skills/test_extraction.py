"""Skills in texts: whole words, longest first, ambiguous names only with evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentsphere.domains.skills.extraction import Entry, Extractor

pytestmark = pytest.mark.once

NAMES = [
    Entry("R&D", None, is_anchor=False),
    Entry("Go-to-market", None, is_anchor=False),
    Entry("Python", 1),
    Entry("R", 2, is_ambiguous=True),
    Entry("C", 3, is_ambiguous=True),
    Entry("C++", 4),
    Entry("C#", 5),
    Entry(".NET", 6),
    Entry("ASP.NET", 7),
    Entry("Node.js", 8),
    Entry("machine learning", 9, is_anchor=False),
    Entry("Excel", 10, is_ambiguous=True),
    Entry("Microsoft Excel", 10),
    Entry("SQL", 11),
    Entry("Go", 12, is_ambiguous=True),
    Entry("Tform", 13),
    Entry("research & development", 14),
    Entry("PL/SQL", 15),
    Entry("SQL Server", 16),
]
SHOWN = {
    1: "Python", 2: "R", 3: "C", 4: "C++", 5: "C#", 6: ".NET", 7: "ASP.NET", 8: "Node.js", 9: "machine learning",
    10: "Excel", 11: "SQL", 12: "Go", 13: "Tform", 14: "R&D", 15: "PL/SQL", 16: "SQL Server",
}  # fmt: skip
EXTRACTOR = Extractor(NAMES)


def found(text: str) -> list[str]:
    return [SHOWN[each.skill_id] for each in EXTRACTOR.find(text)]


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("our platform", []),
        ("Tform, the tool", ["Tform"]),
        ("PYTHON and python3", ["Python"]),
        ("pythonic", []),
        ("Python+SQL", ["Python", "SQL"]),
        ("C, C++, C#", ["C", "C++", "C#"]),
        ("C/C++", ["C", "C++"]),
        ("ASP.NET and .NET.", ["ASP.NET", ".NET"]),
        ("a net result", []),
        ("node.js, Node JS, node-js", ["Node.js", "Node.js", "Node.js"]),
        ("node, js", []),
        ("SQL Server", ["SQL Server"]),
        ("PL/SQL", ["PL/SQL"]),
        ("machine-learning", ["machine learning"]),
        ("hard-wrapped machine\nlearning", ["machine learning"]),
        ("Machine\nLearning Engineer", []),
        ("research & development", ["R&D"]),
        ("“Python” • SQL – Größe", ["Python", "SQL"]),
        ("", []),
    ],
)
def test_names_are_whole_words_and_the_longest_wins(text, skills):
    assert found(text) == skills


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("Python, R and SQL", ["Python", "R", "SQL"]),
        ("R, Go, Python", ["R", "Go", "Python"]),
        ("(R, Python)", ["R", "Python"]),
        ("experience with R", ["R"]),
        ("R programming", ["R"]),
        ("Go developer", ["Go"]),
        ("proficient in Excel", ["Excel"]),
        ("advanced Excel skills", ["Excel"]),
        ("Microsoft Excel", ["Excel"]),
        ("• Python\n• R\n• SQL", ["Python", "R", "SQL"]),
    ],
)
def test_an_ambiguous_name_counts_with_evidence(text, skills):
    assert found(text) == skills


@pytest.mark.parametrize(
    "text",
    [
        "you excel at work", "Excel in what you do",
        "R. Smith", "our R&D team", "Go above and beyond", "go, python3", "vitamin C",
        "Go-to-market", "U.S. and C.V.", "plan B or C", "Employees go home. R", "r, c, go",
    ],
)  # fmt: skip
def test_an_ambiguous_name_without_evidence_is_a_word(text):
    assert found(text) == []


def test_evidence_must_be_the_published_spelling():
    assert found("Python, r and go") == ["Python"]


def test_common_nouns_are_no_evidence():
    assert found("machine learning, C") == ["machine learning"]


@pytest.mark.parametrize(
    "text", ["Größe: C#, Python", "İstanbul Python", "日本語、Python、SQL", "a Python b", "Đà Nẵng – SQL"]
)
def test_places_are_in_characters_of_the_text(text):
    for each in EXTRACTOR.find(text):
        assert text[each.start : each.end] == SHOWN[each.skill_id]
    assert EXTRACTOR.find(text)


@given(
    st.text()
    | st.lists(
        st.sampled_from(["Python", "R", ",", " ", "C++", "\n", ".net", "é", "ß", "machine", "learning", "&", "·"])
    ).map("".join)
)
def test_any_text_gives_ordered_places_that_hold_their_names(text):
    places = EXTRACTOR.find(text)

    ends = [0, *(each.end for each in places)]
    assert all(end <= each.start < each.end <= len(text) for end, each in zip(ends, places, strict=False))
    assert places == EXTRACTOR.find(text)


def test_names_are_looked_up_exactly_for_lists():
    assert [EXTRACTOR.skill_named(name) for name in ("go", " Microsoft  excel", "R&D", "golang")] == [
        12,
        10,
        None,
        None,
    ]
