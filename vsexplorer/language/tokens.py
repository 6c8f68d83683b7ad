"""Split an expression into tokens by the server's rules, continuing after errors.

The rules are those of Redis' ``modules/vector-sets/expr.c``: which characters begin a token, where it ends, and
which operator is taken from a run of operator characters (the longest prefix of the run that is one).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto

from vsexplorer.language.numbers import to_double

_SPACES = " \t\n\v\f\r"
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_OPERATOR_CHARACTERS = _LETTERS | frozenset("+-*%/!()<>=|&")
_SELECTOR_CHARACTERS = _LETTERS | _DIGITS | frozenset("_-")
_NUMBER_CHARACTERS = _DIGITS | frozenset(".eE")
_LONGEST_NUMBER = 255
_LONGEST_WORD = 4
"""Letters of ``null``; operators are shorter."""
OPERATORS = frozenset(
    [
        "(",
        ")",
        "!",
        "not",
        "**",
        "*",
        "/",
        "%",
        "+",
        "-",
        ">",
        ">=",
        "<",
        "<=",
        "==",
        "!=",
        "in",
        "and",
        "&&",
        "or",
        "||",
    ]
)


NEGATIONS = ("!", "not")
"""The operators that negate their operand."""


class Kind(Enum):
    """The kind of a token."""

    NUMBER = auto()
    STRING = auto()
    ARRAY = auto()
    SELECTOR = auto()
    NULL = auto()
    OPERATOR = auto()
    UNFINISHED = auto()
    """A string or array whose end has not been typed yet."""
    WRONG = auto()
    """Input that the server cannot read; it stops there, this tokenizer continues after it."""


type Value = float | bytes | tuple[Value, ...] | None
"""A value of the filter language: number, string, array or null. Strings are bytes, as the server sees them."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, from character ``start`` up to, but not including, ``end``."""

    kind: Kind
    start: int
    end: int
    text: str
    """As typed."""
    value: Value = None
    """Of a number, string or array; a selector's field name."""


def tokenize(expression: str) -> list[Token]:
    """Split an expression into tokens; spaces are dropped."""
    tokens: list[Token] = []
    place = 0
    while True:
        place = _skip_spaces(expression, place)
        if place >= len(expression) or expression[place] == "\0":
            return tokens
        token = _next(expression, place, _minus_is_sign(tokens))
        tokens.append(token)
        place = token.end


def _skip_spaces(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACES:
        place += 1
    return place


def _minus_is_sign(tokens: list[Token]) -> bool:
    """Return whether a minus is a sign: at the start, and after an operator other than a closing parenthesis."""
    return not tokens or (tokens[-1].kind is Kind.OPERATOR and tokens[-1].text != ")")


def _next(text: str, place: int, minus_is_sign: bool) -> Token:
    character = text[place]
    following = text[place + 1 : place + 2]
    if character in _DIGITS or (minus_is_sign and character == "-" and following in _DIGITS and following):
        return _number(text, place)
    if character in "\"'":
        return _string(text, place)
    # At the very end a lone dot counts as a selector without a name, which never matches.
    if character == "." and (not following or following in _SELECTOR_CHARACTERS or following == "\0"):
        return _selector(text, place)
    if character == "[":
        return _array(text, place)
    if character in _OPERATOR_CHARACTERS:
        return _operator(text, place)
    return Token(Kind.WRONG, place, place + 1, character)


def _number(text: str, place: int) -> Token:
    end = place + 1
    while end < len(text) and text[end] in _NUMBER_CHARACTERS:
        end += 1
    shown = text[place:end]
    value = to_double(shown.encode()) if len(shown) <= _LONGEST_NUMBER else math.nan
    kind = Kind.WRONG if value is None or len(shown) > _LONGEST_NUMBER else Kind.NUMBER
    return Token(kind, place, end, shown, value)


def _string(text: str, place: int) -> Token:
    end = place + 1
    while end < len(text) and text[end] != "\0":
        if text[end] == "\\" and end + 1 < len(text) and text[end + 1] != "\0":
            end += 2
            continue
        if text[end] == text[place]:
            inside = text[place + 1 : end].encode("utf-8", "surrogateescape")
            return Token(Kind.STRING, place, end + 1, text[place : end + 1], inside)
        end += 1
    return Token(Kind.UNFINISHED, place, end, text[place:end])


def _selector(text: str, place: int) -> Token:
    end = place + 1
    while end < len(text) and text[end] in _SELECTOR_CHARACTERS:
        end += 1
    return Token(Kind.SELECTOR, place, end, text[place:end], text[place + 1 : end].encode())


def _array(text: str, place: int) -> Token:
    items: list[Value] = []
    at = place + 1
    while True:
        at = _skip_spaces(text, at)
        if at < len(text) and text[at] == "]":
            return Token(Kind.ARRAY, place, at + 1, text[place : at + 1], tuple(items))
        if at >= len(text):
            return Token(Kind.UNFINISHED, place, at, text[place:at])
        if text[at] in _DIGITS or text[at] == "-":
            item = _number(text, at)
        elif text[at] in "\"'":
            item = _string(text, at)
        else:
            return Token(Kind.WRONG, place, at, text[place:at])
        if item.kind is Kind.UNFINISHED:
            return Token(Kind.UNFINISHED, place, item.end, text[place : item.end])
        if item.kind is Kind.WRONG:
            return Token(Kind.WRONG, place, item.end, text[place : item.end])
        items.append(item.value)
        at = _skip_spaces(text, item.end)
        if at < len(text) and text[at] == ",":
            at += 1
        elif at < len(text) and text[at] != "]":
            return Token(Kind.WRONG, place, at, text[place:at])


def _operator(text: str, place: int) -> Token:
    # One character more than the longest word tells whether the word ends there; runs can be very long.
    end = place
    while end < len(text) and end - place < _LONGEST_WORD + 1 and text[end] in _OPERATOR_CHARACTERS:
        end += 1
    run = text[place:end]
    if run == "null":
        return Token(Kind.NULL, place, end, run)
    for length in (3, 2, 1):
        if run[:length] in OPERATORS and len(run) >= length:
            return Token(Kind.OPERATOR, place, place + length, run[:length])
    # A run of letters that is not an operator is one error, not one per letter.
    end = place + 1
    while end < len(text) and text[place] in _LETTERS and text[end] in _LETTERS | _DIGITS:
        end += 1
    return Token(Kind.WRONG, place, end, text[place:end])
