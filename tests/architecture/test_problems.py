"""Every refusal has a slug of its own, and ``docs/problems.md`` explains it."""

from __future__ import annotations

import re

import pytest
from tests.architecture.repository import ROOT

import talentsphere.app
from talentsphere.errors import DomainError

pytestmark = pytest.mark.once

ROW = re.compile(r"^\| `([a-z-]+)` \| (\d+) \| (.+?) \|", re.MULTILINE)


def refusals() -> list[type[DomainError]]:
    """Return every kind of refusal that the application can give."""
    assert talentsphere.app.create_app, "importing the application imports every domain"
    found, unseen = [], [DomainError]
    while unseen:
        kinds = unseen.pop().__subclasses__()
        found += kinds
        unseen += kinds
    return [kind for kind in found if kind.__module__.startswith("talentsphere.")]


def documented() -> dict[str, tuple[int, str]]:
    text = (ROOT / "docs" / "problems.md").read_text()
    return {slug: (int(status), title) for slug, status, title in ROW.findall(text)}


def test_slugs_are_unique():
    slugs = [kind.slug for kind in refusals()]

    assert sorted(set(slugs)) == sorted(slugs)


def test_titles_are_sentences_without_a_full_stop():
    odd = [kind.title for kind in refusals() if not re.match(r"[A-Z].*[^.]$", kind.title)]

    assert odd == []


def test_every_refusal_is_documented_and_nothing_else():
    assert {kind.slug: (kind.status, kind.title) for kind in refusals()} == documented()
