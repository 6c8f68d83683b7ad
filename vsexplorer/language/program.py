"""Compile tokens to a tree, or find the token at which the server rejects them.

The server compiles with the shunting-yard algorithm and checks only how many values are on the stack, so it accepts
some unusual forms (``.year 1950 >``); the tree follows its order of execution and so covers those, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vsexplorer.language.dialect import Dialect
from vsexplorer.language.tokens import Kind, Token

PRECEDENCE = {
    **dict.fromkeys(("!", "not"), 6),
    "**": 5,
    **dict.fromkeys(("*", "/", "%"), 4),
    **dict.fromkeys(("+", "-"), 3),
    **dict.fromkeys((">", ">=", "<", "<=", "==", "!=", "in"), 2),
    **dict.fromkeys(("and", "&&"), 1),
    **dict.fromkeys(("or", "||"), 0),
}
_UNARY = ("!", "not")


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value, or an operator with its operands; its text is from ``start`` up to, but not including, ``end``."""

    token: Token
    operands: tuple[Node, ...]
    start: int
    end: int

    @classmethod
    def of(cls, token: Token, *operands: Node) -> Node:
        """A node that spans its token and its operands."""
        start = min([token.start, *(operand.start for operand in operands)])
        return cls(token, operands, start, max([token.end, *(operand.end for operand in operands)]))

    def walk(self) -> Iterator[Node]:
        """This node and all below it, operands first: the server's order of execution."""
        pending: list[tuple[Node, bool]] = [(self, False)]
        while pending:
            node, opened = pending.pop()
            if opened or not node.operands:
                yield node
            else:
                pending.append((node, True))
                pending.extend((operand, False) for operand in reversed(node.operands))


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """The server refuses the tokens.

    ``culprit`` is the token that lacks an operand or a partner, or that is one value too many; ``None`` if
    there is no value at all.
    """

    reason: str
    culprit: Token | None


def compile_tokens(tokens: Sequence[Token], dialect: Dialect) -> Node:
    """Compile tokens to the tree that the server would execute.

    Raises:
        Refusal: the server would reject the tokens.
    """
    values: list[Node] = []
    waiting: list[Token] = []
    for token in tokens:
        if token.kind in (Kind.WRONG, Kind.UNFINISHED):
            raise Refusal("token", token)
        if token.kind is Kind.NULL and not dialect.null:
            continue
        if token.kind is not Kind.OPERATOR:
            values.append(Node.of(token))
        elif token.text == "(":
            waiting.append(token)
        elif token.text == ")":
            _close(token, values, waiting)
        else:
            while waiting and waiting[-1].text != "(" and _goes_first(waiting[-1], token):
                _apply(waiting.pop(), values)
            waiting.append(token)
    while waiting:
        top = waiting.pop()
        if top.text == "(":
            raise Refusal("unclosed", top)
        _apply(top, values)
    if len(values) != 1:
        raise Refusal("values", values[1].token if values else None)
    return values[0]


def _goes_first(earlier: Token, later: Token) -> bool:
    if later.text == "**":
        return PRECEDENCE[earlier.text] > PRECEDENCE["**"]
    return PRECEDENCE[earlier.text] >= PRECEDENCE[later.text]


def _close(token: Token, values: list[Node], waiting: list[Token]) -> None:
    while waiting:
        top = waiting.pop()
        if top.text == "(":
            return
        _apply(top, values)
    raise Refusal("unopened", token)


def _apply(operator: Token, values: list[Node]) -> None:
    needed = 1 if operator.text in _UNARY else 2
    if len(values) < needed:
        raise Refusal("operand", operator)
    operands = values[-needed:]
    del values[-needed:]
    values.append(Node.of(operator, *operands))
