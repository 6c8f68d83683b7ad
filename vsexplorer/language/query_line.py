"""The query line: a text, an element, a vector, or a weighted sum of these.

    science                                       a text
    @Marie Curie                                  an element
    [0.1, 0.2, 0.3]   [vector.npy]                a vector, or the file that holds one
    = science - 0.5*chemistry + 2*@Marie Curie    a sum: toward some, away from others

A line that does not begin with ``@``, ``[`` or ``=`` is a text; a text that does is written as a sum of one term:
``= "@home"``. In a sum, a term ends before a space that is followed by ``+`` or ``-``. Quotes keep a term together;
in quotes ``\\"``, ``\\\\`` and ``\\xff`` stand for a quote, a backslash and a byte.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from vsexplorer.language.check import Correction, Finding, Severity

_MINUS = ("-", "\u2212")
_SYMBOLS = "+\\-\u2212"
_FACTOR = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_BOUNDARY = re.compile(rf"\s+(?=[{_SYMBOLS}](?:\s|[\"@\[]|{_FACTOR}\s*[*×]|[^\W\d]))")
_LONE_SIGN = re.compile(rf"\s[{_SYMBOLS}]$")
_SIGN = re.compile(rf"\s*([{_SYMBOLS}]?)\s*")
_WEIGHT = re.compile(rf"({_FACTOR})\s*[*×]\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBERS = re.compile(rf"\s*{_NUMBER}(?:(?:\s*,\s*|\s+){_NUMBER})*\s*,?\s*")
_PLAIN_NAME = re.compile(r"[^\s\"\\](?:.*\S)?")


class Kind(StrEnum):
    """The kind of a term."""

    TEXT = "text"
    ELEMENT = "element"
    VECTOR = "vector"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query, at characters ``start`` to before ``end``; its sign and weight come before ``body``."""

    kind: Kind
    weight: float
    start: int
    body: int
    end: int
    text: str = ""
    """The text, or the file's path."""
    element: bytes = b""
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of parsing a query line."""

    line: str
    summed: bool
    terms: tuple[Term, ...]
    """Empty if the line is blank, invalid or unfinished."""
    finding: Finding | None = None

    def at(self, cursor: int) -> Term | None:
        """Return the term at the cursor."""
        return next((term for term in self.terms if term.start <= cursor <= term.end), None)


class _Wrong(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.sentence)
        self.finding = finding


def read(line: str) -> Reading:
    """Parse a line; if it is invalid or unfinished, the result has a finding."""
    if not line.strip():
        return Reading(line, False, ())
    start = len(line) - len(line.lstrip())
    summed = line[start] == "="
    try:
        terms = tuple(_sum(line, start + 1)) if summed else (_alone(line, start),)
    except _Wrong as wrong:
        return Reading(line, summed, (), wrong.finding)
    return Reading(line, summed, terms)


def written(element: bytes, in_sum: bool = False) -> str:
    """Format an element for the query line, so that ``read`` returns the same bytes."""
    try:
        name = element.decode()
    except UnicodeDecodeError:
        return "@" + _quoted(element)
    plain = name.isprintable() and _PLAIN_NAME.fullmatch(name) is not None
    if not plain or (in_sum and (_BOUNDARY.search(name) or _LONE_SIGN.search(f" {name}"))):
        return "@" + _quoted(element)
    return f"@{name}"


def name_at(line: str, cursor: int) -> tuple[int, bytes] | None:
    """Find the element name that is being typed at the cursor.

    Returns:
        The position of its ``@`` and the name typed so far; ``None`` if there is none, or if it is in quotes.
    """
    before = line[:cursor]
    if before.lstrip().startswith("@"):
        start = before.index("@")
    elif before.lstrip().startswith("="):
        terms = read(f"{before}x").terms
        start = terms[-1].body if terms and terms[-1].kind is Kind.ELEMENT else -1
    else:
        return None
    if start < 0 or before[start + 1 : start + 2] == '"':
        return None
    return start, _encode(before[start + 1 :])


def reweight(line: str, cursor: int, step: float) -> tuple[str, int] | None:
    """Add ``step`` to the weight of the term at the cursor, skipping zero.

    Returns:
        The new line and cursor; ``None`` if the line is not a sum, or no term is at the cursor.
    """
    reading = read(line)
    term = reading.at(cursor) if reading.summed else None
    if term is None:
        return None
    weight = round(term.weight + step, 4) or round(term.weight + 2 * step, 4)
    first = term is reading.terms[0]
    sign = "-" if weight < 0 else "" if first else "+"
    factor = "" if abs(weight) == 1 else f"{abs(weight):g}*"
    lead = f"{sign}{factor}" if first else f"{sign} {factor}"
    changed = line[: term.start] + lead + line[term.body :]
    return changed, max(0, cursor + len(changed) - len(line))


def _alone(line: str, start: int) -> Term:
    end = len(line.rstrip())
    if line[start] == "@":
        quoted = _QUOTED.fullmatch(line, start + 1, end)
        if quoted:
            return Term(Kind.ELEMENT, 1.0, start, start, end, element=_bytes(quoted[1]))
        name = line[start + 1 : end].lstrip()
        if not name:
            raise _unfinished(start, end, "the name of an element")
        if name.startswith('"') and not _QUOTED.match(name):
            raise _unfinished(start, end, "a closing quote")
        return Term(Kind.ELEMENT, 1.0, start, start, end, element=_encode(name))
    if line[start] == "[":
        close = line.rfind("]", start, end)
        if close < 0:
            raise _unfinished(start, end, "a ]")
        if close + 1 < end:
            whole = Correction(start, end, f"= {_quoted(_encode(line[start:end]))}")
            sentence = "nothing may follow the ] of a vector; begin with = for a sum, or quote a text"
            raise _Wrong(Finding(Severity.ERROR, close + 1, end, sentence, whole))
        return _vector(line, 1.0, start, start, close + 1)
    return Term(Kind.TEXT, 1.0, start, start, end, text=line)


def _sum(line: str, place: int) -> list[Term]:
    terms: list[Term] = []
    end = len(line.rstrip())
    while place < end or not terms:
        sign = _SIGN.match(line, place)
        assert sign is not None
        start = sign.start(1)
        if terms and not sign[1]:
            raise _Wrong(Finding(Severity.ERROR, start, end, "a + or - is needed between two terms"))
        place = sign.end()
        weight = -1.0 if sign[1] in _MINUS else 1.0
        if factor := _WEIGHT.match(line, place):
            weight *= float(factor[1])
            place = factor.end()
            if line[place : place + 1] == "(":
                sentence = "parentheses are not allowed in a sum: give each term its own weight, or quote a text"
                raise _Wrong(Finding(Severity.ERROR, place, end, sentence))
        term = _operand(line, weight, start, place, end)
        if not math.isfinite(weight) or not weight:
            raise _Wrong(Finding(Severity.ERROR, start, place, "a weight must be finite and not zero"))
        terms.append(term)
        place = term.end
    return terms


def _operand(line: str, weight: float, start: int, body: int, end: int) -> Term:
    if body >= end:
        raise _unfinished(min(start, max(0, end - 1)), end, "a text, an @element or a [vector]")
    element = line[body] == "@"
    at = body + 1 if element else body
    if line[at : at + 1] == '"':
        quoted = _QUOTED.match(line, at, end)
        if quoted is None:
            raise _unfinished(at, end, "a closing quote")
        name = _bytes(quoted[1])
        if element:
            return Term(Kind.ELEMENT, weight, start, body, quoted.end(), element=name)
        return Term(Kind.TEXT, weight, start, body, quoted.end(), text=name.decode("utf-8", "replace"))
    if line[body] == "[":
        close = line.find("]", body, end)
        if close < 0:
            raise _unfinished(body, end, "a ]")
        return _vector(line, weight, start, body, close + 1)
    boundary = _BOUNDARY.search(line, at, end)
    stop = boundary.start() if boundary else end
    # A sign at the very end belongs to a term that is still to be typed.
    if stop == end and _LONE_SIGN.search(line, at, end):
        raise _unfinished(end - 1, end, "a text, an @element or a [vector]")
    if element:
        name = _encode(line[at:stop].strip())
        if not name:
            raise _unfinished(body, stop, "the name of an element")
        return Term(Kind.ELEMENT, weight, start, body, stop, element=name)
    return Term(Kind.TEXT, weight, start, body, stop, text=line[body:stop])


def _vector(line: str, weight: float, start: int, body: int, end: int) -> Term:
    inside = line[body + 1 : end - 1]
    if not inside.strip():
        raise _Wrong(Finding(Severity.ERROR, body, end, "a vector needs numbers, or the name of a file"))
    if not _NUMBERS.fullmatch(inside):
        return Term(Kind.FILE, weight, start, body, end, text=inside.strip())
    numbers = tuple(float(one) for one in re.findall(_NUMBER, inside))
    if not all(math.isfinite(one) for one in numbers):
        raise _Wrong(Finding(Severity.ERROR, body, end, "a vector may contain only finite numbers"))
    if not any(numbers):
        sentence = "a zero vector has no direction, so elements cannot be ranked by similarity to it"
        raise _Wrong(Finding(Severity.ERROR, body, end, sentence))
    return Term(Kind.VECTOR, weight, start, body, end, numbers=numbers)


def _unfinished(start: int, end: int, missing: str) -> _Wrong:
    return _Wrong(Finding(Severity.UNFINISHED, start, max(end, start + 1), f"{missing} is still missing"))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _bytes(inside: str) -> bytes:
    found, place = bytearray(), 0
    for escape in _ESCAPE.finditer(inside):
        found += _encode(inside[place : escape.start()])
        found += bytes.fromhex(escape[1]) if escape[1] else _encode(escape[2])
        place = escape.end()
    return bytes(found + _encode(inside[place:]))


def _quoted(raw: bytes) -> str:
    words = []
    for character in raw.decode("utf-8", "surrogateescape"):
        if character in '"\\':
            words.append(f"\\{character}")
        elif character.isprintable():
            words.append(character)
        else:
            words += [f"\\x{byte:02x}" for byte in _encode(character)]
    return f'"{"".join(words)}"'
