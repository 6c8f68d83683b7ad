"""Add a condition to an expression or remove it again, leaving the rest as typed."""

from __future__ import annotations

from collections.abc import Sequence

from vsexplorer.language.dialect import NEWEST
from vsexplorer.language.literals import literal
from vsexplorer.language.program import Refusal, compile_tokens
from vsexplorer.language.tokens import Kind, Token, Value, tokenize

_AND, _OR = ("and", "&&"), ("or", "||")

type Identity = tuple[tuple[Kind, str | Value], ...]
"""The meaning of a condition, independent of spacing and quotes."""


def conditions(expression: str) -> frozenset[Identity]:
    """Return the conditions joined by the outermost ``and``, all of which must hold."""
    found: set[Identity] = set()
    for segment in _segments(tokenize(expression)):
        found.add(identity(segment))
        choice = _choice(segment)
        if choice is not None:
            field, values = choice
            found.update(_equality(field, value) for value in values)
    return frozenset(found)


def identity(condition: str | Sequence[Token]) -> Identity:
    """Return the identity of a condition; outer parentheses are ignored."""
    tokens = list(tokenize(condition) if isinstance(condition, str) else condition)
    while (
        len(tokens) > 2 and tokens[0].text == "(" and tokens[-1].text == ")" and _closes(tokens) == len(tokens) - 1
    ):
        tokens = tokens[1:-1]
    return tuple(
        (token.kind, token.text if token.kind in (Kind.OPERATOR, Kind.SELECTOR) else token.value)
        for token in tokens
    )


def toggle(expression: str, condition: str) -> str:
    """Add a condition to an expression, or remove it if it is already there.

    Several values of one field become a list, of which any may match, since a field never equals two values.

    The expression must be blank, or valid and not end in a lone dot, which is a field without a name and must not
    be followed by anything.
    """
    segments = _segments(tokenize(expression))
    wanted = identity(condition)
    for place, segment in enumerate(segments):
        if identity(segment) == wanted:
            return _without(expression, segments, place)
    if not segments:
        return condition
    chosen = _choice(tokenize(condition))
    for place, segment in enumerate(segments):
        there = _choice(segment)
        if chosen is not None and there is not None and chosen[0] == there[0]:
            return _replaced(expression, segments, place, _chosen(there[0], there[1], chosen[1][0]))
    if len(segments) == 1 and not _joins(segments[0]):
        # The server does not recognise null if a parenthesis follows directly.
        closing = " )" if segments[0][-1].kind is Kind.NULL else ")"
        return f"({expression.strip()}{closing} and {condition}"
    return f"{expression.rstrip()} and {condition}"


def _choice(tokens: Sequence[Token]) -> tuple[str, tuple[str | float, ...]] | None:
    """The field and the values of ``.field == value`` or ``.field in [values]``; ``None`` for anything else."""
    if len(tokens) != 3 or tokens[0].kind is not Kind.SELECTOR:
        return None
    operator, right = tokens[1].text, tokens[2]
    values: tuple[Value, ...] = ()
    if operator == "==" and right.kind in (Kind.STRING, Kind.NUMBER):
        values = (right.value,)
    elif operator == "in" and right.kind is Kind.ARRAY and isinstance(right.value, tuple):
        values = right.value
    texts = [one.decode("utf-8", "surrogateescape") if isinstance(one, bytes) else one for one in values]
    found = tuple(one for one in texts if isinstance(one, str | float) and literal(one) is not None)
    return (tokens[0].text, found) if found and len(found) == len(values) else None


def _chosen(field: str, values: Sequence[str | float], value: str | float) -> str:
    """Return the clause for a field's values with one value added, or removed if present; empty if none is left."""
    left = [one for one in values if one != value] if value in values else [*values, value]
    written = [literal(one) or "" for one in left]
    if len(written) == 1:
        return f"{field} == {written[0]}"
    return f"{field} in [{', '.join(written)}]" if written else ""


def _equality(field: str, value: str | float) -> Identity:
    return identity(f"{field} == {literal(value)}")


def _replaced(expression: str, segments: Sequence[Sequence[Token]], place: int, clause: str) -> str:
    if not clause:
        return _without(expression, segments, place)
    return expression[: segments[place][0].start] + clause + expression[segments[place][-1].end :]


def _without(expression: str, segments: Sequence[Sequence[Token]], place: int) -> str:
    if len(segments) == 1:
        return ""
    if place + 1 < len(segments):
        return expression[: segments[place][0].start] + expression[segments[place + 1][0].start :]
    return expression[: segments[place - 1][-1].end]


def _segments(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split tokens at the outermost ``and``; return a single segment if the parts are not valid on their own.

    That is the case with an outermost ``or``, and with unusual orders the server accepts, such as ``.a .b and``.
    """
    if not tokens:
        return []
    whole = [list(tokens)]
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += _step(token)
        if depth == 0 and token.kind is Kind.OPERATOR and token.text in _AND:
            found.append([])
        else:
            found[-1].append(token)
    return found if all(_joins(segment) for segment in found) else whole


def _joins(tokens: Sequence[Token]) -> bool:
    """Whether ``and`` can follow without parentheses."""
    try:
        compile_tokens(tokens, NEWEST)
    except Refusal:
        return False
    if tokens[-1].kind is Kind.OPERATOR and tokens[-1].text != ")":
        return False
    depth = 0
    for token in tokens:
        depth += _step(token)
        if depth == 0 and token.kind is Kind.OPERATOR and token.text in _OR:
            return False
    return True


def _closes(tokens: Sequence[Token]) -> int:
    """Return the index of the parenthesis that closes the first one."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += _step(token)
        if depth == 0:
            return place
    return -1


def _step(token: Token) -> int:
    if token.kind is not Kind.OPERATOR:
        return 0
    return {"(": 1, ")": -1}.get(token.text, 0)
