"""Complete filter expressions: with fields, operators that fit them, and values seen in the sample."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from vsexplorer.language import engine_query
from vsexplorer.language.dialect import NEWEST, Dialect
from vsexplorer.language.known import FieldFacts, KnownValue, SetFacts
from vsexplorer.language.literals import clause, reachable
from vsexplorer.language.tokens import Kind, Token, tokenize

_MOST = 50
"""Maximum number of proposals."""
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_JOINS = ("and", "or", "&&", "||")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text to replace the characters from ``start`` up to, but not including, ``end``."""

    start: int
    end: int
    text: str
    detail: str
    """Details, such as a type or a count."""
    label: str = ""
    """Text to show instead of ``text``; a proposal with a label cannot be applied."""

    @property
    def shown(self) -> str:
        """The text to show in the list."""
        return self.label or self.text

    def apply(self, expression: str) -> tuple[str, int]:
        """Return the expression with the proposal applied, and the new cursor position."""
        return expression[: self.start] + self.text + expression[self.end :], self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class _Place:
    """The cursor, and the tokens before it."""

    expression: str
    cursor: int
    before: Sequence[Token]
    """The complete tokens before the one being typed."""
    start: int
    """Start of the token being typed."""
    typed: str
    """The token being typed, up to the cursor."""
    known: SetFacts
    dialect: Dialect

    @property
    def end(self) -> int:
        """Where the word, number or text around the cursor ends."""
        end = self.cursor
        if self.typed[:1] in ("'", '"'):
            closing = self.expression.find(self.typed[0], end)
            return closing + 1 if closing >= 0 else end
        while self.typed and end < len(self.expression) and self.expression[end] in _WORD:
            end += 1
        return end

    def values(self, field: FieldFacts, template: str = "{}", taken: Collection[str] = ()) -> list[Proposal]:
        """Propose values, put into a template: those that begin with the typed text, then those that contain it."""
        typed = self.typed.casefold()
        inside = typed.strip("\"'")
        first: list[Proposal] = []
        second: list[Proposal] = []
        null = self.dialect.null and "[" not in template
        for folded, text, detail in _literals(field, null):
            begins = folded.startswith(typed)
            if text in taken or text == self.typed or not (begins or (inside and inside in folded)):
                continue
            # Not str.format: the literal may contain braces.
            proposal = Proposal(self.start, self.end, template.replace("{}", text), detail)
            (first if begins else second).append(proposal)
            if len(first) == _MOST:
                break
        return (first + second)[:_MOST]

    def proposals(self, found: Iterator[tuple[str, str]], exact: bool = False) -> list[Proposal]:
        """Propose texts that begin with the typed text, then those that contain it."""
        typed = self.typed.casefold()
        first: list[Proposal] = []
        second: list[Proposal] = []
        for text, detail in found:
            folded = text.casefold()
            if text == self.typed:
                continue
            proposal = Proposal(self.start, self.end, text, detail)
            if folded.startswith(typed):
                first.append(proposal)
            elif not exact and typed.strip(".\"'") and typed.strip(".\"'") in folded:
                second.append(proposal)
        return (first + second)[:_MOST]


def complete(
    expression: str, cursor: int, known: SetFacts | None, dialect: Dialect = NEWEST, asked: bool = False
) -> list[Proposal]:
    """Propose completions at the cursor, the likeliest first.

    Args:
        expression: The expression, complete or not.
        cursor: Characters before the cursor.
        known: The fields of the set; without them there is nothing to propose.
        dialect: The server's language.
        asked: Propose even if nothing has been typed yet.
    """
    if known is None or not known.fields:
        return []
    if dialect.engine:
        found = engine_query.proposals(expression, cursor, known)
        return [Proposal(start, cursor, text, words) for start, text, words in found][:_MOST]
    tokens = tokenize(expression[:cursor])
    last = tokens[-1] if tokens else None
    if last is None:
        place = _Place(expression, cursor, (), cursor, "", known, dialect)
        return place.proposals(_fields(place)) if asked else []
    if last.kind is Kind.UNFINISHED and last.text.startswith("["):
        return _in_list(expression, cursor, tokens, known, dialect)
    touching = last.end == cursor
    begun = touching and (last.kind in (Kind.SELECTOR, Kind.NUMBER, Kind.WRONG, Kind.UNFINISHED) or _is_word(last))
    before = tokens[:-1] if begun else tokens
    start, typed = (last.start, expression[last.start : cursor]) if begun else (cursor, "")
    place = _Place(expression, cursor, before, start, typed, known, dialect)
    if begun and last.kind is Kind.SELECTOR:
        return place.proposals(_fields(place)) + _unreachable(place)
    if _wants_value(before):
        return _value(place, asked)
    if touching and not begun and last.kind is not Kind.OPERATOR:
        # Directly after a closed text or list, nothing new can begin before a space.
        return []
    return _next(place)


def _is_word(token: Token) -> bool:
    return token.kind in (Kind.OPERATOR, Kind.NULL) and token.text.isalpha()


def _wants_value(before: Sequence[Token]) -> bool:
    return not before or (before[-1].kind is Kind.OPERATOR and before[-1].text != ")")


