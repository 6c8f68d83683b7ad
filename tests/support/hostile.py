"""Data that would drive a terminal, a markup renderer or a parser, if anything let it."""

from __future__ import annotations

import json
import re

from hypothesis import strategies as st

_ESCAPES = (
    "\x1b]52;c;aGFja2Vk\x07",
    "\x1b]0;another title\x1b\\",
    "\x1b[2J\x1b[H\x1b[31m",
    "\x1b[?1049l\x1bc",
    "\x9b2J\x9d52;c;aGFja2Vk\x9c",
    "\x1bP+q544e\x1b\\",
    "line\nline\r\ttab\x0b\x0c\x08\x7f\x00",
)
_MARKUP = (
    "[/]",
    "[red]red[/red]",
    "[bold",
    "[link=file:///etc/passwd]here[/link]",
    "[@click=app.quit]x[/]",
    "\\[x]",
)
_TEXTS = (
    "\u202egnp.exe\u2066\u2069",
    "a\u2028b\u2029c\ufeffd\ufff9e",
    "e" + "\u0301" * 60,
    "👩‍👩‍👧‍👦🏳️‍🌈 ﷽ 𒐫",
    "ｗｉｄｅ　全角",
    "",
    " ",
    "'; $(reboot) `x` \"",
    "%s%n{0}{x!r}",
    "@[=+ - 0.5*",
    "x" * 400,
)
PIECES = (*_ESCAPES, *_MARKUP, *_TEXTS)
_RAW = (b"\xff\xfe", b"\x9b31m", b"\xc3", b"\xed\xa0\x80", b"\x1b[31m\xff")

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
"""What no cell of a screen may hold: whatever moves a cursor, ends a string or turns the direction of a line."""

_texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), min_size=1, max_size=3).map("".join)
names = st.one_of(_texts.map(lambda text: text.encode("utf-8", "replace")), st.sampled_from(_RAW))
"""Names of elements and keys."""
_json = st.recursive(
    st.one_of(_texts, st.integers(), st.floats(allow_nan=False), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_texts, inner, max_size=3)),
    max_leaves=6,
)
attributes = st.one_of(
    st.dictionaries(_texts, _json, max_size=4).map(
        lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    ),
    _texts.map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(_RAW),
)
"""Attributes of elements: JSON with hostile names and values, and what is no JSON at all."""


def corpus() -> dict[bytes, bytes]:
    """Names with attributes: every piece once as either, and what is too large or too deep for comfort."""
    found = {piece.encode(): json.dumps({piece: piece, "n": 1}, ensure_ascii=False).encode() for piece in PIECES}
    found |= {raw: raw for raw in _RAW}
    found[b"large"] = json.dumps({"text": "\x1b[31m" + "x" * 100_000, "n": 2}).encode()
    found[b"deep"] = b'{"a":' * 500 + b"1" + b"}" * 500
    found[b"too deep"] = b"[" * 100_000
    found[b"many"] = json.dumps({f"\x1b[{number}m": number for number in range(200)}).encode()
    found[b"long " * 20_000] = b"{}"
    return found
