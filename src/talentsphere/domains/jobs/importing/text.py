"""Text as published, made safe and readable: titles, names, descriptions."""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3

_TAG = re.compile(r"<[^<>]{0,400}>")
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|ul|ol|li|b|i|u|strong|em|h[1-6]|a|img|table|tr|td|font|section|article|script|style)\b[^<>]*>",
    re.I,
)
_ESCAPED_MARKUP = re.compile(r"&(?:amp;)?lt;/?(?:p|br|div|span|ul|ol|li|b|strong|em|h[1-6])\b", re.I)
_BLOCK_END = re.compile(r"<br\s*/?>|</(?:p|div|h[1-6]|tr|ul|ol|table|blockquote|pre|section)>", re.I)
_ITEM = re.compile(r"<li\b[^>]*>", re.I)
_INVISIBLE = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad")
_CONTROLS = tuple(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))
_SPACES = ("\t", "\u00a0", "\u2007", "\u202f")
_HALF = re.compile("[\ud800-\udfff]")
_SCRAMBLED_FROM = "\u00c2\u00c3\u00c4\u00c5\u00e2\u00d0\u00f0"
_MOJIBAKE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)

ALLOWED_TAGS = {
    "a", "b", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr",
    "u", "ul",
}  # fmt: skip


def one_line(text: str) -> str:
    """Return a title or a name: entities decoded (also twice escaped ones), no tags, single spaces."""
    if "&" in text:
        text = html.unescape(html.unescape(html.unescape(text)))
    if "<" in text:
        text = _TAG.sub("", text)
    return " ".join(printable(unscrambled(text)).split())


def printable(text: str) -> str:
    """Return ``text`` without control, zero-width and half characters, which no database should hold."""
    # asking for each sign is far faster than one expression for all: nearly no text has any
    for sign in _CONTROLS:
        if sign in text:
            text = text.replace(sign, " ")
    if text.isascii():
        return text
    for sign in _INVISIBLE:
        if sign in text:
            text = text.replace(sign, "")
    return text if _is_encodable(text) else _HALF.sub(" ", text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def unscrambled(text: str) -> str:
    """Return ``text`` read as UTF-8 where it is certain that it was read as Latin-1 or Windows-1252 before.

    Certain means: every character of it fits, and the bytes are valid UTF-8. Anything else stays as published.
    """
    if text.isascii() or not any(sign in text for sign in _SCRAMBLED_FROM) or not _MOJIBAKE.search(text):
        return text
    for charset in ("cp1252", "latin-1"):
        try:
            return text.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
    return text


def description_of(published: str) -> tuple[str, str]:
    """Return ``(sanitised HTML, plain text)`` of a description, which may be plain text or HTML."""
    if _ESCAPED_MARKUP.search(published) and not _MARKUP.search(published):
        published = html.unescape(html.unescape(published))
    published = unscrambled(published)
    if _MARKUP.search(published):
        return from_html(published)
    return from_plain(published)


def from_html(published: str) -> tuple[str, str]:
    """Sanitise HTML; script and style go with their content, unknown tags leave theirs."""
    safe = _sanitiser().clean(printable(published))
    with_breaks = _BLOCK_END.sub("\n", _ITEM.sub("\n- ", safe.replace("\n", " ")))
    return safe, _tidy(html.unescape(_TAG.sub("", with_breaks)))


def from_plain(published: str) -> tuple[str, str]:
    """Make paragraphs of plain text, in which entities may stand."""
    plain = _tidy(printable(html.unescape(published) if "&" in published else published))
    if not plain:
        return "", ""
    escaped = html.escape(plain, quote=False)
    return "<p>" + escaped.replace("\n\n", "</p><p>").replace("\n", "<br>") + "</p>", plain


def _tidy(text: str) -> str:
    """Single spaces, no space around line breaks, at most one empty line."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for sign in _SPACES:
        if sign in text:
            text = text.replace(sign, " ")
    text = _shrunk(text, "  ", " ").replace(" \n", "\n").replace("\n ", "\n")
    return _shrunk(text, "\n\n\n", "\n\n").strip()


def _shrunk(text: str, long: str, short: str) -> str:
    while long in text:
        text = text.replace(long, short)
    return text


@lru_cache(maxsize=1)
def _sanitiser() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        clean_content_tags={"script", "style", "iframe", "object", "noscript", "template", "title"},
        link_rel="noopener nofollow ugc",
    )
