"""Titles of one occupation, and how alike titles are."""

from __future__ import annotations

import pytest
from benchmarks.search_quality import Judged, as_trec_eval, figures_of, is_above, measure, ours, read_judged
from benchmarks.title_baselines import bm25, fts5, tf_idf_words, trigrams

from talentsphere.search.occupations import Occupation, spellings, synonyms_of
from talentsphere.search.titles import TitleMatcher
from talentsphere.search.words import words_of

pytestmark = pytest.mark.once
TITLES = ["chief executive officer", "managing director", "software developer", "head cook", "developer of software"]
OCCUPATIONS = [
    Occupation("esco", "1", ("chief executive officer", "managing director")),
    Occupation("esco", "2", ("software developer", "developer of software")),
    Occupation("onet", "3", ("Top Executives", "Managing Director (MD)")),
]


def test_titles_are_found_by_their_words_and_parts_of_them():
    matcher = TitleMatcher(TITLES)
    assert matcher.rank("Software Developers")[:2] == [2, 4]
    assert matcher.rank("cooking")[0] == 3
    assert matcher.rank("zzz") == []


def test_the_dictionary_links_titles_without_a_common_word():
    asked = "Top Executives"
    assert 1 not in TitleMatcher(TITLES).rank(asked)
    assert set(TitleMatcher(TITLES, OCCUPATIONS).rank(asked)[:2]) == {0, 1}


def test_synonyms_are_other_titles_of_the_occupation():
    assert ("chief", "executive", "officer") in synonyms_of(words_of("CEO"))
    assert synonyms_of(words_of("software engineers"))[0] == ("software", "developer")
    assert synonyms_of(words_of("RN")) == [("registered", "nurse")]


@pytest.mark.parametrize("text", ["", "manager", "blue sky", "zzz"])
def test_what_names_no_single_occupation_has_no_synonyms(text):
    assert synonyms_of(words_of(text)) == []


def test_both_names_in_a_title_are_names_of_it():
    assert spellings("CEO (Chief Executive Officer)") == ["CEO", "Chief Executive Officer"]
    assert spellings("Cook") == ["Cook"]


def test_figures_are_those_of_trec_eval():
    assert figures_of(["a", "b", "c"], {"b"}) == (0.5, 0.5, pytest.approx(0.6309, abs=1e-4))
    assert figures_of(["b", "a", "c"], {"b", "c"})[1] == pytest.approx((1 + 2 / 3) / 2)
    assert figures_of(["a"], {"z"}) == (0.0, 0.0, 0.0)


def test_ties_are_broken_by_descending_id_after_the_cut():
    assert as_trec_eval({0: 1.0, 1: 1.0, 2: 2.0}, ["a", "b", "c"]) == ["c", "b", "a"]


@pytest.fixture(scope="module")
def judged(real_data) -> Judged:
    """A tenth of the queries, and a part of the corpus that holds what is relevant to them."""
    whole = read_judged(real_data / "labelled/title_match_en")
    queries = whole.queries[::10]
    wanted = set().union(*(whole.relevant[query] for query, _ in queries))
    corpus = [pair for n, pair in enumerate(whole.corpus) if n % 8 == 0 or pair[0] in wanted]
    return Judged(queries, corpus, whole.relevant)


def test_our_matching_is_above_the_baselines_on_a_part_of_the_judgements(judged):
    plain = [measure(each.__name__, each, judged) for each in (fts5, bm25, tf_idf_words, trigrams)]
    assert is_above(measure("ours", ours(with_occupations=True), judged), plain)
    assert not is_above(plain[0], plain[1:])  # the worst of them is told apart
