"""Check filter expressions: report errors and pitfalls with positions, messages and corrections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from vsexplorer.core.errors import FilterRefused
from vsexplorer.language import engine_query, mistakes, traps, unlikely
from vsexplorer.language.dialect import NEWEST, Dialect
from vsexplorer.language.known import SetFacts
from vsexplorer.language.program import Node, Refusal, compile_tokens
from vsexplorer.language.tokens import Token, tokenize


class Severity(StrEnum):
    """How serious a finding is."""

    ERROR = "error"
    """The server refuses the expression."""
    UNFINISHED = "unfinished"
    """The server would reject the expression, but it is still incomplete."""
    WARNING = "warning"
    """The server accepts the expression, but interprets it differently from how it reads."""
    NOTE = "note"
    """Information; nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A replacement for the characters from ``start`` up to, but not including, ``end``."""

    start: int
    end: int
    text: str

    def apply(self, expression: str) -> str:
        """The corrected expression."""
        return expression[: self.start] + self.text + expression[self.end :]


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark on an expression, about characters ``start`` up to, but not including, ``end``."""

    severity: Severity
    start: int
    end: int
    sentence: str
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The result of checking an expression."""

    expression: str
    ok: bool
    """The server accepts it."""
    findings: tuple[Finding, ...]
    tokens: tuple[Token, ...]

    @property
    def unfinished(self) -> bool:
        """Whether the expression is incomplete, but has no errors so far."""
        severities = {finding.severity for finding in self.findings}
        return Severity.UNFINISHED in severities and Severity.ERROR not in severities

    @property
    def primary(self) -> Finding | None:
        """The finding to show if there is room for only one: the first that is not a note."""
        return next((finding for finding in self.findings if finding.severity is not Severity.NOTE), None)


@lru_cache(maxsize=128)
def check(expression: str, dialect: Dialect = NEWEST, known: SetFacts | None = None) -> Report:
    """Check an expression for the dialect of a server.

    A blank expression is accepted: it means no filter, and is never sent. ``known`` adds findings from a sample of
    the set's attributes: unknown fields, comparisons that are never true, fields that some elements lack.
    """
    if dialect.engine:
        return _for_engine(expression)
    tokens = tokenize(expression)
    if not tokens:
        return Report(expression, True, (), ())
    try:
        tree = compile_tokens(tokens, dialect)
    except Refusal as refusal:
        unusable = unlikely.unusable_field(expression, known) if known is not None else None
        found = [_refused(expression, tokens, refusal, dialect)]
        if unusable is not None:
            found = [_finding(Severity.ERROR, unusable)]
        return Report(expression, False, tuple(found), tuple(tokens))
    if known is not None and not known.sampled:
        known = None
    remarks = [(Severity.WARNING, remark) for remark in traps.remarks(expression, tokens, tree, dialect, known)]
    if known is not None:
        remarks += _doubts(expression, tree, known)
        half = unlikely.half_typed(expression, tokens, known)
        if half is not None:
            remarks = [(severity, remark) for severity, remark in remarks if remark.start != half.start]
            remarks.append((Severity.UNFINISHED, half))
    found = [_finding(severity, remark) for severity, remark in remarks]
    return Report(expression, True, tuple(sorted(found, key=lambda finding: finding.start)), tuple(tokens))


def caret(expression: str, finding: Finding) -> str:
    """Return the expression on one line, and below it a line of carets that marks the finding."""
    shown = expression.expandtabs(1).replace("\n", " ")
    return f"{shown}\n{' ' * finding.start}{'^' * max(1, finding.end - finding.start)}"


def _for_engine(expression: str) -> Report:
    """Check a filter in the language of the query engine."""
    found = []
    for problem in engine_query.problems(expression):
        severity = Severity.UNFINISHED if problem.unfinished else Severity.WARNING
        found.append(
            Finding(Severity.ERROR if problem.refused else severity, problem.start, problem.end, problem.sentence)
        )
    ok = not any(one.severity in (Severity.ERROR, Severity.UNFINISHED) for one in found)
    return Report(expression, ok, tuple(found), ())


def _refused(expression: str, tokens: list[Token], refusal: Refusal, dialect: Dialect) -> Finding:
    mistake = mistakes.recognise(expression, tokens, refusal, dialect)
    severity = Severity.UNFINISHED if mistake.unfinished else Severity.ERROR
    return _finding(severity, mistake)


def _doubts(expression: str, tree: Node, known: SetFacts) -> Iterator[tuple[Severity, mistakes.Remark]]:
    for remark in unlikely.remarks(expression, tree, known):
        yield Severity.WARNING, remark
    for remark, surprising in unlikely.missing(tree, known):
        yield Severity.WARNING if surprising else Severity.NOTE, remark


def _finding(severity: Severity, remark: mistakes.Remark) -> Finding:
    correction = None
    if remark.replacement is not None:
        correction = Correction(*(remark.replaced or (remark.start, remark.end)), remark.replacement)
    return Finding(severity, remark.start, remark.end, remark.sentence, correction)


def require_valid(expression: str, dialect: Dialect) -> None:
    """Check that the server will accept a filter.

    Raises:
        FilterRefused: the server would reject it; the hint marks the position.
    """
    report = check(expression, dialect)
    if not report.ok:
        finding = report.findings[0]
        hint = caret(expression, finding)
        if finding.correction:
            hint += f"\nDid you mean: {finding.correction.apply(expression)}"
        raise FilterRefused(f"The filter is not valid: {finding.sentence}.", hint, expression[finding.start :])
