"""What is stored of a text: one list of tokens for its words, its title and what it is filtered by.

Tokens are letters a-z, digits and ``_``, so that both engines keep them as they are. A word that is anything else is
spelled in hexadecimal. What begins with ``_`` is no word, and nobody can type it: words never hold that sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from itertools import islice

from talentsphere.search import words
from talentsphere.search.slabs import slab_tokens
from talentsphere.search.words import words_of

TOKENIZER = 100 * words.VERSION + 1
"""Stored with each document: one of another version is made anew by a reindex."""
MOST = 16_000
"""Tokens of a document: PostgreSQL counts no position above 16,383."""
MOST_BYTES = 600_000
"""Of all tokens of a document: PostgreSQL stores a megabyte."""
SAME_WORD = 255
"""Positions that PostgreSQL keeps of one token."""
GAP = "_g"
"""Between fields, so that no phrase crosses them."""
ANY = "_a"
"""Stands in every document."""
TITLE = "_1"
STEPS = tuple(round(20_000 * 1.15**step) for step in range(20))
"""Pay: a document has a token for each step that it reaches."""


@dataclass(frozen=True)
class Document:
    """A text to be found: its title, its other fields, and the tokens by which it is filtered."""

    key: int
    title: str
    fields: Sequence[str]
    filters: Sequence[str]


def tokens_of(document: Document) -> list[str]:
    """Return the tokens in their order: filters, title twice (as title and as text), then the other fields."""
    return list(_within_bounds(_tokens(document)))


def _tokens(document: Document) -> Iterator[str]:
    title = stored_words(document.title)
    yield ANY
    yield from document.filters
    for field in (map(in_title, title), title, *(stored_words(text) for text in document.fields)):
        yield GAP
        yield from field


def _within_bounds(tokens: Iterable[str]) -> Iterator[str]:
    left = MOST_BYTES
    for token in islice(tokens, MOST):
        left -= len(token)
        if left < 0:
            return
        yield token


def stored_words(text: str) -> list[str]:
    """Return the words of ``text`` as they are stored."""
    return [stored(word) for word in words_of(text)]


def stored(word: str) -> str:
    """Return a word as it is stored; the start of a word is the start of what is stored of it."""
    return word if word.isascii() else f"_x{word.encode().hex()}"


def in_title(token: str) -> str:
    """Return the token that says that this one stands in the title."""
    return TITLE + token


def filter_token(kind: str, value: str | int) -> str:
    """Return the token of a filter: ``_`` and a letter, and the value, hashed when it is any text."""
    plain = str(value).lower()
    if not (plain.isascii() and plain.replace("_", "").isalnum() and len(plain) <= 20):
        plain = blake2s(plain.encode(), digest_size=8).hexdigest()
    return f"_{kind}{plain}"


def pay_tokens(pay: int) -> list[str]:
    """Return a token for each step that ``pay`` reaches."""
    return [f"_t{step}" for step, least in enumerate(STEPS) if pay >= least]


def pay_step(least: int) -> str | None:
    """Return the token of the highest step that is not above ``least``; the row must be looked at besides."""
    steps = pay_tokens(least)
    return steps[-1] if steps else None


def as_text(tokens: Sequence[str]) -> str:
    """Return what SQLite stores: the tokens with a space before and behind each."""
    return f" {' '.join(tokens)} "


def as_vector(tokens: Sequence[str], key: int) -> str:
    """Return what PostgreSQL stores: the literal of a ``tsvector``, with the windows of time that ``key`` is in."""
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens, 1):
        if token == GAP:
            continue
        held = places.setdefault(token, [])
        if len(held) < SAME_WORD:
            held.append(place)
    lexemes = [f"'{token}':{','.join(map(str, held))}" for token, held in places.items()]
    return " ".join([*lexemes, *(f"'{token}'" for token in slab_tokens(key))])
