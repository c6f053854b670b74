"""Plain ways to rank titles, to compare with: each a function ``(corpus texts, queries) -> scores by place, a query``.

Every one gets the same texts. FTS5 and ``tsvector`` split words themselves; BM25 and TF-IDF by words get ours.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

import psycopg2

from talentsphere.search.words import words_of

Scores = dict[int, float]
Baseline = Callable[[Sequence[str], Sequence[str]], Iterator[Scores]]
_WORD = re.compile(r"[a-z0-9]+")


def fts5(corpus: Sequence[str], queries: Sequence[str]) -> Iterator[Scores]:
    """SQLite FTS5 as it comes, any of the words, ``bm25()``."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE titles USING fts5(title)")
    connection.executemany("INSERT INTO titles(rowid, title) VALUES (?, ?)", enumerate(corpus))
    for query in queries:
        match = " OR ".join(f'"{word}"' for word in _WORD.findall(query.lower()))
        found = connection.execute("SELECT rowid, -bm25(titles) FROM titles WHERE titles MATCH ?", [match])
        yield dict(found.fetchall())


def tsvector(url: str) -> Baseline:
    """PostgreSQL's English text search as it comes, any of the words, ``ts_rank``."""

    def rank(corpus: Sequence[str], queries: Sequence[str]) -> Iterator[Scores]:
        connection = psycopg2.connect(url)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE titles (at int, tsv tsvector)")
            rows = [row for pair in enumerate(corpus) for row in pair]
            cursor.execute(
                "INSERT INTO titles SELECT at, to_tsvector('english', title) FROM (VALUES "
                + ",".join(["(%s,%s)"] * len(corpus))
                + ") AS given(at, title)",
                rows,
            )
            for query in queries:
                words = " | ".join(_WORD.findall(query.lower()))
                cursor.execute(
                    "SELECT at, ts_rank(tsv, q) FROM titles, to_tsquery('english', %s) q WHERE tsv @@ q", [words]
                )
                yield dict(cursor.fetchall())
        connection.close()

    return rank


def bm25(corpus: Sequence[str], queries: Sequence[str]) -> Iterator[Scores]:
    """Okapi BM25, k1 1.2, b 0.75."""
    texts = [Counter(words_of(text)) for text in corpus]
    lengths = [text.total() for text in texts]
    mean, postings = sum(lengths) / len(lengths), _postings(texts)
    for query in queries:
        scores: Scores = defaultdict(float)
        for word in set(words_of(query)):
            found = postings.get(word, [])
            rarity = math.log(1 + (len(texts) - len(found) + 0.5) / (len(found) + 0.5))
            for at, n in found:
                scores[at] += rarity * n * 2.2 / (n + 1.2 * (0.25 + 0.75 * lengths[at] / mean))
        yield scores


def tf_idf_words(corpus: Sequence[str], queries: Sequence[str]) -> Iterator[Scores]:
    """Cosine of TF-IDF by words."""
    return _tf_idf(corpus, queries, words_of)


def tf_idf_characters(corpus: Sequence[str], queries: Sequence[str]) -> Iterator[Scores]:
    """Cosine of TF-IDF by 1 to 3 characters, across words, as the MELO paper has it."""
    return _tf_idf(corpus, queries, lambda text: _runs(text.lower(), (1, 2, 3)))


def trigrams(corpus: Sequence[str], queries: Sequence[str]) -> Iterator[Scores]:
    """``similarity()`` of pg_trgm: shared trigrams of words over all of them."""
    texts = [_trigrams(text) for text in corpus]
    postings = _postings([Counter(text) for text in texts])
    for query in queries:
        asked = _trigrams(query)
        shared = Counter(at for gram in asked for at, _ in postings.get(gram, ()))
        yield {at: n / (len(asked) + len(texts[at]) - n) for at, n in shared.items()}


def _tf_idf(corpus: Sequence[str], queries: Sequence[str], split: Callable[[str], Sequence[str]]) -> Iterator[Scores]:
    counts = [Counter(split(text)) for text in corpus]
    held = Counter(feature for text in counts for feature in text)

    def vector(counted: Counter[str]) -> dict[str, float]:
        weights = {f: n * (1 + math.log((1 + len(counts)) / (1 + held[f]))) for f, n in counted.items() if f in held}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {feature: weight / length for feature, weight in weights.items()}

    postings = _postings([vector(text) for text in counts])
    for query in queries:
        scores: Scores = defaultdict(float)
        for feature, weight in vector(Counter(split(query))).items():
            for at, other in postings.get(feature, ()):
                scores[at] += weight * other
        yield scores


def _postings(texts: Sequence[dict[str, float] | Counter[str]]) -> dict[str, list[tuple[int, float]]]:
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, text in enumerate(texts):
        for feature, weight in text.items():
            postings[feature].append((at, weight))
    return postings


def _trigrams(text: str) -> set[str]:
    return {gram for word in _WORD.findall(text.lower()) for gram in _runs(f"  {word} ", (3,))}


def _runs(text: str, sizes: Sequence[int]) -> list[str]:
    return [text[at : at + size] for size in sizes for at in range(len(text) - size + 1)]
