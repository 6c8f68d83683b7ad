"""What is wrong with an expression, or will surprise: findings with places, sentences and corrections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from vsexplorer.language import mistakes, traps
from vsexplorer.language.dialect import NEWEST, Dialect
from vsexplorer.language.program import Node, Refusal, compile_tokens
from vsexplorer.language.tokens import Token, tokenize


class Severity(StrEnum):
    """How a finding is to be taken."""

    ERROR = "error"
    """The server refuses the expression."""
    UNFINISHED = "unfinished"
    """The server refuses it as it stands, but something is still to be typed."""
    WARNING = "warning"
    """The server accepts it and does something other than it reads."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Text to put in the place of what stands from ``start`` to before ``end``."""

    start: int
    end: int
    text: str

    def apply(self, expression: str) -> str:
        """The corrected expression."""
        return expression[: self.start] + self.text + expression[self.end :]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about an expression, at characters ``start`` to before ``end``."""

    severity: Severity
    start: int
    end: int
    sentence: str
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All there is to say about an expression."""

    expression: str
    ok: bool
    """The server accepts it."""
    findings: tuple[Finding, ...]
    tokens: tuple[Token, ...]

    @property
    def unfinished(self) -> bool:
        """Refused only because something is still to be typed."""
        return not self.ok and all(finding.severity is not Severity.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True)
class KnownFields:
    """The fields met in a sample of a set's elements."""

    names: frozenset[str]
    sampled: int


@lru_cache(maxsize=128)
def check(expression: str, dialect: Dialect = NEWEST, known: KnownFields | None = None) -> Report:
    """Judge an expression as a server of that dialect would, and say what it will do.

    A blank expression is accepted: it means no filter, and is never sent. ``known`` adds a remark on fields that
    no sampled element has.
    """
    tokens = tokenize(expression)
    if not tokens:
        return Report(expression, True, (), ())
    try:
        tree = compile_tokens(tokens, dialect)
    except Refusal as refusal:
        found = [_refused(expression, tokens, refusal, dialect)]
        return Report(expression, False, tuple(found), tuple(tokens))
    found = [*_warnings(expression, tokens, tree, dialect), *_unknown(tokens, known)]
    return Report(expression, True, tuple(sorted(found, key=lambda finding: finding.start)), tuple(tokens))


def caret(expression: str, finding: Finding) -> str:
    """The expression with a line under it that marks the finding's place; both in one line each."""
    shown = expression.expandtabs(1).replace("\n", " ")
    return f"{shown}\n{' ' * finding.start}{'^' * max(1, finding.end - finding.start)}"


def _refused(expression: str, tokens: list[Token], refusal: Refusal, dialect: Dialect) -> Finding:
    mistake = mistakes.recognise(expression, tokens, refusal, dialect)
    severity = Severity.UNFINISHED if mistake.unfinished else Severity.ERROR
    return _finding(severity, mistake)


def _warnings(expression: str, tokens: list[Token], tree: Node, dialect: Dialect) -> Iterator[Finding]:
    for remark in traps.remarks(expression, tokens, tree, dialect):
        yield _finding(Severity.WARNING, remark)


def _unknown(tokens: list[Token], known: KnownFields | None) -> Iterator[Finding]:
    if known is not None and known.sampled:
        for remark in traps.unknown_fields(tokens, known.names, known.sampled):
            yield _finding(Severity.WARNING, remark)


def _finding(severity: Severity, remark: mistakes.Remark) -> Finding:
    correction = None
    if remark.replacement is not None:
        correction = Correction(*(remark.replaced or (remark.start, remark.end)), remark.replacement)
    return Finding(severity, remark.start, remark.end, remark.sentence, correction)
