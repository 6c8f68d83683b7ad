"""Build vector set commands as argument lists, and render them as text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vsexplorer.core.text import display
from vsexplorer.core.values import SearchOptions, Span
from vsexplorer.server.connection import Argument

_PLAIN = re.compile(r"[\w@%+=:,./<>!*-]+", re.ASCII)


def vsim(
    key: bytes,
    like: bytes | None,
    vector: bytes | None,
    filter: str,
    options: SearchOptions,
    with_attributes: bool,
    epsilon_scale: float = 1.0,
) -> list[Argument]:
    """VSIM for an element (``like``) or a float32 little-endian vector (``vector``)."""
    argv: list[Argument] = [b"VSIM", key]
    argv += [b"ELE", like] if like is not None else [b"FP32", vector or b""]
    argv += [b"COUNT", options.count]
    if options.ef is not None:
        argv += [b"EF", options.ef]
    if filter:
        argv += [b"FILTER", filter.encode("utf-8", "surrogateescape")]
        if options.filter_ef is not None:
            argv += [b"FILTER-EF", options.filter_ef]
    if options.epsilon is not None:
        argv += [b"EPSILON", repr(min(2.0, options.epsilon * epsilon_scale))]
    if options.exact:
        argv.append(b"TRUTH")
    if options.no_thread:
        argv.append(b"NOTHREAD")
    argv.append(b"WITHSCORES")
    if with_attributes:
        argv.append(b"WITHATTRIBS")
    return argv


def vsim_count(key: bytes, dimension: int, filter: str, size: int) -> list[Argument]:
    """VSIM for the names of all elements that pass a filter: a zero vector, equally far from everything."""
    argv: list[Argument] = [b"VSIM", key, b"FP32", bytes(4 * dimension), b"COUNT", size]
    return [*argv, b"FILTER", filter.encode("utf-8", "surrogateescape"), b"TRUTH"]


def vrange(key: bytes, span: Span, number: int) -> list[Argument]:
    """VRANGE for the first names of a span."""
    start = b"[" + span.prefix if span.prefix else b"-"
    if span.after is not None and span.after >= span.prefix:
        start = behind(span.after)
    return [b"VRANGE", key, start, _end(span.prefix), number]


def behind(name: bytes) -> bytes:
    """Return the start of a VRANGE after a name; the server rejects an empty name after ``(``."""
    return b"(" + name if name else b"[\0"


def _end(prefix: bytes) -> bytes:
    """Return the end of a VRANGE for a prefix: before the prefix with its last byte incremented."""
    stem = prefix.rstrip(b"\xff")
    return b"(" + stem[:-1] + bytes([stem[-1] + 1]) if stem else b"+"


def vsim_all(key: bytes, dimension: int, size: int) -> list[Argument]:
    """VSIM for the names of all elements, by an exact search."""
    return [b"VSIM", key, b"FP32", bytes(4 * dimension), b"COUNT", size, b"TRUTH"]


def render(argv: Sequence[Argument]) -> str:
    """Render a command as one line: words quoted if a shell needs it, a vector's bytes as ``‹384 floats›``."""
    words = []
    vector = vector_place(argv)
    for place, argument in enumerate(argv):
        if place == vector and isinstance(argument, bytes):
            words.append(f"‹{len(argument) // 4} floats›")
        else:
            words.append(_quote(display(argument) if isinstance(argument, bytes) else str(argument)))
    return " ".join(words)


def vector_place(argv: Sequence[Argument]) -> int | None:
    """Return the index of the vector's bytes in a command, if any; note that an element may be named FP32."""
    if argv[0] == b"FT.SEARCH":
        return 6 if len(argv) > 6 and argv[3] == b"PARAMS" else None
    if argv[0] not in (b"VSIM", b"VADD"):
        return None
    place = 4 if argv[0] == b"VADD" and argv[2] == b"REDUCE" else 2
    return place + 1 if len(argv) > place + 1 and argv[place] == b"FP32" else None


def _quote(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    if "'" not in word:
        return f"'{word}'"
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
