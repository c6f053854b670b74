"""The one normaliser: what is indexed and what is asked become the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentsphere.search.words import LONGEST_WORD, words_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Senior C++ and C# developer", "senior cplusplus and csharp developer"),
        ("ASP.NET, .NET core", "aspdotnet dotnet core"),
        ("Node.js/React", "nodejs react"),
        ("full-time", "full time"),
        ("Krankenpfleger für Köln", "krankenpfleger fur koln"),
        ("ﬁnance Ｐｙｔｈｏｎ", "finance python"),
        ("nurses, companies, boxes, classes, analysis, bus, class", "nurse company box class analysis bus class"),
        ("看護師", "看護 護師"),
        ("a_b", "a b"),
        ("don't", "don t"),
        ("C+ c", "c c"),
        ("\0🙂 \u202e", ""),
    ],
)
def test_words(text, words):
    assert words_of(text) == words.split()


@given(st.text(max_size=200))
def test_words_are_letters_and_digits_and_stay_what_they_are(text):
    for word in words_of(text):
        assert 0 < len(word) <= LONGEST_WORD
        assert word.isalnum()
