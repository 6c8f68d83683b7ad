"""Read the items of a JSON array one at a time, for arrays of any length."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

from vsexplorer.core.attributes import Json
from vsexplorer.core.errors import UsageError
from vsexplorer.transfer.streams import Stream

_CHUNK = 1 << 18
_NO_SPACE = re.compile(r"[^ \t\r\n]")
_LONGEST_DOCUMENT = 256 << 20
"""Maximum length of a document that is an object, in characters: it is read into memory as a whole."""


def array_items(stream: Stream, name: str, records: str, longest: int) -> Iterator[Json]:
    """Yield the items of a document that is an array, or of the array ``records`` in a document that is an object.

    An array is streamed, its items no longer than ``longest`` characters; an object is read whole.

    Raises:
        UsageError: the document is neither, is not valid JSON, or has no such array.
    """
    text = _Text(stream, name)
    if text.first() == "[":
        yield from _streamed(text, name, longest)
        return
    document = text.whole()
    if not isinstance(document, dict):
        raise UsageError(f"{name} contains neither an array nor an object.")
    arrays = [field for field, value in document.items() if isinstance(value, list)]
    if records not in arrays:
        raise UsageError(
            f"{name} is one JSON object: name the array that contains the rows.",
            f"Use --records with one of: {', '.join(arrays)}." if arrays else "It contains no array.",
        )
    items = document[records]
    assert isinstance(items, list)
    yield from items


def _streamed(text: _Text, name: str, longest: int) -> Iterator[Json]:
    decoder = json.JSONDecoder()
    text.place += 1
    expects_item = False
    while True:
        character = text.first()
        if character == "]" and not expects_item:
            return
        if character == "":
            raise UsageError(f"{name} is not valid JSON: the array does not end.")
        while True:
            try:
                value, end = decoder.raw_decode(text.buffer, text.place)
            except (ValueError, RecursionError) as error:
                # The end of the item may not have been read yet; a real error remains when more is read.
                if len(text.buffer) - text.place < longest and text.read_on():
                    continue
                if len(text.buffer) - text.place >= longest:
                    raise UsageError(
                        f"{name} contains an item of more than {longest >> 20} MiB.",
                        "Use --longest-row MIB to allow more.",
                    ) from error
                raise UsageError(f"{name} is not valid JSON: {error}") from error
            # A number at the end of the buffer may continue.
            if end < len(text.buffer) or not text.read_on():
                break
        text.place = end
        yield value
        character = text.first()
        if character == ",":
            text.place += 1
            expects_item = True
        elif character == "]":
            return
        else:
            raise UsageError(f"{name} is not valid JSON: a comma or ] is missing after an item.")


class _Text:
    """Decoded text with a read position, read in chunks; text before the position is dropped."""

    def __init__(self, stream: Stream, name: str) -> None:
        self._stream = stream
        self._name = name
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._ended = False
        self.buffer = ""
        self.place = 0

    def first(self) -> str:
        """Return the next character that is not a space; empty at the end."""
        while True:
            found = _NO_SPACE.search(self.buffer, self.place)
            if found is not None:
                self.place = found.start()
                return found[0]
            self.place = len(self.buffer)
            if not self.read_on():
                return ""

    def read_on(self) -> bool:
        """Read more; returns whether there was any."""
        if self._ended:
            return False
        chunk = self._stream.content.read(max(_CHUNK, len(self.buffer) - self.place))
        self._ended = not chunk
        try:
            more = self._decoder.decode(chunk, final=self._ended)
        except UnicodeDecodeError as error:
            raise UsageError(f"{self._name} is not UTF-8: {error}") from error
        self.buffer = self.buffer[self.place :] + more
        self.place = 0
        return not self._ended

    def whole(self) -> Json:
        """Read and return the whole document."""
        while self.read_on():
            if len(self.buffer) > _LONGEST_DOCUMENT:
                raise UsageError(
                    f"{self._name} is one JSON object of more than {_LONGEST_DOCUMENT >> 20} MiB.",
                    "Write its rows as JSON Lines or as an array, which can be streamed.",
                )
        try:
            document: Json = json.loads(self.buffer[self.place :])
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{self._name} is not valid JSON: {error}") from error
        return document
