"""Detect the format of a CSV file: encoding, separator and column types."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vsexplorer.core.attributes import Json
from vsexplorer.core.errors import UsageError

_NUMBER = re.compile(r"-?(?:(?:0|[1-9]\d{0,17})(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
TYPES = ("text", "number", "boolean")
_BOOLEANS = {"true": True, "false": False}
_SEPARATORS = ",;\t|"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LEGACY = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "cp874"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)
"""Encodings considered for files that are not Unicode."""
EXPORTED = frozenset(["element", "element_base64", "attributes", "attributes_base64"])
"""Columns that files written by ``vsexplorer export`` have."""


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """Encoding and separator."""

    encoding: str
    separator: str

    @property
    def words(self) -> str:
        """The format as text: ``CSV, separated by commas, utf-8``."""
        names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
        return f"CSV, separated by {names.get(self.separator, self.separator)}, {self.encoding}"


def detect(start: bytes, encoding: str = "", separator: str = "") -> CsvFormat:
    """Detect the format from a file's first bytes; a given encoding or separator is used as it is.

    The encoding is that of the byte order mark, else UTF-8 if the bytes are valid in it, else the likeliest by
    the letters and words of its script.

    Raises:
        UsageError: there is no encoding of that name.
    """
    encoding = encoding or _encoding(start)
    try:
        text = start.decode(encoding, "replace")
    except LookupError as error:
        raise UsageError(f"There is no encoding {encoding!r}.") from error
    return CsvFormat(encoding, separator or _separator(text))


def _encoding(start: bytes) -> str:
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError as error:
        # A few invalid bytes in mostly valid UTF-8 mean a bad row, not another encoding.
        rest = start[error.start :].decode("utf-8", "replace").count("\ufffd")
        beyond_ascii = sum(byte >= 0x80 for byte in start)
        return "utf-8" if rest * 20 < beyond_ascii else _legacy_encoding(start)
    return "utf-8"


def _legacy_encoding(start: bytes) -> str:
    """Return the likeliest encoding of one script; Windows-1252, the most widespread, among equals."""
    from charset_normalizer import from_bytes

    scores: dict[str, float] = {}
    for match in from_bytes(start, cp_isolation=list(_LEGACY)):
        for name in match.could_be_from_charset:
            if name in _LEGACY:
                scores[name] = max(scores.get(name, -1.0), match.coherence - match.chaos)
    return max(scores, key=lambda name: (scores[name], name == "cp1252"), default="cp1252")


def _separator(text: str) -> str:
    """The separator that divides the first lines into the same number of columns, the most of them."""
    best, most = ",", 1
    for separator in _SEPARATORS:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))[:50]
        whole = lines[:-1] if len(lines) > 1 else lines
        widths = {len(line) for line in whole if line}
        if len(widths) == 1 and max(widths) > most:
            best, most = separator, max(widths)
    if most > 1:
        return best
    header = text.partition("\n")[0]
    counted = max(_SEPARATORS, key=header.count)
    return counted if header.count(counted) else ","


def infer(header: Sequence[str], sample: Iterable[Sequence[str]]) -> dict[str, str]:
    """Infer the type of each column: ``number`` or ``boolean`` if all its cells are one, else ``text``."""
    columns: dict[str, set[str]] = {name: set() for name in header}
    for cells in sample:
        for name, cell in zip(header, cells, strict=False):
            if cell:
                columns[name].add(_kind(cell))
    return {name: kinds.pop() if len(kinds) == 1 else "text" for name, kinds in columns.items()}


def typed(cell: str, kind: str) -> Json:
    """Convert a cell to its column's type; a value that does not fit stays a text."""
    if kind == "number" and _NUMBER.fullmatch(cell):
        return float(cell) if set(cell) & set(".eE") else int(cell)
    if kind == "boolean" and cell.casefold() in _BOOLEANS:
        return _BOOLEANS[cell.casefold()]
    return cell


def _kind(cell: str) -> str:
    if _NUMBER.fullmatch(cell):
        return "number"
    return "boolean" if cell.casefold() in _BOOLEANS else "text"
