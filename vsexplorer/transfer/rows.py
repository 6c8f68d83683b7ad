"""What readers hand on: rows, and places where none could be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from vsexplorer.core.attributes import Json


@dataclass(frozen=True, slots=True)
class Row:
    """One record, with the line or position it stands at."""

    place: int
    values: dict[str, Json]
    raw: bytes = b""
    """The record as it can be written to a file of its kind, without the line's end."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Values as the file writes them, where their types were inferred."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A place in the file where no record could be read or loaded, and why."""

    place: int
    reason: str
    raw: bytes = b""


type AnyRow = Row | BadRow


class RowSource(Protocol):
    """Where rows come from: a file, or something that can be counted like one."""

    name: str
    words: str
    """How it is read, in words, once reading has begun."""
    types: dict[str, str]
    """The types of columns, where they were inferred."""
    header: bytes
    """What stands at the top of a file of its kind."""

    in_bytes: bool
    """Whether ``size`` and ``done`` are bytes."""

    @property
    def plain(self) -> bool:
        """Whether the rows' own bytes are those of the file."""

    @property
    def identity(self) -> str:
        """What tells this source from others."""

    @property
    def size(self) -> int:
        """Of the whole, in any unit; 0 where that is unknown."""

    @property
    def done(self) -> int:
        """What of it has been read."""

    def check(self) -> None:
        """Make sure that it can be read.

        Raises:
            UsageError: it cannot.
        """

    def __iter__(self) -> Iterator[AnyRow]:
        """The rows in order, from the start."""
