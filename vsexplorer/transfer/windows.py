"""Read rows in windows: read ahead in a thread, mapped, and checked for repeated ids."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from vsexplorer.core.errors import UsageError
from vsexplorer.core.text import plural
from vsexplorer.transfer.checkpoint import Checkpoint, State, seen_id
from vsexplorer.transfer.mapping import SAMPLE, Item, Mapping, RowMapper, settle
from vsexplorer.transfer.rows import BadRow, Row, RowSource
from vsexplorer.transfer.streams import STDIN

_ROWS, _BYTES = 1_024, 16 << 20
"""Maximum size of a window: enough texts to sort by length, few enough to keep several windows in memory."""


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows there are: counted, or estimated from the size of the first ones.

    An estimate has no interval: the other rows may be longer or shorter than the first, which nothing tells.
    """

    number: int
    first: int = 0
    """Number of rows whose size the estimate rests on; 0 if the rows were counted."""

    @property
    def words(self) -> str:
        """Such as ``406 rows`` or ``about 2,000 rows, judging by the first 1,024``."""
        if not self.first:
            return plural(self.number, "row")
        return f"about {self.number:,} rows, judging by the first {self.first:,}"


@dataclass(slots=True)
class Window:
    """A batch of consecutive rows."""

    items: list[Item] = field(default_factory=list)
    bad: list[tuple[RowSource, BadRow]] = field(default_factory=list)
    filtered: int = 0
    rows: int = 0
    """Rows up to the end of this window, in all files."""
    digest: str = ""
    seen: dict[int, str] = field(default_factory=dict)
    last: bool = False
    _files: list[tuple[int, RowSource]] = field(default_factory=list)
    """The files its rows are from, with the number of their first row in it."""

    def note(self, number: int, file: RowSource) -> None:
        """Record the file that a row is from."""
        if not self._files or self._files[-1][1] is not file:
            self._files.append((number, file))

    def file_of(self, item: Item) -> RowSource:
        """The file an item is from."""
        return next(file for number, file in reversed(self._files) if number <= item.number)


class WindowReader:
    """Reads files window by window. All methods block; they are called from one thread at a time."""

    def __init__(self, files: Sequence[RowSource], limit: int | None) -> None:
        self._files = files
        self._limit = limit
        self._begin()
        self._mapper: RowMapper | None = None
        self._checkpoint: Checkpoint | None = None
        self._pending: list[dict[int, str]] = []
        self.fields: tuple[str, ...] = ()
        """The fields of the first rows, in order of first occurrence."""
        self.dimension = 0
        """Dimension of the vectors in the rows; 0 until one was read."""

    def _begin(self) -> None:
        self._rows: Iterator[tuple[RowSource, Row | BadRow]] = ((file, row) for file in self._files for row in file)
        self._number = 0
        self._raw = 0
        """Bytes of the rows with their line ends."""
        self.ended = False
        self._digest = hashlib.blake2b(digest_size=16)

    def sample(self) -> list[Row]:
        """Return the first rows that can be read; they will be read again later.

        Raises:
            UsageError: a file cannot be read.
        """
        first = list(islice(self._rows, SAMPLE))
        self._rows = chain(first, self._rows)
        return [row for _, row in first if isinstance(row, Row)]

    def map(self, wanted: Mapping) -> Mapping:
        """Determine how rows are mapped.

        Raises:
            UsageError: a named field is in none of the first rows, or the filter is not valid.
        """
        sample = self.sample()
        self.fields = tuple(dict.fromkeys(name for row in sample for name in row.values))
        mapping = settle(wanted, sample, self._files[0].name, self._files[0].types)
        self._mapper = RowMapper(mapping)
        return mapping

    def resume(self, state: State, checkpoint: Checkpoint | None) -> bool:
        """Skip the rows that a checkpoint has committed; return false if the files have changed.

        Raises:
            UsageError: standard input has changed, and cannot be read again.
        """
        self._checkpoint = checkpoint
        while self._number < state.rows:
            if self._next() is None:
                break
        if self._number == state.rows and (not state.rows or self._digest.hexdigest() == state.digest):
            return True
        if any(file.name == STDIN for file in self._files):
            raise UsageError(
                "Standard input has changed since the load was interrupted.", "Use --restart to start over."
            )
        self._begin()
        return False

    def _next(self) -> tuple[RowSource, Row | BadRow] | None:
        if self._limit is not None and self._number >= self._limit:
            return None
        found = next(self._rows, None)
        if found is not None:
            self._number += 1
            row = found[1]
            self._raw += len(row.raw) + 1
            self._digest.update(row.raw if isinstance(row, Row) else f"{row.reason}\0".encode() + row.raw)
            self._digest.update(b"\n")
        return found

    def window(self, rows: int = _ROWS) -> Window:
        """Read the next window; ``last`` is set once the files have ended.

        Raises:
            UsageError: a file cannot be read further.
        """
        assert self._mapper is not None
        window = Window()
        size = 0
        while len(window.items) + len(window.bad) < rows and size < _BYTES:
            found = self._next()
            if found is None:
                window.last = self.ended = True
                break
            file, row = found
            window.note(self._number - 1, file)
            size += len(row.raw)
            item = row if isinstance(row, BadRow) else self._mapper.item(self._number - 1, row)
            if isinstance(item, Item):
                item = self._checked(item, file, window)
            if item is None:
                window.filtered += 1
            elif isinstance(item, BadRow):
                window.bad.append((file, item))
            else:
                window.items.append(item)
        window.rows, window.digest = self._number, self._digest.hexdigest()
        self._pending.append(window.seen)
        return window

    def _checked(self, item: Item, file: RowSource, window: Window) -> Item | BadRow:
        if item.vector is not None:
            length = len(item.vector) // 4
            self.dimension = self.dimension or length
            if length != self.dimension:
                reason = f"a vector of {length} dimensions instead of {self.dimension}"
                return BadRow(item.row.place, reason, item.row.raw)
        id = seen_id(item.name)
        before = window.seen.get(id) or next((seen[id] for seen in self._pending if id in seen), None)
        if before is None and self._checkpoint is not None:
            before = self._checkpoint.seen(id)
        if before is not None:
            return BadRow(item.row.place, f"the same id as {before}", item.row.raw)
        window.seen[id] = f"{file.name}:{item.row.place}"
        return item

    def committed(self, window: Window) -> None:
        """Drop the ids of a committed window, which are now in the checkpoint."""
        if self._checkpoint is not None:
            self._pending.remove(window.seen)

    @property
    def bytes_done(self) -> int:
        """Bytes of files that have been read."""
        return sum(file.done for file in self._files if file.in_bytes)

    @property
    def expected(self) -> RowCount | None:
        """Rows in all: counted, or estimated from the bytes of those read; ``None`` where sizes are unknown."""
        if self.ended:
            return RowCount(self._number)
        total, done = sum(file.size for file in self._files), sum(file.done for file in self._files)
        if not done or not self._number or not all(file.size for file in self._files):
            return RowCount(self._limit) if self._limit is not None else None
        # Bytes read ahead are not yet among the rows: the rows' own bytes count where they are those of the file.
        plain = all(file.in_bytes and file.plain for file in self._files)
        read = min(done, self._raw) if plain and self._raw else done
        rows = max(self._number, round(total * self._number / read))
        return RowCount(rows if self._limit is None else min(rows, self._limit), self._number)
