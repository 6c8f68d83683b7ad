"""Find what a sample of the set's attributes contradicts: unknown fields, comparisons that are never true."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from vsexplorer.language.known import FieldFacts, SetFacts
from vsexplorer.language.literals import literal, reachable
from vsexplorer.language.mistakes import Remark
from vsexplorer.language.numbers import to_double
from vsexplorer.language.program import Node
from vsexplorer.language.tokens import Kind, Token, Value

_ORDER = ("<", "<=", ">", ">=")
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_UNSETTLING = ("or", "||", "!", "not", "!=")
"""Operators below which an element without the field would be expected to pass."""
_MOST_COMPARED = 200
"""Number of values searched for the one that was meant."""


def unusable_field(expression: str, known: SetFacts) -> Remark | None:
    """Return a remark if the expression has a field of the set whose name filters cannot use."""
    for field in known.fields:
        place = expression.find(f".{field.name}") if not reachable(field.name) else -1
        if place >= 0:
            sentence = (
                f"filters cannot use the field {field.name!r}: names have letters, digits, _ and - only; "
                "load --rename or --filterable gives it another name"
            )
            return Remark(place, place + 1 + len(field.name), sentence)
    return None


def half_typed(expression: str, tokens: Sequence[Token], known: SetFacts) -> Remark | None:
    """Return a remark if the expression ends in the beginning of a field name, probably not fully typed yet."""
    last = tokens[-1]
    name = last.text[1:]
    if last.kind is not Kind.SELECTOR or last.end != len(expression) or known.field(name):
        return None
    longer = [field.name for field in known.fields if field.name.startswith(name) and reachable(field.name)]
    if not longer:
        return None
    return Remark(last.start, last.end, f"the beginning of .{longer[0]}", unfinished=True)


def remarks(expression: str, tree: Node, known: SetFacts) -> Iterator[Remark]:
    """Yield remarks on what the sample contradicts, in no particular order."""
    for node in tree.walk():
        token = node.token
        if token.kind is Kind.SELECTOR and len(token.text) > 1:
            field = known.field(token.text[1:])
            if field is None:
                yield _unknown(token, known)
            elif field.kinds == {"object"}:
                yield Remark(token.start, token.end, f"{token.text} has objects, which filters cannot read")
        elif len(node.operands) == 2:
            yield from _comparison(expression, node, known)


def missing(tree: Node, known: SetFacts) -> Iterator[tuple[Remark, bool]]:
    """Yield fields that some elements lack, each with whether the expression suggests that this does not matter."""
    pending = [(tree, False)]
    told: set[str] = set()
    while pending:
        node, unsettled = pending.pop()
        token = node.token
        unsettled = unsettled or bool(node.operands and token.text in _UNSETTLING)
        pending.extend((operand, unsettled) for operand in reversed(node.operands))
        if token.kind is not Kind.SELECTOR or token.text in told:
            continue
        field = known.field(token.text[1:])
        if field is None or field.present == known.sampled:
            continue
        told.add(token.text)
        lacking = known.sampled - field.present
        share = f"{lacking / known.sampled:.0%}" if lacking * 200 >= known.sampled else f"{lacking:,}"
        sampled = "all" if known.whole else f"{known.sampled:,} sampled"
        sentence = f"{share} of {sampled} lack {token.text}"
        if unsettled:
            sentence += " and never match"
        yield Remark(token.start, token.end, sentence), unsettled


def _unknown(token: Token, known: SetFacts) -> Remark:
    near = difflib.get_close_matches(token.text[1:], [name for name in known.names if reachable(name)], 1, 0.6)
    sentence = (
        "no element has this field" if known.whole else f"no such field in {known.sampled:,} sampled elements"
    )
    if near:
        sentence += f"; did you mean .{near[0]}?"
    return Remark(token.start, token.end, sentence, f".{near[0]}" if near else None)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A comparison of a field with a literal, turned so that the field comes first."""

    expression: str
    node: Node
    field: FieldFacts
    operator: str
    value: Value
    literal: Token
    known: SetFacts

    @property
    def name(self) -> str:
        return f".{self.field.name}"

    @property
    def kinds(self) -> frozenset[str]:
        """The types of the field's values, without null."""
        return self.field.kinds - {"null"}

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The smallest and the largest number of the field; null counts as 0."""
        smallest, largest = self.field.smallest, self.field.largest
        if smallest is None or largest is None:
            return None
        return (min(smallest, 0), max(largest, 0)) if "null" in self.field.kinds else (smallest, largest)

    def never(self, verb: str) -> str:
        """Return a message that ``verb`` applies to no element of the sample."""
        if self.known.whole:
            return f"{self.name} never {verb}"
        return f"{self.name} {verb} in none of {self.known.sampled:,} sampled elements"

    def remark(self, sentence: str, replacement: str | None = None) -> Remark:
        whole = (self.node.start, self.node.end)
        return Remark(self.literal.start, self.literal.end, sentence, replacement, whole if replacement else None)


def _comparison(expression: str, node: Node, known: SetFacts) -> Iterator[Remark]:
    left, right = node.operands
    operator = node.token.text
    turned = right.token.kind is Kind.SELECTOR
    if turned == (left.token.kind is Kind.SELECTOR):
        return
    selector, other = (right, left) if turned else (left, right)
    field = known.field(selector.token.text[1:])
    literals = (Kind.NUMBER, Kind.STRING, Kind.ARRAY, Kind.NULL)
    if field is None or other.token.kind not in literals:
        return
    if operator == "in":
        judge = _among if turned else _one_of
    elif operator in _TURNED:
        operator = _TURNED[operator] if turned else operator
        judge = _order if operator in _ORDER else _equality
    else:
        return
    clause = _Clause(expression, node, field, operator, other.token.value, other.token, known)
    remark = judge(clause)
    if remark is not None:
        yield remark


def _order(clause: _Clause) -> Remark | None:
    field, kinds = clause.field, clause.kinds
    limit = clause.value if isinstance(clause.value, float) else None
    if isinstance(clause.value, bytes):
        limit = to_double(clause.value)
    if kinds == {"array"}:
        return clause.remark(f"{clause.name} has lists, which count as 0 here")
    if kinds == {"text"} and limit is not None and not _numeric_texts(field):
        return clause.remark(f"{clause.name} has texts; those that are not numbers count as 0")
    if limit is None or kinds != {"number"} or clause.bounds is None:
        return None
    smallest, largest = clause.bounds
    holds = {"<": smallest < limit, "<=": smallest <= limit, ">": largest > limit, ">=": largest >= limit}
    return None if holds[clause.operator] else clause.remark(_between(clause))


def _equality(clause: _Clause) -> Remark | None:
    value, kinds = clause.value, clause.kinds
    equals = clause.operator == "=="
    if kinds == {"array"} and value is not None:
        item = clause.expression[clause.literal.start : clause.literal.end]
        inside = f"{item} in {clause.name}" if equals else f"not ({item} in {clause.name})"
        return clause.remark(
            f"{clause.name} has lists, which compare as 0; use in to test for an item",
            inside if clause.literal.kind is not Kind.ARRAY else None,
        )
    if isinstance(value, bytes):
        return _text_equality(clause, value.decode("utf-8", "surrogateescape"))
    if not equals:
        return None
    if value is None and kinds and "null" not in clause.field.kinds:
        return clause.remark(f"{clause.never('has the value null')}; an element without it never matches")
    if isinstance(value, float):
        return _number_equality(clause, value)
    return None


def _number_equality(clause: _Clause, value: float) -> Remark | None:
    field, kinds = clause.field, clause.kinds
    if kinds == {"boolean"} and value not in (0.0, 1.0):
        return clause.remark(f"{clause.name} is true or false, which count as 1 and 0")
    if kinds == {"text"} and not _numeric_texts(field):
        if value == 0:
            return clause.remark(f"{clause.name} has texts, and every text that is not a number counts as 0")
        shown = clause.expression[clause.literal.start : clause.literal.end]
        return clause.remark(f"{clause.name} has texts, which a number never equals", f'{clause.name} == "{shown}"')
    if kinds != {"number"} or clause.bounds is None or (value == 0 and "null" in field.kinds):
        return None
    if not clause.bounds[0] <= value <= clause.bounds[1]:
        return clause.remark(_between(clause))
    if field.complete and value not in _numbers(field):
        return clause.remark(clause.never("has this value"))
    return None


def _text_equality(clause: _Clause, text: str) -> Remark | None:
    kinds = clause.kinds
    if kinds == {"boolean"}:
        replacement = {"true": "1", "false": "0"}.get(text.lower())
        sentence = f"{clause.name} is true or false, which count as 1 and 0; a text is neither"
        return clause.remark(sentence, f"{clause.name} {clause.operator} {replacement}" if replacement else None)
    if kinds == {"number"} and to_double(text.encode("utf-8", "surrogateescape")) is None:
        return clause.remark(f"{clause.name} has numbers, and this text counts as 0")
    if kinds != {"text"}:
        return None
    return _absent(clause, text, f"{clause.name} {clause.operator} {{}}")


def _one_of(clause: _Clause) -> Remark | None:
    """Judge ``.field in [list]``."""
    value, kinds = clause.value, clause.kinds
    if not isinstance(value, tuple):
        return None
    if kinds == {"array"}:
        items = clause.expression[clause.literal.start + 1 : clause.literal.end - 1].strip(" ,")
        replacement = f"{items} in {clause.name}" if len(value) == 1 else None
        return clause.remark(f"{clause.name} has lists; write the item before in", replacement)
    texts = [item.decode("utf-8", "surrogateescape") for item in value if isinstance(item, bytes)]
    if kinds == {"text"} and clause.field.complete:
        known = _written(clause.field)
        absent = [text for text in texts if text not in known]
        if absent:
            return clause.remark(clause.never(f'has the value "{absent[0]}"'))
    return None


def _among(clause: _Clause) -> Remark | None:
    """Judge ``literal in .field``."""
    value, kinds = clause.value, clause.kinds
    if kinds and kinds <= {"number", "boolean", "null"}:
        return clause.remark(f"{clause.name} has neither lists nor texts: this is always false")
    if kinds == {"text"} and isinstance(value, float):
        return clause.remark(f"{clause.name} has texts, of which a number is never a part")
    if kinds != {"array"} or not isinstance(value, bytes):
        return None
    # A text also equals 0, true or false in a list if it counts as that number.
    if not all(isinstance(one.value, str) for one in clause.field.values):
        return None
    return _absent(clause, value.decode("utf-8", "surrogateescape"), f"{{}} in {clause.name}")


def _absent(clause: _Clause, text: str, template: str) -> Remark | None:
    """Judge a text that the field never has, and suggest the one that was meant."""
    stored = _escaped(clause.field).get(text)
    if stored is not None:
        sentence = "stored with \\u escapes, which the server does not decode"
        return clause.remark(sentence, template.replace("{}", stored))
    if clause.operator == "!=" or not clause.field.complete or text in _written(clause.field):
        return None
    holds = "contains" if "array" in clause.field.kinds else "has"
    sentence = clause.never(f"{holds} this value")
    meant = _nearest(clause.field, text)
    if meant is None:
        return clause.remark(sentence)
    return clause.remark(f"{sentence}; did you mean {meant}?", template.replace("{}", meant))


@lru_cache(maxsize=64)
def _written(field: FieldFacts) -> dict[str, str]:
    """The texts of a field as the server reads them, with their literals."""
    return {
        one.literal[1:-1]: one.literal
        for one in field.values
        if isinstance(one.value, str) and one.literal is not None
    }


@lru_cache(maxsize=64)
def _numbers(field: FieldFacts) -> frozenset[float]:
    return frozenset(one.value for one in field.values if isinstance(one.value, int | float))


@lru_cache(maxsize=64)
def _escaped(field: FieldFacts) -> dict[str, str]:
    """Return texts that the server reads differently from JSON, with the literals that match them."""
    return {
        one.value: one.literal
        for one in field.values
        if isinstance(one.value, str) and one.literal is not None and one.literal != literal(one.value)
    }


@lru_cache(maxsize=512)
def _nearest(field: FieldFacts, text: str) -> str | None:
    """The literal that was probably meant, among the most frequent."""
    folded = {known.casefold(): written for known, written in islice(_written(field).items(), _MOST_COMPARED)}
    near = difflib.get_close_matches(text.casefold(), folded, 1, 0.6)
    return folded[near[0]] if near else None


@lru_cache(maxsize=64)
def _numeric_texts(field: FieldFacts) -> bool:
    """Whether some texts of the field may count as numbers."""
    return not field.complete or any(
        isinstance(one.value, str) and to_double(one.value.encode("utf-8", "surrogatepass")) is not None
        for one in field.values
    )


def _between(clause: _Clause) -> str:
    smallest, largest = clause.field.smallest, clause.field.largest
    between = f"{clause.name} lies between {smallest:.15g} and {largest:.15g}"
    return between if clause.known.whole else f"{between} in {clause.known.sampled:,} sampled"
