"""Which known word was meant: words that share what is left of them without a letter or two (SymSpell).

Source: Garbe 2012, "1000x Faster Spelling Correction algorithm".
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

START = 12
"""Letters that are looked at."""
SHORTEST = 4
"""A shorter word is as it was meant."""
FAR_FROM = 7
"""From this many letters on a word may be two mistakes away."""


def is_spelled(word: str) -> bool:
    """Tell whether ``word`` is one that may be mistyped: letters, and enough of them."""
    return len(word) >= SHORTEST and word.isalpha()


def deletions(word: str, most: int = 1) -> set[str]:
    """Return the beginning of ``word`` without up to ``most`` of its letters."""
    start = word[:START]
    return {
        "".join(letter for at, letter in enumerate(start) if at not in left_out)
        for number in range(most + 1)
        for left_out in combinations(range(len(start)), number)
    }


def mistakes_in(word: str) -> int:
    """Return how many mistakes a word of this length may have."""
    return 2 if len(word) >= FAR_FROM else 1


def distance(one: str, other: str) -> int:
    """Return how many letters must be added, left out, changed or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, older[to - 2] + 1)
            row.append(cost)
    return row[-1]


def best_of(word: str, known: Iterable[tuple[str, int]], *, times: int = 20) -> str | None:
    """Return what ``word`` was meant to be among ``known`` words with their counts, or nothing.

    The nearest, of those the most frequent. A word that is known itself is taken for a mistake when a neighbour is
    ``times`` as frequent: real texts hold "managment".
    """
    counts = dict(known)
    own = counts.pop(word, 0)
    near = [(distance(word, other), -n, other) for other, n in counts.items()]
    fitting = [each for each in near if each[0] <= mistakes_in(word)]
    if own:
        fitting = [each for each in fitting if each[0] == 1 and -each[1] >= times * own]
    return min(fitting)[2] if fitting else None
