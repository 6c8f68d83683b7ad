"""Read rows from JSON Lines, JSON, CSV and Parquet files. A row that cannot be read is reported, never dropped."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from vsexplorer.core.attributes import Json, parse, to_stored
from vsexplorer.core.errors import UsageError
from vsexplorer.transfer import csv_format, parquet
from vsexplorer.transfer.csv_format import CsvFormat
from vsexplorer.transfer.json_array import array_items
from vsexplorer.transfer.kinds import KINDS
from vsexplorer.transfer.rows import BadRow, Row
from vsexplorer.transfer.streams import STDIN, Stream, open_stream, plain_name

LONGEST_ROW = 8 << 20
"""Bytes of a row unless more are allowed; a longer one is rejected."""
_LONGEST_KEPT = 64 << 20
"""Maximum size, in bytes, of a rejected row that is kept."""
_LOOKED_AT = 1 << 16
"""Bytes from which a format is detected."""
_INFERRED_FROM = 1_000
"""Rows of a CSV file whose cells decide the types of its columns."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are read; empty values are detected."""

    kind: str = ""
    records: str = ""
    """The field that holds the rows in a JSON document that is an object."""
    encoding: str = ""
    separator: str = ""
    longest_row: int = LONGEST_ROW
    """Bytes, or characters, that a row may have."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Types of CSV columns that are not to be inferred: ``text``, ``number`` or ``boolean``."""


@dataclass(slots=True)
class RowFile:
    """A file of records; iterating reads it from the start, once for standard input.

    ``name`` is a path, or ``-`` for standard input.
    """

    name: str
    options: ReadOptions = field(default_factory=ReadOptions)
    words: str = ""
    """How it was read, in words, once reading has begun."""
    types: dict[str, str] = field(default_factory=dict)
    """The types of a CSV file's columns, once reading has begun."""
    header: bytes = b""
    """The line with the names of a CSV file's columns, once reading has begun."""
    in_bytes: bool = True
    _stream: Stream | None = None
    _ended: bool = False

    @classmethod
    def at(cls, path: Path, records: str = "") -> RowFile:
        """A file by its path.

        Raises:
            UsageError: there is no such file, or its format is unknown.
        """
        found = cls(str(path), ReadOptions(records=records))
        found.check()
        return found

    def check(self) -> None:
        """Check that the file exists and its format is known.

        Raises:
            UsageError: the file is missing, or its format is unknown.
        """
        if self.name == STDIN:
            return
        if not Path(self.name).is_file():
            raise UsageError(f"There is no file {self.name}.")
        if not self.options.kind and plain_name(self.name).suffix.lower() not in KINDS:
            raise UsageError(
                f"Cannot tell the format of {self.name} from its name.",
                f"Known: {', '.join(KINDS)}, also with .gz or .zst; for other names, use --format.",
            )

    @property
    def identity(self) -> str:
        """A string that identifies this file."""
        return self.name if self.name == STDIN else str(Path(self.name).resolve())

    @property
    def plain(self) -> bool:
        """Whether it is an uncompressed file of lines."""
        suffixes = [suffix.lower() for suffix in Path(self.name).suffixes]
        return (
            bool(suffixes)
            and self.options.kind in ("", "jsonl", "csv")
            and KINDS.get(suffixes[-1]) in ("jsonl", "csv")
        )

    @property
    def size(self) -> int:
        """Size on disk, in bytes; 0 if unknown."""
        return 0 if self.name == STDIN else Path(self.name).stat().st_size

    @property
    def done(self) -> int:
        """Number of bytes read so far."""
        if self._ended:
            return self.size
        return self._stream.done if self._stream is not None else 0

    def __iter__(self) -> Iterator[Row | BadRow]:
        """The records in the file's order.

        Raises:
            UsageError: the file as a whole cannot be read.
        """
        with ExitStack() as stack:
            stream = stack.enter_context(open_stream(self.name))
            self._stream, self._ended = stream, False
            stack.callback(self._left)
            kind = self.options.kind or KINDS.get(plain_name(self.name).suffix.lower()) or _guess(stream)
            yield from READERS[kind](self, stream)

    def _left(self) -> None:
        self._stream, self._ended = None, True


def _guess(stream: Stream) -> str:
    """Guess the format of standard input."""
    start = stream.peek(_LOOKED_AT).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"["):
        return "json"
    return "jsonl" if start.startswith(b"{") else "csv"


def _json_lines(file: RowFile, stream: Stream) -> Iterator[Row | BadRow]:
    file.words = "JSON Lines"
    place, longest = 0, file.options.longest_row
    while line := stream.content.readline(longest + 1):
        place += 1
        if len(line) > longest and not line.endswith(b"\n"):
            yield BadRow(place, f"longer than {longest >> 20} MiB", _rest_of_line(line, stream))
            continue
        line = line.removeprefix(b"\xef\xbb\xbf").strip() if place == 1 else line.strip()
        if line:
            yield _json_row(place, line)


def _json_row(place: int, line: bytes) -> Row | BadRow:
    # Numbers are checked to be finite when they are packed or stored.
    valid, value = parse(line, finite=False)
    if not valid:
        return BadRow(place, _why_not_json(line), line)
    if not isinstance(value, dict):
        return BadRow(place, "not a JSON object", line)
    return Row(place, value, line)