def _value(place: _Place, asked: bool) -> list[Proposal]:
    """Propose what can follow an operator: values of the compared field, or a field."""
    operator = place.before[-1].text if place.before else ""
    compared = place.before[-2] if len(place.before) > 1 else None
    # Directly after an operator such as ==, insert a space first.
    glue = " " if not place.typed and place.before and place.before[-1].end == place.cursor else ""
    if operator == "(":
        glue = ""
    if compared is not None and compared.kind is Kind.SELECTOR and operator in (*_COMPARISONS, "in"):
        field = place.known.field(compared.text[1:])
        if field is None:
            return []
        template = f"{glue}[{{}}]" if operator == "in" else f"{glue}{{}}"
        return place.values(field, template)
    if operator == "in":
        return place.proposals(
            (f"{glue}{text}", detail)
            for text, detail in _fields(place, lambda field: field.kinds & {"array", "text"})
        )
    if operator in (*_JOINS, "(", "not", "!", "") or asked:
        wanted = place.typed.isalpha() or not place.typed
        return place.proposals((f"{glue}{text}", detail) for text, detail in _fields(place)) if wanted else []
    return []


def _next(place: _Place) -> list[Proposal]:
    """Propose what can follow a complete value: operators that fit it, or another clause."""
    last = place.before[-1]
    field = place.known.field(last.text[1:]) if last.kind is Kind.SELECTOR else None
    opened = len(place.before) > 1 and place.before[-2].text in (*_COMPARISONS, "in")
    if field is None or opened:
        words = [("and", "both must hold"), ("or", "either must hold")]
        if last.kind in (Kind.STRING, Kind.NUMBER) and not opened:
            words.insert(0, ("in", "is part of"))
        return place.proposals(iter(words), exact=True)
    if "array" in field.kinds and not place.typed:
        rest = _turned(place, field, last)
        if rest:
            return rest
    return place.proposals(iter(_operators(field)), exact=True)


def _turned(place: _Place, field: FieldFacts, selector: Token) -> list[Proposal]:
    """Propose whole clauses in place of a list's name, because the list comes after ``in``."""
    found = ((clause(field, one, place.dialect.null), one) for one in field.values[:_MOST])
    return [Proposal(selector.start, place.cursor, text, _times(one)) for text, one in found if text is not None]


def _operators(field: FieldFacts) -> list[tuple[str, str]]:
    kinds = field.kinds
    shown = "/".join(sorted(kinds))
    equality = [("==", f"is · {shown}"), ("!=", f"is not · {shown}")]
    if kinds == {"boolean"}:
        return equality
    among = [("in", "is one of")]
    if "number" not in kinds:
        return equality + among
    extent = "" if field.smallest is None else f" · {field.smallest:.15g} to {field.largest:.15g}"
    order = [(sign, f"{words}{extent}") for sign, words in _ORDER_WORDS]
    return order + equality + among


_ORDER_WORDS = ((">", "greater than"), (">=", "at least"), ("<", "less than"), ("<=", "at most"))


def _in_list(
    expression: str, cursor: int, tokens: Sequence[Token], known: SetFacts, dialect: Dialect
) -> list[Proposal]:
    """Propose what can follow inside an open list: another item, or its end."""
    opened = tokens[-1]
    if len(tokens) < 3 or tokens[-2].text != "in" or tokens[-3].kind is not Kind.SELECTOR:
        return []
    field = known.field(tokens[-3].text[1:])
    if field is None:
        return []
    inside = opened.text[1:]
    items = tokenize(inside)
    shift = opened.start + 1
    last = items[-1] if items else None
    if last is None or last.text == ",":
        place = _Place(expression, cursor, (), cursor, "", known, dialect)
        glue = " " if last is not None and inside.endswith(",") else ""
        return place.values(field, f"{glue}{{}}", {item.text for item in items})
    if last.kind in (Kind.UNFINISHED, Kind.WRONG, Kind.NUMBER) and shift + last.end == cursor:
        place = _Place(expression, cursor, (), shift + last.start, last.text, known, dialect)
        return place.values(field)
    return [Proposal(cursor, cursor, "]", "end of the list"), Proposal(cursor, cursor, ", ", "another item")]


def _fields(
    place: _Place, fits: Callable[[FieldFacts], object] = lambda field: field.kinds != {"object"}
) -> Iterator[tuple[str, str]]:
    for field in place.known.fields:
        if reachable(field.name) and fits(field):
            share = f"{field.present / place.known.sampled:.0%}"
            yield f".{field.name}", f"{'/'.join(kind for kind, _ in field.types)} · {share}"


def _unreachable(place: _Place) -> list[Proposal]:
    """Propose fields that filters cannot use, only for information."""
    typed = place.typed.removeprefix(".").casefold()
    return [
        Proposal(place.start, place.cursor, place.typed, "not usable in filters", field.name)
        for field in place.known.fields
        if not reachable(field.name) and field.name.casefold().startswith(typed)
    ]


@lru_cache(maxsize=64)
def _literals(field: FieldFacts, null: bool) -> tuple[tuple[str, str, str], ...]:
    """Return the distinct literals of a field: case-folded, as written, and with details."""
    found: dict[str, str] = {}
    for one in field.values:
        if one.literal is not None and (one.value is not None or null):
            found.setdefault(one.literal, _times(one))
    return tuple((text.casefold(), text, detail) for text, detail in found.items())


def _times(known: KnownValue) -> str:
    times = f"{known.count:,}×"
    return f"{str(known.value).lower()} · {times}" if isinstance(known.value, bool) else times
