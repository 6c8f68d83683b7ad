"""Whether an element passes a filter, decided here as the server decides it, with the clause that decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vsexplorer.language.dialect import NEWEST, Dialect
from vsexplorer.language.fields import Unreadable, field
from vsexplorer.language.numbers import power, quotient, remainder, to_double
from vsexplorer.language.program import Node, compile_tokens
from vsexplorer.language.tokens import Kind, Value, tokenize

_LONGEST_NUMBER = 255
"""Bytes from which on a string is no number to the server."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an element matches, and why."""

    match: bool
    because: str


class Filter:
    """A filter expression, ready to be tried on elements."""

    def __init__(self, expression: str, dialect: Dialect = NEWEST) -> None:
        """
        Raises:
            Refusal: the server would not accept it.
        """
        self.expression = expression
        self._dialect = dialect
        self._tree = compile_tokens(tokenize(expression), dialect)
        self._order = list(self._tree.walk())

    def matches(self, attributes: bytes | None) -> bool:
        """Whether the server would let an element with these attributes pass."""
        return self._run(attributes)[0]

    def explain(self, attributes: bytes | None) -> Verdict:
        """The same, with the clause that decided."""
        match, results, missing = self._run(attributes)
        if not attributes:
            return Verdict(False, "the element has no attributes, so no filter matches it")
        if missing is not None:
            name = missing.token.text[1:] or "."
            return Verdict(
                False, f"the element has no {name} that the server can read, which makes the whole expression false"
            )
        return Verdict(match, self._because(self._tree, results))

    def _run(self, attributes: bytes | None) -> tuple[bool, dict[int, Value], Node | None]:
        results: dict[int, Value] = {}
        if not attributes:
            return False, results, None
        for node in self._order:
            if node.token.kind is Kind.SELECTOR:
                assert isinstance(node.token.value, bytes)
                try:
                    results[id(node)] = field(attributes, node.token.value)
                except Unreadable:
                    return False, results, node
            elif node.operands:
                operands = [results[id(operand)] for operand in node.operands]
                results[id(node)] = self._operate(node.token.text, operands)
            else:
                results[id(node)] = node.token.value
        return truth(results[id(self._tree)]), results, None

    def _operate(self, operator: str, operands: list[Value]) -> float:
        if operator in ("!", "not"):
            return float(not truth(operands[0]))
        left, right = operands
        if operator in _ARITHMETIC:
            return _ARITHMETIC[operator](number(left), number(right))
        if operator in ("and", "&&"):
            return float(truth(left) and truth(right))
        if operator in ("or", "||"):
            return float(truth(left) or truth(right))
        if operator == "in":
            return float(self._contains(left, right))
        return float(equal(left, right) == (operator == "=="))

    def _contains(self, item: Value, container: Value) -> bool:
        if isinstance(container, tuple):
            return any(equal(item, one) for one in container)
        if isinstance(container, bytes) and isinstance(item, bytes):
            return self._dialect.substring and item in container
        return False

    def _because(self, node: Node, results: dict[int, Value]) -> str:
        result = truth(results[id(node)])
        operator = node.token.text if node.operands else ""
        if operator in ("and", "&&", "or", "||"):
            decisive = [one for one in node.operands if truth(results[id(one)]) == result]
            if result == (operator in ("or", "||")) or len(decisive) == 1:
                return self._because(decisive[0], results)
            return "; ".join(self._because(one, results) for one in decisive)
        if operator in ("!", "not") and node.operands[0].operands:
            return self._because(node.operands[0], results)
        clause = self.expression[node.start : node.end]
        facts = [
            f"{one.token.text[1:]} is {show(results[id(one)])}"
            for one in node.walk()
            if one.token.kind is Kind.SELECTOR
        ]
        told = ", ".join(dict.fromkeys(facts))
        return f"{clause} is {'true' if result else 'false'}" + (f", {told}" if told else "")


def truth(value: Value) -> bool:
    """0, the empty string and null are false; any other string and any array are true."""
    return value not in (0, b"", None)


def number(value: Value) -> float:
    """A string that is not a number is 0, and so are arrays and null."""
    if isinstance(value, float):
        return value
    if isinstance(value, bytes) and len(value) <= _LONGEST_NUMBER:
        # The server's buffer ends at a zero byte.
        return to_double(value.partition(b"\0")[0]) or 0.0
    return 0.0


def equal(left: Value, right: Value) -> bool:
    """Strings byte for byte, null only with null, anything else as numbers."""
    if isinstance(left, bytes) and isinstance(right, bytes):
        return left == right
    if left is None or right is None:
        return left is right
    return number(left) == number(right)


def show(value: Value) -> str:
    """A value as one would type it."""
    if value is None:
        return "null"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, bytes):
        quote = "'" if b'"' in value else '"'
        return quote + value.decode("utf-8", "backslashreplace") + quote
    return "[" + ", ".join(show(item) for item in value) + "]"


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "**": power,
    "*": lambda left, right: left * right,
    "/": quotient,
    "%": remainder,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    ">": lambda left, right: float(left > right),
    ">=": lambda left, right: float(left >= right),
    "<": lambda left, right: float(left < right),
    "<=": lambda left, right: float(left <= right),
}