def _why_not_json(line: bytes) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8 at byte {error.start + 1}"
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return f"not valid JSON at character {error.pos + 1}: {error.msg}"
    except (ValueError, RecursionError):
        return "not valid JSON"
    return "not valid JSON: NaN and infinite numbers are not allowed"


def _rest_of_line(line: bytes, stream: Stream) -> bytes:
    """Return the whole of a line that is too long to load; empty if it is also too long to keep."""
    parts, size = [line], len(line)
    while not line.endswith(b"\n") and (line := stream.content.readline(1 << 20)):
        size += len(line)
        if size <= _LONGEST_KEPT:
            parts.append(line)
    return b"".join(parts).strip() if size <= _LONGEST_KEPT else b""


def _json_document(file: RowFile, stream: Stream) -> Iterator[Row | BadRow]:
    file.words = "JSON"
    for place, value in enumerate(
        array_items(stream, file.name, file.options.records, file.options.longest_row), 1
    ):
        if isinstance(value, dict):
            yield Row(place, value, _stored(value))
        else:
            yield BadRow(place, "not a JSON object", json.dumps(value).encode())


def _stored(values: dict[str, Json]) -> bytes:
    try:
        return to_stored(values)
    except (ValueError, RecursionError):
        return json.dumps(values).encode()


def _csv(file: RowFile, stream: Stream) -> Iterator[Row | BadRow]:
    suffix = plain_name(file.name).suffix.lower()
    separator = file.options.separator or ("\t" if suffix in (".tsv", ".tab") else "")
    found = csv_format.detect(stream.peek(_LOOKED_AT), file.options.encoding, separator)
    file.words = found.words
    text = io.TextIOWrapper(stream.content, found.encoding, errors="surrogateescape", newline="")
    try:
        yield from _csv_rows(file, found, text)
    finally:
        # The stream is closed by who opened it.
        text.detach()


def _csv_rows(file: RowFile, found: CsvFormat, text: io.TextIOWrapper) -> Iterator[Row | BadRow]:
    lines = _csv_lines(text, found, file.options.longest_row)
    header = next(lines, None)
    if header is None or isinstance(header[1], str):
        if header is not None:
            raise UsageError(f"{file.name} is not CSV: {header[1]}.")
        return
    file.header = _csv_line(header[1])
    names = [name or f"column_{number}" for number, name in enumerate(header[1], 1)]
    if names != header[1]:
        file.words += ", unnamed columns called column_N"
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"{file.name} has two columns named {double!r}.")
    first = list(islice(lines, _INFERRED_FROM))
    if set(names) >= csv_format.EXPORTED:
        # Exported names and attributes are texts, whatever they look like.
        file.types = dict.fromkeys(names, "text")
    else:
        file.types = csv_format.infer(names, [cells for _, cells in first if not isinstance(cells, str)])
    for name, kind in file.options.types.items():
        if name not in file.types:
            raise UsageError(f"{file.name} has no column {name!r}.", f"Its columns are: {', '.join(names)}.")
        file.types[name] = kind
    for place, cells in chain(first, lines):
        yield _csv_row(place, cells, names, file.types)


def _csv_lines(text: io.TextIOWrapper, found: CsvFormat, longest: int) -> Iterator[tuple[int, list[str] | str]]:
    """Yield line numbers, with cells or with an error message."""
    csv.field_size_limit(longest)
    reader = csv.reader(_bounded(text, longest), delimiter=found.separator)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, str(error)
            continue
        except UnicodeError as error:
            raise UsageError(f"The file is not {found.encoding}: {error}.", "Use --encoding.") from error
        if cells:
            yield reader.line_num, cells


def _bounded(text: io.TextIOWrapper, longest: int) -> Iterator[str]:
    """Yield the lines of a text; overlong ones are truncated, but still long enough to be rejected."""
    # One character for an opening quote, and one to exceed the limit of a cell.
    while line := text.readline(longest + 2):
        yield line
        while len(line) > longest and not line.endswith("\n"):
            line = text.readline(longest + 2)


def _csv_row(place: int, cells: list[str] | str, names: list[str], types: dict[str, str]) -> Row | BadRow:
    if isinstance(cells, str):
        return BadRow(place, f"not CSV: {cells}")
    raw = _csv_line(cells)
    if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        return BadRow(place, "contains bytes that are not valid in the file's encoding", raw)
    if len(cells) != len(names):
        return BadRow(place, f"{len(cells)} fields where the header has {len(names)}", raw)
    texts = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
    return Row(place, {name: csv_format.typed(cell, types[name]) for name, cell in texts.items()}, raw, texts)


def _csv_line(cells: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue().encode("utf-8", "surrogateescape")


def _parquet(file: RowFile, stream: Stream) -> Iterator[Row | BadRow]:
    file.words = "Parquet, NaN read as missing"
    for place, values in enumerate(parquet.rows(stream, file.name), 1):
        yield Row(place, values, _stored(values))


READERS: dict[str, Callable[[RowFile, Stream], Iterator[Row | BadRow]]] = {
    "jsonl": _json_lines,
    "json": _json_document,
    "csv": _csv,
    "parquet": _parquet,
}
