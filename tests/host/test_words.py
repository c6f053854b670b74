"""Words that every process of the host reads: new for all as soon as one has renewed them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from talentsphere.host.words import SLOTS, WORD_BYTES, Words

pytestmark = pytest.mark.once

RENEW = "from pathlib import Path; from talentsphere.host.words import Words; Words(Path({!r})).renew('session:1')"


def test_a_word_stays_until_it_is_renewed(tmp_path):
    words = Words(tmp_path / "run" / "words")
    before = words.read("session:1", "user:1")
    assert words.read("session:1", "user:1") == before
    words.renew("user:1")

    after = words.read("session:1", "user:1")
    assert (after[0], after[1] != before[1]) == (before[0], True)


def test_another_process_sees_it_at_once(tmp_path):
    path = tmp_path / "words"
    words = Words(path)
    before = words.read("session:1")
    subprocess.run([sys.executable, "-c", RENEW.format(str(path))], check=True)

    assert words.read("session:1") != before


def test_a_later_process_finds_the_words_as_they_were(tmp_path):
    path = tmp_path / "words"
    Words(path).renew("session:1")

    assert Words(path).read("session:1") == Words(path).read("session:1") != (0,)


def test_the_file_is_small_and_for_this_user_alone(tmp_path):
    path = tmp_path / "run" / "words"
    Words(path).read("session:1")

    assert path.stat().st_size == SLOTS * WORD_BYTES == 512 * 1024
    assert path.stat().st_mode & 0o777 == 0o600
