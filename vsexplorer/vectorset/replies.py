"""Parse the RESP2 replies of the vector set commands.

RESP2 keeps the order of results; its flat lists are parsed only here. A malformed reply raises ``CommandRefused``:
the server may not be Redis, or a proxy may have changed the reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps

from vsexplorer.core.errors import CommandRefused, NotFound, VsexplorerError
from vsexplorer.core.values import Hit, Neighbour, SetInfo
from vsexplorer.server.connection import Reply

_MISSHAPEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


def parses[**P, T](command: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a function that parses a command's reply: a malformed reply raises ``CommandRefused``."""

    def decorate(read: Callable[P, T]) -> Callable[P, T]:
        @wraps(read)
        def reading(*arguments: P.args, **named: P.kwargs) -> T:
            try:
                return read(*arguments, **named)
            except _MISSHAPEN as error:
                raise CommandRefused(
                    f"The reply to {command} is malformed ({type(error).__name__}).",
                    "The server may not be Redis, or a proxy may have changed the reply.",
                ) from error

        return reading

    return decorate


@parses("a listing")
def names(reply: Reply) -> list[bytes]:
    """A list of names; nothing for a missing set."""
    if reply is None:
        return []
    if not isinstance(reply, list) or not all(isinstance(name, bytes) for name in reply):
        raise TypeError
    return reply


@parses("SCAN")
def scan(reply: Reply) -> tuple[int, list[bytes]]:
    """Return the next cursor and a page of keys."""
    cursor, page = reply
    return int(cursor), names(page)


@parses("VGETATTR")
def attributes(reply: Reply) -> bytes | None:
    """Attributes as stored; ``None`` for none."""
    if reply is None:
        return None
    if not isinstance(reply, bytes):
        raise TypeError
    return reply or None


@parses("VSIM")
def hits(reply: Sequence[bytes | None], with_attributes: bool) -> tuple[Hit, ...]:
    """Results of VSIM WITHSCORES, with or without WITHATTRIBS, in the server's order."""
    if with_attributes:
        return tuple(
            Hit(rank, element or b"", float(score or 0), attributes)
            for rank, (element, score, attributes) in enumerate(_groups(reply, 3), 1)
        )
    return tuple(
        Hit(rank, element or b"", float(score or 0), None)
        for rank, (element, score) in enumerate(_groups(reply, 2), 1)
    )


@parses("VINFO")
def set_info(key: bytes, reply: Sequence[Reply]) -> SetInfo:
    """VINFO's pairs."""
    pairs = {text(name): value for name, value in _groups(reply, 2)}
    dimension = int(pairs["vector-dim"])
    return SetInfo(
        key=key,
        size=int(pairs["size"]),
        dimension=dimension,
        input_dimension=int(pairs.get("projection-input-dim", 0)) or dimension,
        quantization=text(pairs["quant-type"]),
        links=int(pairs["hnsw-m"]),
        levels=int(pairs["max-level"]),
        with_attributes=int(pairs["attributes-count"]),
        uid=int(pairs["vset-uid"]),
        newest_node=int(pairs.get("hnsw-max-node-uid", 0)),
        parts=int(pairs.get("parts", 1)),
        metric=text(pairs.get("metric", b"")),
        algorithm=text(pairs.get("algorithm", b"")),
    )


def described(key: bytes, reply: Reply) -> SetInfo:
    """Return the description of a set from the reply to VINFO.

    Raises:
        NotFound: there is no such key.
        VsexplorerError: what the server refused.
    """
    if isinstance(reply, VsexplorerError):
        raise reply
    if reply is None:
        raise NotFound("There is no such key.")
    return set_info(key, reply)


@parses("VLINKS")
def links(reply: Sequence[Sequence[bytes]]) -> list[list[Neighbour]]:
    """Parse VLINKS WITHSCORES: the lowest level first, each with the most similar first."""
    levels = [[Neighbour(name, float(score)) for name, score in _groups(level, 2)] for level in reply]
    return [sorted(level, key=lambda one: -one.score) for level in reversed(levels)]


def raw(value: Reply) -> bytes:
    """Return a string of bytes; ``bytes()`` would make as many zeros as a number says.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(value, bytes):
        raise TypeError
    return value


def text(value: Reply) -> str:
    """Return a string of bytes as text.

    Raises:
        TypeError: it is something else.
        ValueError: it is not UTF-8.
    """
    return raw(value).decode()


def _groups[T](flat: Sequence[T], width: int) -> Iterator[tuple[T, ...]]:
    """A flat list as rows, without the copies slicing would make."""
    return zip(*[iter(flat)] * width, strict=True)
