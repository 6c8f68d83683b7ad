"""Convert a parsed query line to a search source, and a source to a line or a description."""

from __future__ import annotations

from vsexplorer.core.errors import UsageError
from vsexplorer.core.text import display, sanitize
from vsexplorer.core.values import ByElement, ByFile, BySum, ByText, ByVector, Everything, Operand, Source, Weighted
from vsexplorer.core.vectors import packed
from vsexplorer.language.check import caret
from vsexplorer.language.query_line import Kind, Reading, Term, read, written


def source_of(reading: Reading) -> Source:
    """Return the source of a parsed line; ``Everything`` if it has no terms."""
    if not reading.terms:
        return Everything()
    if reading.summed:
        return BySum(tuple(Weighted(term.weight, _operand(term)) for term in reading.terms))
    return _operand(reading.terms[0])


def asked(line: str) -> Source:
    """Parse a line to a source.

    Raises:
        UsageError: the line is invalid or unfinished; the message says why and where.
    """
    reading = read(line)
    if reading.finding is not None:
        raise UsageError(
            f"The query is not valid: {reading.finding.sentence}.",
            f'{caret(line, reading.finding)}\nTo search for a text that begins with @, [ or =, write = "…"',
        )
    return source_of(reading)


def embeds(source: Source) -> bool:
    """Return whether a source contains text to embed."""
    if isinstance(source, BySum):
        return any(isinstance(term.operand, ByText) for term in source.terms)
    return isinstance(source, ByText)


def understood(source: Source) -> str:
    """Describe a source in sanitized text; empty for a plain text and for ``Everything``."""
    match source:
        case ByElement(element):
            return f"like the element {display(element)}"
        case ByVector(vector):
            return f"like a vector of {len(vector) // 4} numbers"
        case ByFile(path):
            return f"like the vector in {sanitize(path)}"
        case BySum(terms):
            return "   ".join(f"{_weight(term.weight)} {operand_words(term.operand)}" for term in terms)
        case _:
            return ""


def line_of(source: Source) -> str:
    """Return the query line for a source, with all numbers of a vector."""
    match source:
        case ByText(text):
            return text if source_of(read(text)) == source else f"= {_quoted(text)}"
        case BySum(terms):
            parts = [
                f"{'-' if term.weight < 0 else '+'} {_factor(term.weight)}{_written(term.operand, True)}"
                for term in terms
            ]
            return "= " + " ".join(parts).removeprefix("+ ")
        case ByElement() | ByVector() | ByFile():
            return _written(source, False)
        case _:
            return ""


def _operand(term: Term) -> Operand:
    match term.kind:
        case Kind.TEXT:
            return ByText(term.text)
        case Kind.ELEMENT:
            return ByElement(term.element)
        case Kind.VECTOR:
            return ByVector(packed(term.numbers))
        case Kind.FILE:
            return ByFile(term.text)


def operand_words(operand: Operand) -> str:
    """Name one term of a query in sanitized text."""
    match operand:
        case ByText(text):
            return sanitize(f"“{text}”")
        case ByElement(element):
            return f"@{display(element)}"
        case ByVector(vector):
            return f"[{len(vector) // 4} numbers]"
        case ByFile(path):
            return f"[{sanitize(path)}]"


def _written(operand: Operand, in_sum: bool) -> str:
    match operand:
        case ByText(text):
            return _quoted(text)
        case ByElement(element):
            return written(element, in_sum)
        case ByFile(path):
            return f"[{path}]"
        case ByVector(vector):
            from vsexplorer.core.vectors import unpacked

            return f"[{', '.join(f'{one:.9g}' for one in unpacked(vector))}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _weight(weight: float) -> str:
    return f"{'+' if weight > 0 else '−'}{abs(weight):g}×"


def _factor(weight: float) -> str:
    return "" if abs(weight) == 1 else f"{abs(weight):g}*"
