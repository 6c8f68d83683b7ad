"""Evaluate a filter on an element's attributes as the server does, and name the clause that decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from vsexplorer.language.dialect import NEWEST, Dialect
from vsexplorer.language.fields import Unreadable, field
from vsexplorer.language.numbers import power, quotient, remainder, to_double
from vsexplorer.language.program import Node, Refusal, compile_tokens
from vsexplorer.language.tokens import Kind, Value, tokenize

_AND, _OR, _NOT = ("and", "&&"), ("or", "||"), ("!", "not")
_DEEPEST = 50
"""Maximum depth of nested clauses that an explanation follows."""
_LONGEST_NUMBER = 255
"""Maximum length, in bytes, of a string that the server reads as a number."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an element matches, and why."""

    match: bool
    because: str


class Filter:
    """A compiled filter expression."""

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
        """Return whether an element with these attributes passes the filter."""
        return self._run(attributes)[0]

    def explain(self, attributes: bytes | None) -> Verdict:
        """Return whether an element with these attributes passes, and the clause that decides."""
        match, results, missing = self._run(attributes)
        if not attributes:
            return Verdict(False, "the element has no attributes, so no filter matches it")
        if missing is not None:
            name = missing.token.text[1:] or "."
            return Verdict(
                False, f"the element has no field {name} that the server can read, so the whole expression is false"
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
        if operator in _NOT:
            return float(not truth(operands[0]))
        left, right = operands
        if operator in _ARITHMETIC:
            return _ARITHMETIC[operator](number(left), number(right))
        if operator in _AND:
            return float(truth(left) and truth(right))
        if operator in _OR:
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

    def _because(self, node: Node, results: dict[int, Value], depth: int = 0) -> str:
        result = truth(results[id(node)])
        operator = node.token.text if node.operands else ""
        if depth < _DEEPEST and operator in (*_AND, *_OR):
            clauses = _flattened(node, _AND if operator in _AND else _OR)
            decisive = [clause for clause in clauses if truth(results[id(clause)]) == result]
            # One true clause is enough for or, one false clause for and: the first decides.
            if result == (operator in _OR):
                return self._because(decisive[0], results, depth + 1)
            return "; ".join(self._because(clause, results, depth + 1) for clause in decisive)
        if depth < _DEEPEST and operator in _NOT and node.operands[0].operands:
            return self._because(node.operands[0], results, depth + 1)
        return self._clause(node, results, result)

    def _clause(self, node: Node, results: dict[int, Value], result: bool) -> str:
        facts = [
            f"{one.token.text[1:]} is {show(results[id(one)])}"
            for one in node.walk()
            if one.token.kind is Kind.SELECTOR
        ]
        told = ", ".join(dict.fromkeys(facts))
        verdict = "true" if result else "false"
        return f"{self.expression[node.start : node.end]} is {verdict}" + (f", {told}" if told else "")


@lru_cache(maxsize=64)
def compiled(expression: str, dialect: Dialect = NEWEST) -> Filter:
    """Compile a filter; recently used ones are cached.

    Raises:
        Refusal: the server would not accept it, or it is in the language of the query engine, which only that
            evaluates.
    """
    if dialect.engine:
        raise Refusal("engine", None)
    return Filter(expression, dialect)


def _flattened(node: Node, operators: tuple[str, ...]) -> list[Node]:
    """The clauses that a chain of the same operator joins, from the left."""
    found: list[Node] = []
    pending = [node]
    while pending:
        one = pending.pop()
        if one.operands and one.token.text in operators:
            pending.extend(reversed(one.operands))
        else:
            found.append(one)
    return found


def truth(value: Value) -> bool:
    """0, the empty string and null are false; any other string and any array are true."""
    return value not in (0, b"", None)


def number(value: Value) -> float:
    """Convert a value to a number; strings that are not numbers, arrays and null are 0."""
    if isinstance(value, float):
        return value
    if isinstance(value, bytes) and len(value) <= _LONGEST_NUMBER:
        # The server's buffer ends at a zero byte.
        return to_double(value.partition(b"\0")[0]) or 0.0
    return 0.0


def equal(left: Value, right: Value) -> bool:
    """Compare strings byte for byte, null only with null, and anything else as numbers."""
    if isinstance(left, bytes) and isinstance(right, bytes):
        return left == right
    if left is None or right is None:
        return left is right
    return number(left) == number(right)


def show(value: Value) -> str:
    """Format a value as it is written in a filter."""
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
