"""Bytes to numbered lines, whatever the bytes are."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.jobs.importing.files import gzipped

from talentsphere.domains.jobs.importing.lines import Unreadable, content_of, numbered_lines

pytestmark = pytest.mark.once


def read(content: bytes) -> bytes:
    return b"".join(content_of(io.BytesIO(content)))


@given(
    st.lists(st.binary(max_size=40).filter(lambda piece: b"\n" not in piece and not piece.endswith(b"\r"))),
    st.integers(1, 9),
)
def test_lines_are_those_between_line_ends_however_they_arrive(pieces, size):
    content = b"\n".join(pieces)
    chunks = [content[start : start + size] for start in range(0, len(content), size)]

    found = [line for _, line in numbered_lines(chunks)]

    assert found == (pieces[:-1] if pieces and not pieces[-1] else pieces)


def test_a_line_that_is_too_long_is_named_and_not_held():
    chunks = itertools.chain([b"a\n"], itertools.repeat(b"x" * 1000, 50), [b"\nb\n"])

    assert list(numbered_lines(chunks, limit=2000)) == [(1, b"a"), (2, None), (3, b"b")]


def test_a_line_of_just_the_limit_is_given():
    assert list(numbered_lines([b"x" * 1000, b"x" * 1000], limit=2000)) == [(1, b"x" * 2000)]


def test_gzip_members_follow_each_other_with_padding():
    assert read(gzipped(b"one\n") + gzipped(b"two\n") + b"\0\0") == b"one\ntwo\n"


def test_truncated_gzip_gives_what_was_there_and_says_so():
    whole = gzipped(bytes(range(256)) * 400)
    got = []

    with pytest.raises(Unreadable, match="ends too early"):
        got.extend(content_of(io.BytesIO(whole[:-30])))

    assert b"".join(got).startswith(bytes(range(256)))


def test_damaged_gzip_is_named():
    whole = bytearray(gzipped(b"text" * 50_000))
    whole[len(whole) // 2] ^= 0xFF

    with pytest.raises(Unreadable, match="damaged"):
        read(bytes(whole))


def test_utf16_is_refused_and_a_utf8_mark_is_dropped():
    with pytest.raises(Unreadable, match="UTF-16"):
        read("title".encode("utf-16"))
    assert read(b"\xef\xbb\xbftitle") == b"title"
