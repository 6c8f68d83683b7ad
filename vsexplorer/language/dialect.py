"""Differences between the filter languages of servers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """The filter language of one server."""

    null: bool = True
    """``null`` is a literal (Redis 8.2 and newer); older servers ignore it."""
    substring: bool = True
    """``in`` between two strings tests for a substring (Redis 8.2 and newer); on older servers it is false."""
    engine: bool = False
    """The language of the query engine instead, for its indexes."""


NEWEST = Dialect()
OLDEST = Dialect(null=False, substring=False)
ENGINE = Dialect(engine=True)


def for_version(version: str) -> Dialect:
    """The dialect of a Redis version such as ``8.0`` or ``8.10.2``.

    Raises:
        ValueError: the text is not a version.
    """
    numbers = tuple(int(part) for part in version.split(".")[:2])
    return NEWEST if numbers >= (8, 2) else OLDEST
