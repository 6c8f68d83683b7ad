"""Prepare text for a terminal: sanitize and truncate it, and format numbers consistently."""

from __future__ import annotations

import re
from typing import NewType

from rich.cells import cell_len, set_cell_size

SafeText = NewType("SafeText", str)
"""Text that is sanitized and can be drawn; made by ``sanitize`` and ``display``."""

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\uffa0"
"""Invisible characters, with which one name could be disguised as another."""
_JOINERS = "[\u200c\u200d](?![^\x00-\x7f])|(?<![^\x00-\x7f])[\u200c\u200d]"
"""Zero-width joiners and non-joiners that are not between the non-ASCII characters that need them."""
_UNSAFE = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffb\ud800-\udfff{_BIDI}{_UNSEEN}]|{_JOINERS}")
_JSON_UNSAFE = re.compile(f"[\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffb\ud800-\udfff{_BIDI}]")


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\u2039{code:02x}\u203a"


def sanitize_keeping_length(text: str) -> SafeText:
    """Sanitize text character by character, so that positions in it stay valid."""
    return SafeText(_UNSAFE.sub(lambda match: sign if len(sign := _visible(match)) == 1 else "\ufffd", text))


def sanitize(text: str, keep_newlines: bool = False) -> SafeText:
    """Replace control characters and invisible characters with visible symbols.

    Sanitizing a sanitized text changes nothing.

    C0 and C1 controls, DEL, bidirectional overrides, line separators and lone surrogates can move the
    cursor, reach the clipboard or reorder a line, so data never reaches a terminal without this.

    Args:
        text: Any text from Redis, a file or a server's error message.
        keep_newlines: Keep ``\\n``, for text of several lines.
    """
    if keep_newlines and "\n" in text:
        return SafeText("\n".join(_UNSAFE.sub(_visible, line) for line in text.split("\n")))
    return SafeText(_UNSAFE.sub(_visible, text))


def json_safe(document: str) -> str:
    """Escape, in JSON syntax, the characters of a JSON document that a terminal could interpret."""
    return _JSON_UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", document)


def decode(raw: bytes) -> str:
    """Decode a name or attribute; bytes that are not UTF-8 become visible ``\\xff`` escapes."""
    return raw.decode("utf-8", "backslashreplace")


def display(raw: bytes) -> SafeText:
    """Decode and sanitize a name for the screen."""
    return sanitize(decode(raw))


def fit(text: str, width: int) -> str:
    """Truncate text to ``width`` terminal cells, with an ellipsis if anything was cut."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    return set_cell_size(text, width - 1).rstrip() + "…"


def count(number: int) -> str:
    """An integer with thousands separators."""
    return f"{number:,}"


def plural(number: int, noun: str, nouns: str = "") -> str:
    """Count things: ``1 element``, ``2 elements``; ``nouns`` is the plural if it is not formed with an s."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def byte_size(number: float) -> str:
    """A size in bytes with a binary unit, three significant figures at most."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024 or unit == "GiB":
            return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
        number /= 1024
    raise AssertionError("unreachable")


def duration(seconds: float) -> str:
    """A time to wait: ``12 s``, ``3 min``, ``2.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def milliseconds(value: float) -> str:
    """A duration in milliseconds, one decimal below ten."""
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
