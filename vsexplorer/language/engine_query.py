"""Check and complete filters in the language of the query engine (FT.SEARCH, DIALECT 2).

Only what can be told without the server is told here: brackets that are open, words of the other filter language,
and parts that vsexplorer adds itself. Whether the engine accepts the rest, it says when it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vsexplorer.language.known import FieldFacts, SetFacts

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_FOREIGN = (
    (
        re.compile(r"(?<![\w.@$])\.[A-Za-z_]\w*"),
        "fields begin with @ here, as in @{name}:[1950 +inf] or @{name}:{{a}}",
    ),
    (re.compile(r"==|!="), "there are no such signs here: @field:{text}, @field:[7 7], and -@field:{text} for not"),
    (
        re.compile(r"(?<=\s)(and|or|not)(?=\s)", re.IGNORECASE),
        "is searched as a word here: side by side means and, | or, - not",
    ),
    (re.compile(r"=>"), "the vector part is added by itself; write only what the documents must match"),
)
"""What belongs to another language or place, and what to write instead."""
_FIELD = re.compile(r"@(\w*)$")
_TAG = re.compile(r"@(\w+):\{([^{}]*)$")
_IS_TEXT = re.compile(r"\.(?P<name>\w+) == ([\"'])(?P<value>.*)\2")
_HAS_TEXT = re.compile(r"([\"'])(?P<value>.*)\1 in \.(?P<name>\w+)")
_IS_NUMBER = re.compile(r"\.(?P<name>\w+) == (?P<value>-?[\d.]+)")
_UNNAMED = re.compile(r"@\w*:?$")
TOKENS = re.compile(
    r"(?P<SELECTOR>@\w+)|(?P<STRING>\"[^\"]*\"|\{[^{}]*\})|(?P<NUMBER>[-+]?(?:\d[\d.]*|inf))|(?P<OPERATOR>[|()\[\]:~-])"
)
"""Pieces of a filter, by the names of the token kinds whose colours they get."""
_PLAIN = re.compile(r"\W")


@dataclass(frozen=True, slots=True)
class Problem:
    """A remark on the characters from ``start`` to before ``end``."""

    start: int
    end: int
    sentence: str
    unfinished: bool = False
    refused: bool = False
    """The engine would refuse the filter."""


def problems(expression: str) -> list[Problem]:
    """Return what is wrong or surprising in a filter, in order."""
    open_: list[tuple[str, int]] = []
    found: list[Problem] = []
    quoted: int | None = None
    place = 0
    while place < len(expression):
        character = expression[place]
        if character == "\\":
            place += 2
            continue
        if character == '"':
            quoted = None if quoted is not None else place
        elif quoted is None and character in _PAIRS:
            open_.append((character, place))
        elif quoted is None and character in _PAIRS.values():
            while character == "]" and len(open_) > 1 and open_[-1][0] == "(":
                # An exclusive bound, as in [1 (5], opens nothing.
                open_.pop()
            if open_ and _PAIRS[open_[-1][0]] == character:
                open_.pop()
            else:
                found.append(Problem(place, place + 1, f"nothing is open that {character} closes", refused=True))
        place += 1
    if (unnamed := _UNNAMED.search(expression)) is not None:
        found.append(Problem(unnamed.start(), len(expression), "a field and what it must match", unfinished=True))
    if quoted is not None:
        found.append(Problem(quoted, len(expression), "the quotation mark is not closed yet", unfinished=True))
    for bracket, start in open_:
        found.append(Problem(start, len(expression), f"{_PAIRS[bracket]} is missing", unfinished=True))
    for pattern, words in _FOREIGN:
        for match in pattern.finditer(expression):
            sentence = words.format(name=match[0][1:]) if "{name}" in words else f"{match[0]} {words}"
            found.append(Problem(match.start(), match.end(), sentence, refused=match[0] == "=>"))
    return sorted(found, key=lambda one: one.start)


def toggled(expression: str, condition: str) -> str | None:
    """Add a condition to a filter, or remove it.

    Args:
        expression: The filter.
        condition: A comparison in the language of vector sets, such as ``.country == "Chile"``.

    Returns:
        The filter; ``None`` if the condition cannot be written in the language of the engine.
    """
    written = _written(condition)
    if written is None:
        return None
    if written in expression:
        return " ".join(expression.replace(written, " ").split())
    return f"{expression.strip()} {written}".strip()


def _written(condition: str) -> str | None:
    if (text := _IS_TEXT.fullmatch(condition) or _HAS_TEXT.fullmatch(condition)) is not None:
        return f"@{text['name']}:{{{escaped(text['value'])}}}"
    if (number := _IS_NUMBER.fullmatch(condition)) is not None:
        return f"@{number['name']}:[{number['value']} {number['value']}]"
    return None


def proposals(expression: str, cursor: int, known: SetFacts) -> Iterator[tuple[int, str, str]]:
    """Yield completions at the cursor: where they begin, the text, and what it is."""
    before = expression[:cursor]
    if (tag := _TAG.search(before)) is not None:
        field = known.field(tag[1])
        typed = tag[2].rpartition("|")[2].strip()
        for value in field.values if field is not None else ():
            if isinstance(value.value, str) and value.value.lower().startswith(typed.lower()):
                yield cursor - len(typed), escaped(value.value) + "}", f"{value.count:,}"
        return
    if (name := _FIELD.search(before)) is not None:
        for field in known.fields:
            if field.name.lower().startswith(name[1].lower()):
                opening, kind = _opening(field)
                yield name.start(), f"@{field.name}:{opening}", kind


def escaped(value: str) -> str:
    """Return a value of a TAG field with everything escaped that is no letter, digit or underscore."""
    return _PLAIN.sub(lambda match: "\\" + match[0], value)


def _opening(field: FieldFacts) -> tuple[str, str]:
    return ("[", "number") if "number" in field.kinds else ("{", "text")
