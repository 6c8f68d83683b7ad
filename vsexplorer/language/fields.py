"""Extract a field from an element's attributes as the server does: from the raw bytes, up to that field.

The rules are those of Redis' ``modules/vector-sets/fastjson.c``: only top-level fields are found; objects, and
arrays that contain one, cannot be read; invalid JSON after the field is not noticed; ``\\u`` escapes are not
decoded.
"""

from __future__ import annotations

from vsexplorer.language.numbers import to_double
from vsexplorer.language.tokens import Value

_SPACES = b" \t\n\v\f\r"
_NUMBER = b"0123456789-+.eE"
_ESCAPES = {ord("n"): b"\n", ord("r"): b"\r", ord("t"): b"\t"}
_LITERALS: tuple[tuple[bytes, Value], ...] = ((b"true", 1.0), (b"false", 0.0), (b"null", None))
_AFTER_LITERAL = (b"", *(bytes([byte]) for byte in b",]}" + _SPACES))
_LONGEST_NUMBER = 255
_DEEPEST = 1000
"""Maximum depth of nested arrays; the server is limited only by its stack."""


class Unreadable(Exception):
    """The field is missing, or the server cannot read it."""


def field(attributes: bytes, name: bytes) -> Value:
    """Return the value of a field.

    Raises:
        Unreadable: the field is missing or cannot be read, which makes the whole expression false.
    """
    if not name:
        raise Unreadable
    try:
        place = _seek(attributes, name)
        return _value(attributes, place, 0)[0]
    except IndexError:
        raise Unreadable from None


def _skip(raw: bytes, place: int) -> int:
    while raw[place] in _SPACES:
        place += 1
    return place


def _seek(raw: bytes, name: bytes) -> int:
    place = _skip(raw, 0)
    if raw[place] != ord("{"):
        raise Unreadable
    place += 1
    while True:
        place = _skip(raw, place)
        if raw[place] != ord('"'):
            raise Unreadable
        end = _skip_string(raw, place)
        key = raw[place + 1 : end - 1]
        place = _skip(raw, end)
        if raw[place] != ord(":"):
            raise Unreadable
        place = _skip(raw, place + 1)
        if key == name:
            return place
        place = _skip(raw, _skip_value(raw, place))
        if raw[place] != ord(","):
            raise Unreadable
        place += 1


def _skip_string(raw: bytes, place: int) -> int:
    place += 1
    while raw[place] != ord('"'):
        place += 2 if raw[place] == ord("\\") else 1
    return place + 1


def _skip_value(raw: bytes, place: int) -> int:
    opener = raw[place]
    if opener == ord('"'):
        return _skip_string(raw, place)
    if opener in b"{[":
        return _skip_brackets(raw, place, opener, ord("}") if opener == ord("{") else ord("]"))
    for literal, _ in _LITERALS:
        if opener == literal[0]:
            if not raw.startswith(literal, place):
                raise Unreadable
            return place + len(literal)
    end = place
    while raw[end] in _NUMBER:
        end += 1
    if end == place:
        raise Unreadable
    return end


def _skip_brackets(raw: bytes, place: int, opener: int, closer: int) -> int:
    depth = 1
    place += 1
    while depth:
        byte = raw[place]
        if byte == ord('"'):
            place = _skip_string(raw, place)
            continue
        depth += (byte == opener) - (byte == closer)
        place += 1
    return place


def _value(raw: bytes, place: int, depth: int) -> tuple[Value, int]:
    """Return the value at a position, and the position after it."""
    place = _skip(raw, place)
    first = raw[place]
    if first == ord('"'):
        end = _skip_string(raw, place)
        return _unescape(raw[place + 1 : end - 1]), end
    if first == ord("["):
        return _array(raw, place + 1, depth + 1)
    for literal, value in _LITERALS:
        if first == literal[0]:
            end = place + len(literal)
            if raw[place:end] != literal or raw[end : end + 1] not in _AFTER_LITERAL:
                raise Unreadable
            return value, end
    if first in b"0123456789-+":
        return _number(raw, place)
    raise Unreadable


def _number(raw: bytes, place: int) -> tuple[float, int]:
    end = place
    while end < len(raw) and end - place < _LONGEST_NUMBER and raw[end] in _NUMBER:
        end += 1
    value = to_double(raw[place:end])
    if value is None:
        raise Unreadable
    return value, end


def _array(raw: bytes, place: int, depth: int) -> tuple[Value, int]:
    if depth > _DEEPEST:
        raise Unreadable
    items: list[Value] = []
    place = _skip(raw, place)
    if raw[place] == ord("]"):
        return (), place + 1
    while True:
        item, place = _value(raw, place, depth)
        items.append(item)
        place = _skip(raw, place)
        if raw[place] == ord("]"):
            return tuple(items), place + 1
        if raw[place] != ord(","):
            raise Unreadable
        place += 1


def _unescape(raw: bytes) -> bytes:
    if b"\\" not in raw:
        return raw
    found = bytearray()
    place = 0
    while place < len(raw):
        if raw[place] == ord("\\") and place + 1 < len(raw):
            place += 1
            found += _ESCAPES.get(raw[place], raw[place : place + 1])
        else:
            found.append(raw[place])
        place += 1
    return bytes(found)
