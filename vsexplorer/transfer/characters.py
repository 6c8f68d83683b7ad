"""The named Unicode characters as rows, from Python's ``unicodedata``."""

from __future__ import annotations

import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator

from vsexplorer.core.attributes import Json, to_stored
from vsexplorer.transfer.rows import Row

_CATEGORIES = {
    "Lu": "uppercase letter",
    "Ll": "lowercase letter",
    "Lt": "titlecase letter",
    "Lm": "modifier letter",
    "Lo": "other letter",
    "Mn": "nonspacing mark",
    "Mc": "spacing mark",
    "Me": "enclosing mark",
    "Nd": "decimal number",
    "Nl": "letter number",
    "No": "other number",
    "Pc": "connector punctuation",
    "Pd": "dash punctuation",
    "Ps": "open punctuation",
    "Pe": "close punctuation",
    "Pi": "initial quote",
    "Pf": "final quote",
    "Po": "other punctuation",
    "Sm": "math symbol",
    "Sc": "currency symbol",
    "Sk": "modifier symbol",
    "So": "other symbol",
    "Zs": "space",
    "Zl": "line separator",
    "Zp": "paragraph separator",
    "Cf": "format character",
}
# Some blocks of the Unicode standard (Blocks.txt): first and last code point. Python's database has none.
_BLOCKS = (
    (0x0000, 0x007F, "Basic Latin"),
    (0x0080, 0x00FF, "Latin-1 Supplement"),
    (0x0100, 0x017F, "Latin Extended-A"),
    (0x0180, 0x024F, "Latin Extended-B"),
    (0x0250, 0x02AF, "IPA Extensions"),
    (0x0300, 0x036F, "Combining Diacritical Marks"),
    (0x0370, 0x03FF, "Greek and Coptic"),
    (0x0400, 0x04FF, "Cyrillic"),
    (0x0530, 0x058F, "Armenian"),
    (0x0590, 0x05FF, "Hebrew"),
    (0x0600, 0x06FF, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x09FF, "Bengali"),
    (0x0B80, 0x0BFF, "Tamil"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0F00, 0x0FFF, "Tibetan"),
    (0x10A0, 0x10FF, "Georgian"),
    (0x1200, 0x137F, "Ethiopic"),
    (0x13A0, 0x13FF, "Cherokee"),
    (0x1680, 0x169F, "Ogham"),
    (0x16A0, 0x16FF, "Runic"),
    (0x1800, 0x18AF, "Mongolian"),
    (0x1E00, 0x1EFF, "Latin Extended Additional"),
    (0x1F00, 0x1FFF, "Greek Extended"),
    (0x2000, 0x206F, "General Punctuation"),
    (0x2070, 0x209F, "Superscripts and Subscripts"),
    (0x20A0, 0x20CF, "Currency Symbols"),
    (0x2100, 0x214F, "Letterlike Symbols"),
    (0x2150, 0x218F, "Number Forms"),
    (0x2190, 0x21FF, "Arrows"),
    (0x2200, 0x22FF, "Mathematical Operators"),
    (0x2300, 0x23FF, "Miscellaneous Technical"),
    (0x2400, 0x243F, "Control Pictures"),
    (0x2460, 0x24FF, "Enclosed Alphanumerics"),
    (0x2500, 0x257F, "Box Drawing"),
    (0x2580, 0x259F, "Block Elements"),
    (0x25A0, 0x25FF, "Geometric Shapes"),
    (0x2600, 0x26FF, "Miscellaneous Symbols"),
    (0x2700, 0x27BF, "Dingbats"),
    (0x2800, 0x28FF, "Braille Patterns"),
    (0x3040, 0x309F, "Hiragana"),
    (0x30A0, 0x30FF, "Katakana"),
    (0x12000, 0x123FF, "Cuneiform"),
    (0x13000, 0x1342F, "Egyptian Hieroglyphs"),
    (0x1D100, 0x1D1FF, "Musical Symbols"),
    (0x1D400, 0x1D7FF, "Mathematical Alphanumeric Symbols"),
    (0x1F000, 0x1F02F, "Mahjong Tiles"),
    (0x1F0A0, 0x1F0FF, "Playing Cards"),
    (0x1F300, 0x1F5FF, "Miscellaneous Symbols and Pictographs"),
    (0x1F600, 0x1F64F, "Emoticons"),
    (0x1F680, 0x1F6FF, "Transport and Map Symbols"),
    (0x1F700, 0x1F77F, "Alchemical Symbols"),
    (0x1F900, 0x1F9FF, "Supplemental Symbols and Pictographs"),
)
_ABOUT = 33_000
"""Approximate number of characters; counting them would take as long as reading them."""
_STARTS = [first for first, _, _ in _BLOCKS]


class Characters:
    """Every character with a name of its own; those named by their code point alone are left out."""

    words = "Unicode's character names"
    header = b""
    in_bytes = False
    plain = False

    def __init__(self) -> None:
        self.name = f"Unicode {unicodedata.unidata_version}"
        self.types: dict[str, str] = {}
        self.done = 0
        """Number of characters read so far."""
        self.size = _ABOUT

    @property
    def identity(self) -> str:
        """A string that identifies this source."""
        return self.name

    def check(self) -> None:
        """Do nothing: the characters are always available."""

    def __iter__(self) -> Iterator[Row]:
        """The characters in the order of their code points."""
        self.done = 0
        for code in range(sys.maxunicode + 1):
            name = unicodedata.name(chr(code), "")
            if name and not name.endswith(f"-{code:04X}") and not name.startswith("HANGUL SYLLABLE"):
                self.done += 1
                values = _described(code, name)
                yield Row(code, values, to_stored(values))


def _described(code: int, name: str) -> dict[str, Json]:
    character = chr(code)
    values: dict[str, Json] = {
        "name": name,
        "text": name.lower(),
        "character": character,
        "code": code,
        "category": _CATEGORIES.get(unicodedata.category(character), unicodedata.category(character)),
    }
    place = bisect_right(_STARTS, code) - 1
    if place >= 0 and code <= _BLOCKS[place][1]:
        values["block"] = _BLOCKS[place][2]
    number = unicodedata.numeric(character, None)
    if number is not None:
        values["numeric"] = int(number) if number.is_integer() else number
    return values
