"""How well are job titles matched? Our matcher and plain baselines on published relevance judgements, in one run.

    TALENTSPHERE_TEST_DATA=... python -m benchmarks.search_quality --postgresql URL [--queries N] [--json FILE]

Data: ``labelled/title_match_en`` (MELO, Retyk et al. 2024, usa_q_en_c_en): O*NET titles as queries, title forms of
ESCO as corpus, binary judgements. Measured as that paper's code does: the best 100 forms of each query, ties at the cut
in the order of the corpus, then as trec_eval: scores to 5 digits, ties by descending document id; what was not found
counts as not found. MAP, MRR, and nDCG of the first 10. Exits 1 unless ours is above every baseline, with the
dictionary of occupations and without it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import title_baselines
from talentsphere.search.occupations import bundled_occupations
from talentsphere.search.titles import TitleMatcher

CUT, TOP = 100, 10
Scores = dict[int, float]
Ranker = Callable[[Sequence[str], Sequence[str]], Iterator[Scores]]


@dataclass(frozen=True)
class Judged:
    """Queries and corpus as (id, text), and the relevant documents of each query."""

    queries: list[tuple[str, str]]
    corpus: list[tuple[str, str]]
    relevant: dict[str, set[str]]


@dataclass(frozen=True)
class Quality:
    """Means over the queries."""

    name: str
    mrr: float
    map: float
    ndcg: float
    seconds: float


def read_judged(folder: Path) -> Judged:
    """Read the three files of a set."""
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text().splitlines():
        query, _, document, _ = line.split()
        relevant[query].add(document)
    corpus = gzip.decompress((folder / "corpus.tsv.gz").read_bytes()).decode()
    return Judged(_pairs((folder / "queries.tsv").read_text()), _pairs(corpus), relevant)


def measure(name: str, ranker: Ranker, judged: Judged) -> Quality:
    """Rank every query and return the means."""
    began = time.perf_counter()
    ids = [id_ for id_, _ in judged.corpus]
    ranked = ranker([text for _, text in judged.corpus], [text for _, text in judged.queries])
    figures = [
        figures_of(as_trec_eval(scores, ids), judged.relevant[query])
        for (query, _), scores in zip(judged.queries, ranked, strict=True)
    ]
    mrr, mean_ap, ndcg = (sum(column) / len(figures) for column in zip(*figures, strict=True))
    return Quality(name, mrr, mean_ap, ndcg, time.perf_counter() - began)


def as_trec_eval(scores: Scores, ids: Sequence[str]) -> list[str]:
    """Return the ids of the best ``CUT``, in trec_eval's order."""
    best = sorted(scores, key=lambda at: (-scores[at], at))[:CUT]
    by_id = sorted(best, key=lambda at: ids[at], reverse=True)
    return [ids[at] for at in sorted(by_id, key=lambda at: -round(scores[at], 5))]


def figures_of(ranked: Sequence[str], relevant: set[str]) -> tuple[float, float, float]:
    """Return reciprocal rank, average precision and nDCG of the first ``TOP``."""
    hits = [rank for rank, id_ in enumerate(ranked, 1) if id_ in relevant]
    precision = sum(n / rank for n, rank in enumerate(hits, 1)) / len(relevant)
    gained = _gain(rank for rank in hits if rank <= TOP)
    return (1 / hits[0] if hits else 0.0), precision, gained / _gain(range(1, min(TOP, len(relevant)) + 1))


def ours(with_occupations: bool) -> Ranker:
    """Return our matcher; equal texts of the corpus share a place, so that each of them is as good."""

    def rank(corpus: Sequence[str], queries: Sequence[str]) -> Iterator[Scores]:
        places: dict[str, list[int]] = defaultdict(list)
        for at, text in enumerate(corpus):
            places[text].append(at)
        titles = list(places)
        matcher = TitleMatcher(titles, bundled_occupations() if with_occupations else ())
        for query in queries:
            if with_occupations:
                scores = {title: 1 / rank for rank, title in enumerate(matcher.rank(query, CUT), 1)}
            else:
                scores = matcher.likeness(query)
            yield {at: score for title, score in scores.items() for at in places[titles[title]]}

    return rank


def baselines(postgresql: str | None) -> dict[str, Ranker]:
    """Return what is compared with; ``tsvector`` needs a server."""
    found: dict[str, Ranker] = {
        "FTS5, bm25()": title_baselines.fts5,
        "BM25": title_baselines.bm25,
        "TF-IDF, words": title_baselines.tf_idf_words,
        "TF-IDF, characters": title_baselines.tf_idf_characters,
        "trigram similarity": title_baselines.trigrams,
    }
    return found if postgresql is None else {**found, "tsvector, ts_rank": title_baselines.tsvector(postgresql)}


def table(results: Iterable[Quality]) -> str:
    lines = [f"| {q.name} | {q.mrr:.3f} | {q.map:.3f} | {q.ndcg:.3f} | {q.seconds:.0f} |" for q in results]
    return "\n".join(("| | MRR | MAP | nDCG@10 | s |", "|---|---:|---:|---:|---:|", *lines))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgresql", metavar="URL", help="a server for the tsvector baseline; nothing is kept in it")
    parser.add_argument("--queries", type=int, help="only the first N")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    data = Path(os.environ.get("TALENTSPHERE_TEST_DATA", "../shared/data"))
    judged = read_judged(data / "labelled/title_match_en")
    judged = Judged(judged.queries[: arguments.queries], judged.corpus, judged.relevant)
    plain = [measure(name, ranker, judged) for name, ranker in baselines(arguments.postgresql).items()]
    own = [measure(f"TalentSphere, {how} dictionary", ours(how == "with"), judged) for how in ("without", "with")]
    print(f"{len(judged.queries)} queries, {len(judged.corpus):,} forms\n\n{table([*plain, *own])}")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(result) for result in (*plain, *own)], indent=2) + "\n")
    return 0 if all(is_above(mine, plain) for mine in own) else 1


def is_above(mine: Quality, others: Iterable[Quality]) -> bool:
    """Tell whether ``mine`` is better than each of the others by every figure."""
    return all(mine.mrr > other.mrr and mine.map > other.map and mine.ndcg > other.ndcg for other in others)


def _gain(ranks: Iterable[int]) -> float:
    return sum(1 / math.log2(rank + 1) for rank in ranks)


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(id_, title) for id_, _, title in (line.partition("\t") for line in text.splitlines())]


if __name__ == "__main__":
    sys.exit(main())
