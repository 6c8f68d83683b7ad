"""Find expressions that the server accepts but interprets in an unexpected way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from vsexplorer.language.dialect import Dialect
from vsexplorer.language.known import SetFacts
from vsexplorer.language.mistakes import Remark
from vsexplorer.language.numbers import to_double
from vsexplorer.language.program import Node
from vsexplorer.language.tokens import NEGATIONS, Kind, Token

_ORDER = ("<", "<=", ">", ">=")
_COMPARISONS = (*_ORDER, "==", "!=", "in")
_ARITHMETIC = ("+", "-", "*", "/", "%", "**")
_MINUS = re.compile(r"\.(.*?[A-Za-z0-9_])-(.*)", re.DOTALL)


def remarks(
    expression: str, tokens: Sequence[Token], tree: Node, dialect: Dialect, known: SetFacts | None = None
) -> Iterator[Remark]:
    """Yield remarks on pitfalls, in no particular order, unless the known fields of the set rule them out."""
    enclosed = _enclosed(tokens)
    for token in tokens:
        yield from _token(token, dialect, known)
    for first, second in pairwise(tokens):
        yield from _double_negation(first, second)
    for node in tree.walk():
        if node.operands:
            yield from _negation(expression, node, enclosed)
            yield from _chain(expression, node, enclosed)
            yield from _operands(node, dialect, known)


def _enclosed(tokens: Sequence[Token]) -> frozenset[int]:
    """Return the positions before a closing parenthesis: what ends there was grouped on purpose."""
    return frozenset(before.end for before, token in pairwise(tokens) if token.text == ")")


def _token(token: Token, dialect: Dialect, known: SetFacts | None) -> Iterator[Remark]:
    span = (token.start, token.end)
    if token.kind in (Kind.STRING, Kind.ARRAY) and "\\" in token.text:
        yield Remark(
            *span, "a backslash stays in the text, it only escapes a quote; use the other kind of quotes instead"
        )
    escapes = known is None or known.escaped > 0
    if token.kind is Kind.STRING and escapes and not token.text.isascii():
        yield Remark(
            *span,
            "matches only if the attributes contain these characters literally, not as \\u escapes, "
            "which many JSON writers produce",
        )
    if token.kind is Kind.SELECTOR and (known is None or known.field(token.text[1:]) is None):
        yield from _selector(token)
    if token.kind is Kind.NULL and not dialect.null:
        yield Remark(*span, "this server ignores null, which needs Redis 8.2 or newer")


def _double_negation(first: Token, second: Token) -> Iterator[Remark]:
    if all(token.kind is Kind.OPERATOR and token.text in NEGATIONS for token in (first, second)):
        yield Remark(
            first.start,
            second.end,
            f"{first.text} {second.text} is not a double negation: the first may apply to the value before it; "
            "write != 0 to test whether a value is true",
        )


def _selector(token: Token) -> Iterator[Remark]:
    if token.text == ".":
        yield Remark(token.start, token.end, "the name after the dot is missing; this never matches")
    elif token.text[1:].isdigit():
        yield Remark(token.start, token.end, f"{token.text} is the field named {token.text[1:]}", f"0{token.text}")
    elif found := _MINUS.fullmatch(token.text):
        left, right = found.groups()
        yield Remark(
            token.start,
            token.end,
            f"the minus belongs to the name: this is the field {token.text[1:]}",
            f".{left} - {right if right[:1].isdigit() else f'.{right}'}" if right else f".{left} - ",
        )


def _negation(expression: str, node: Node, enclosed: frozenset[int]) -> Iterator[Remark]:
    operator = node.token.text
    if operator not in (*_COMPARISONS, *_ARITHMETIC):
        return
    left, right = node.operands
    if left.token.text not in NEGATIONS or not left.operands or left.end in enclosed:
        return
    negated = left.operands[0]
    if negated.operands and negated.token.text in NEGATIONS:
        # Two negations in a row are reported by _double_negation; what was meant is unclear.
        return
    if left.token.start > node.token.start:
        return
    if left.token.start > negated.start:
        item = expression[negated.start : negated.end]
        container = expression[right.start : right.end]
        yield Remark(
            left.token.start,
            node.token.end,
            f"{left.token.text} {operator} is read as ({left.token.text} {item}) {operator} …",
            f"not ({item} {operator} {container})",
            (node.start, node.end),
        )
    else:
        grouped = expression[left.start : left.end]
        clause = f"{expression[negated.start : negated.end]} {operator} {expression[right.start : right.end]}"
        yield Remark(
            left.token.start,
            node.end,
            f"{left.token.text} binds tighter than {operator}: this is ({grouped}) {operator} …",
            f"not ({clause})",
            (node.start, node.end),
        )


def _chain(expression: str, node: Node, enclosed: frozenset[int]) -> Iterator[Remark]:
    if node.token.text not in _COMPARISONS:
        return
    left, right = node.operands
    if left.token.text in _COMPARISONS and left.operands and left.end not in enclosed:
        middle = left.operands[1]
        first, last = expression[left.start : left.end], expression[right.start : right.end]
        yield Remark(
            left.start,
            node.end,
            f"comparisons do not chain: the result of the first, 1 or 0, is compared with {last}",
            f"{first} and {expression[middle.start : middle.end]} {node.token.text} {last}",
            (node.start, node.end),
        )


def _operands(node: Node, dialect: Dialect, known: SetFacts | None) -> Iterator[Remark]:
    operator = node.token.text
    for operand in node.operands:
        token = operand.token
        if token.kind is Kind.STRING and operator in (*_ORDER, *_ARITHMETIC):
            assert isinstance(token.value, bytes)
            if to_double(token.value) is None or not token.value:
                what = "texts cannot be ordered" if operator in _ORDER else "texts cannot be used in arithmetic"
                yield Remark(token.start, token.end, f"{what}: this one counts as 0")
        if token.kind is Kind.ARRAY and operator in (*_ORDER, *_ARITHMETIC, "==", "!="):
            yield Remark(token.start, token.end, "a list compares as 0; use in to test for an item")
    if operator == "in":
        container = node.operands[1].token
        if container.kind in (Kind.NUMBER, Kind.NULL) or node.operands[1].operands:
            yield Remark(container.start, container.end, "in needs a list or a text here; this is always false")
        elif container.kind is Kind.STRING and not dialect.substring:
            yield Remark(
                container.start, container.end, "this server supports in for lists only; texts need Redis 8.2"
            )
        elif container.kind is Kind.SELECTOR and not dialect.substring and known is not None:
            field = known.field(container.text[1:])
            if field is not None and field.kinds - {"null"} == {"text"}:
                sentence = f"{container.text} has texts, but in needs a list on this server: this is always false"
                yield Remark(container.start, container.end, sentence)
