"""What readers return: rows, and places where no row could be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from vsexplorer.core.attributes import Json


@dataclass(frozen=True, slots=True)
class Row:
    """One record, with its line number or position."""

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
    """The types of columns, if they were inferred."""
    header: bytes
    """The first line of a file of its kind."""

    in_bytes: bool
    """Whether ``size`` and ``done`` are bytes."""

    @property
    def plain(self) -> bool:
        """Whether the rows' own bytes are those of the file."""

    @property
    def identity(self) -> str:
        """A string that identifies this source."""

    @property
    def size(self) -> int:
        """Total size, in any unit; 0 if unknown."""

    @property
    def done(self) -> int:
        """How much of it has been read."""

    def check(self) -> None:
        """Check that the source can be read.

        Raises:
            UsageError: the source cannot be read.
        """

    def __iter__(self) -> Iterator[AnyRow]:
        """The rows in order, from the start."""
