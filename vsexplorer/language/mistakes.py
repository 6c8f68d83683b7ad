"""Explain why the server rejects an expression, and where; its own error message says neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vsexplorer.language.dialect import Dialect
from vsexplorer.language.program import PRECEDENCE, Refusal
from vsexplorer.language.tokens import NEGATIONS, Kind, Token

_WORD = re.compile(r"[^\W\d]\w*")
_FOREIGN = {
    "=": ("==", "= is not an operator; use == for equality"),
    "&": ("&&", "& is not an operator; use and, or &&"),
    "|": ("||", "| is not an operator; use or, or ||"),
}
_SYMBOLS = {
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "∧": "and",
    "∨": "or",
    "¬": "!",
    "∈": "in",
    "−": "-",
    "×": "*",
    "÷": "/",
}
"""Mathematical symbols and the filter operators they mean."""
_VALUE = r"(\"[^\"]*\"|'[^']*'|-?[\w.]+)"
_BETWEEN = re.compile(rf"between\s+{_VALUE}\s+and\s+{_VALUE}", re.IGNORECASE)
_IS = re.compile(r"is\b(\s+not\b)?(\s+(?:null|none|nil)\b)?", re.IGNORECASE)
_CONTAINS = re.compile(rf"contains\s+{_VALUE}", re.IGNORECASE)
_COMPARISONS = frozenset(
    ["like", "between", "is", "contains", "matches", "startswith", "endswith", "exists", "ilike"]
)
_LONGEST_SHOWN = 40
"""Maximum length of a word repeated in a message."""
_QUOTES = "“”„«»‘’`"


@dataclass(frozen=True, slots=True)
class Remark:
    """A message about the characters from ``start`` up to, but not including, ``end``."""

    start: int
    end: int
    sentence: str
    replacement: str | None = None
    replaced: tuple[int, int] | None = None
    """The characters to replace, if they are not ``start`` to ``end``."""
    unfinished: bool = False


_ENDS = ("and", "or", "&&", "||", ")")
"""Tokens that end the operand of a negation."""


def recognise(expression: str, tokens: Sequence[Token], refusal: Refusal, dialect: Dialect) -> Remark:
    """Return a remark that explains a refusal."""
    culprit = refusal.culprit
    for place, token in enumerate(tokens):
        if token.kind is Kind.WRONG:
            return _wrong(expression, tokens, place, dialect)
        if token.kind is Kind.UNFINISHED:
            what = "list" if token.text.startswith("[") else "text"
            closing = "]" if what == "list" else token.text[0]
            return Remark(
                token.start, token.end, f"the {what} is not closed: {closing} is missing", unfinished=True
            )
        if remark := _foreign_pair(tokens, place):
            return remark
    if refusal.reason == "unclosed" and culprit is not None:
        return Remark(culprit.start, culprit.end, "this parenthesis is not closed", unfinished=True)
    if refusal.reason == "unopened" and culprit is not None:
        return Remark(culprit.start, culprit.end, "there is no opening parenthesis for this one", "")
    if refusal.reason == "operand" and culprit is not None:
        return _lacking(tokens, culprit)
    if culprit is None:
        return _no_value(tokens, dialect)
    return _two_values(tokens, culprit)


def _wrong(expression: str, tokens: Sequence[Token], place: int, dialect: Dialect) -> Remark:
    token = tokens[place]
    before = tokens[place - 1] if place else None
    word = _WORD.match(expression[: token.start + _LONGEST_SHOWN], token.start)
    glued = before is not None and before.kind is Kind.NUMBER and before.end == token.start
    if glued and before is not None and (token.text[0] == "_" or token.text[0].isalnum()):
        return _number(expression, before.start)
    if token.text[0].isdigit() or token.text[0] == "-":
        return _number(expression, token.start)
    if token.text[0] in _FOREIGN and not word:
        return _foreign(expression, before, token)
    if token.text.startswith("["):
        return Remark(token.start, token.end, "a list may have only numbers and quoted texts, separated by commas")
    if token.text == ",":
        return _parenthesised_list(expression, tokens, place)
    if token.text == ".":
        return Remark(
            token.start,
            token.end,
            "a field is a dot and a name of letters, digits, _ and -; other names cannot be used in a filter",
        )
    if token.text in _QUOTES:
        return Remark(token.start, token.end, "texts need straight quotes, \" or '", '"')
    if token.text[0] in _SYMBOLS:
        right = _SYMBOLS[token.text[0]]
        return Remark(token.start, token.start + 1, f"{token.text[0]} is not an operator; use {right}", right)
    if token.text in ";#":
        return Remark(token.start, len(expression), f"{token.text} is not allowed in a filter", "")
    if word:
        compared = _foreign_comparison(expression, tokens[:place], token.start, dialect)
        return compared or _unknown_word(expression, before, word.group(), token.start)
    return Remark(token.start, token.end, f"{token.text} is not allowed in a filter")


def _foreign_comparison(expression: str, before: Sequence[Token], start: int, dialect: Dialect) -> Remark | None:
    """Explain comparisons of other languages after a field: ``between``, ``is``, ``is not``, ``contains``."""
    if not before or before[-1].kind is not Kind.SELECTOR:
        return None
    field = before[-1]
    if found := _BETWEEN.match(expression, start):
        bounds = f"{field.text} >= {found[1]} and {field.text} <= {found[2]}"
        alone = len(before) == 1 and not expression[found.end() :].strip()
        return Remark(
            start,
            found.end(),
            "there is no operator between; compare with both bounds",
            bounds if alone else f"({bounds})",
            (field.start, found.end()),
        )
    if found := _CONTAINS.match(expression, start):
        turned = f"{found[1]} in {field.text}"
        sentence = 'there is no operator contains; write the part first: "part" in .field'
        return Remark(start, found.end(), sentence, turned, (field.start, found.end()))
    if found := _IS.match(expression, start):
        right = "!=" if found[1] else "=="
        if found[2] and not dialect.null:
            return Remark(start, found.end(), "this server does not support null, which needs Redis 8.2 or newer")
        sentence = f"there is no operator is; use {right}"
        return Remark(start, found.end(), sentence, f"{right}{' null' if found[2] else ''}")
    return None


def _unknown_word(expression: str, before: Token | None, word: str, start: int) -> Remark:
    end = start + len(word)
    lowered = word.lower()
    following = expression[end:].lstrip()[:1]
    if word != lowered and lowered in ("and", "or", "not", "in", "null"):
        return Remark(start, end, f"operators are lowercase: {lowered}", lowered)
    if lowered in ("true", "false"):
        value = "1" if lowered == "true" else "0"
        return Remark(start, end, f"{word} is not a value; a boolean field is 1 or 0, so write {value}", value)
    if lowered in ("null", "none", "nil", "undefined"):
        if word == "null":
            return Remark(start, end, "null must be followed by a space, or it is not recognised", "null ")
        return Remark(start, end, f"{word} is not a value; write null", "null")
    if following == "(":
        return Remark(start, end, "filters do not support functions")
    if lowered in _COMPARISONS:
        return Remark(start, end, f'there is no operator {word}; to find part of a text, write "part" in .field')
    if before is not None and before.kind is Kind.OPERATOR and before.text in ("==", "!="):
        return Remark(start, end, f'a text needs quotes, a field needs a dot: "{word}" or .{word}', f'"{word}"')
    if not word.isascii():
        return Remark(start, end, "fields with non-ASCII names cannot be used in a filter")
    return Remark(start, end, f"{word} is not valid here; a field begins with a dot", f".{word}")


def _foreign(expression: str, before: Token | None, token: Token) -> Remark:
    start = token.start
    glued = before is not None and before.end == start and before.text in ("==", "!=", "<=", ">=")
    if expression.startswith("=~", start):
        return Remark(start, start + 2, 'there are no patterns; to find part of a text, write "part" in .field')
    if glued and before is not None:
        return Remark(
            before.start, token.end, f"{before.text}{token.text} is not an operator; use {before.text}", before.text
        )
    for foreign, right in (("=<", "<="), ("=>", ">="), ("=!", "!=")):
        if expression.startswith(foreign, start):
            return Remark(start, start + 2, f"{foreign} is not an operator; use {right}", right)
    replacement, sentence = _FOREIGN[token.text[0]]
    return Remark(start, token.end, sentence, replacement)


def _foreign_pair(tokens: Sequence[Token], place: int) -> Remark | None:
    """Explain two adjacent operators that were meant as one."""
    if place + 1 >= len(tokens):
        return None
    if tokens[place].text in NEGATIONS and tokens[place + 1].text in NEGATIONS:
        return _double_negation(tokens, place)
    if tokens[place].end != tokens[place + 1].start:
        return None
    pair = tokens[place].text + tokens[place + 1].text
    span = (tokens[place].start, tokens[place + 1].end)
    if pair == "<>":
        return Remark(*span, "<> is not an operator; use !=", "!=")
    return None


def _double_negation(tokens: Sequence[Token], place: int) -> Remark:
    """Explain two negations in a row; both can be removed if their operand is a field on its own."""
    behind = tokens[place + 2 : place + 4]
    alone = bool(behind) and behind[0].kind is Kind.SELECTOR and (len(behind) == 1 or behind[1].text in _ENDS)
    sentence = "not cannot follow not; write != 0 to test whether a value is true"
    end = behind[0].start if alone else tokens[place + 1].end
    return Remark(tokens[place].start, end, sentence, "" if alone else None)


def _number(expression: str, start: int) -> Remark:
    found = re.compile(r"-?[\w.+-]*").match(expression, start)
    end = max(start + 1, found.end() if found else start + 1)
    text = expression[start:end]
    replacement: str | None = None
    try:
        plain = text.replace("_", "")
        value = float(int(plain, 16)) if plain.lower().startswith("0x") else float(plain)
        replacement = repr(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".17g")
        replacement = None if "+" in replacement else replacement
    except (ValueError, OverflowError):
        replacement = None
    sentence = "a number is digits with an optional point and an exponent with e: no +, no _, no 0x"
    return Remark(start, end, sentence, replacement)


def _parenthesised_list(expression: str, tokens: Sequence[Token], place: int) -> Remark:
    opening = next((one for one in reversed(tokens[:place]) if one.text == "("), None)
    closing = next((one for one in tokens[place:] if one.text == ")"), None)
    sentence = "a list needs square brackets: [1, 2]"
    if opening is None or closing is None:
        return Remark(tokens[place].start, tokens[place].end, "commas are allowed only in a list, such as [1, 2]")
    inside = expression[opening.end : closing.start]
    return Remark(opening.start, closing.end, sentence, f"[{inside}]")


def _lacking(tokens: Sequence[Token], operator: Token) -> Remark:
    last = tokens[-1]
    if last.kind is Kind.OPERATOR and last.text != ")":
        return Remark(last.start, last.end, f"{last.text} needs a value after it", unfinished=True)
    place = tokens.index(operator)
    name = operator.text
    following = tokens[place + 1]
    starts = place == 0 or (tokens[place - 1].kind is Kind.OPERATOR and tokens[place - 1].text != ")")
    if name == "+" and starts:
        return Remark(operator.start, operator.end, "a number cannot have a plus sign", "")
    if name == "-" and starts:
        return Remark(operator.start, operator.end, "a minus sign must be before digits; write 0 - …", "0 -")
    if starts and name not in ("!", "not"):
        return Remark(operator.start, operator.end, f"{name} needs a value before it")
    if following.kind is Kind.OPERATOR and following.text in PRECEDENCE:
        return Remark(operator.start, following.end, f"{name} and {following.text} cannot follow each other")
    return Remark(operator.start, operator.end, f"{name} needs another value")


def _no_value(tokens: Sequence[Token], dialect: Dialect) -> Remark:
    start, end = tokens[0].start, tokens[-1].end
    if not dialect.null and any(token.kind is Kind.NULL for token in tokens):
        return Remark(start, end, "this server does not support null, which needs Redis 8.2 or newer")
    return Remark(start, end, "the expression has no value")


def _two_values(tokens: Sequence[Token], second: Token) -> Remark:
    for first, following in pairwise(tokens):
        ends = first.kind is not Kind.OPERATOR or first.text == ")"
        begins = following.kind is not Kind.OPERATOR or following.text in ("(", "!", "not")
        if ends and begins:
            return _side_by_side(first, following)
    return Remark(second.start, second.end, "an operator is missing before this value")


def _side_by_side(first: Token, second: Token) -> Remark:
    if first.kind is second.kind is Kind.SELECTOR and first.end == second.start:
        sentence = f"only top-level fields can be used, not {second.text} inside {first.text}"
        return Remark(first.start, second.end, sentence)
    return Remark(second.start, second.end, "an operator is missing before this")
