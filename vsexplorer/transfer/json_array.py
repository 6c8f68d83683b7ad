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
_LONGEST_TEXT = 32 << 20
"""Characters that a text outside the rows may have."""


def array_items(stream: Stream, name: str, records: str, longest: int) -> Iterator[Json]:
    """Yield the items of a document that is an array, or of the array ``records`` in a document that is an object.

    Both are streamed, with items no longer than ``longest`` characters.

    Raises:
        UsageError: the document is neither, is not valid JSON, or has no such array.
    """
    text = _Text(stream, name)
    if text.first() == "[":
        yield from _streamed(text, name, longest)
        return
    if text.first() != "{":
        raise UsageError(f"{name} contains neither an array nor an object.")
    yield from _items_of_object(_Bytes(text, name, longest), name, records)


def _items_of_object(document: _Bytes, name: str, records: str) -> Iterator[Json]:
    """Yield the items of an array in an object; nothing but the current item is kept."""
    import ijson

    arrays: list[str] = []
    found = False
    try:
        events = ijson.parse(document, use_float=True)
        for place, event, _ in events:
            document.token_read()
            if event != "start_array" or not place or place.count(".") != records.count("."):
                continue
            arrays.append(place)
            if place == records:
                found = True
                document.rows_begin()
                for item in _items(events, f"{place}.item"):
                    document.token_read()
                    yield item
                document.rows_end()
    except ijson.JSONError as error:
        raise UsageError(f"{name} is not valid JSON: {str(error).splitlines()[0]}") from error
    if not found:
        raise UsageError(
            f"{name} is one JSON object: name the array that contains the rows.",
            f"Use --records with one of: {', '.join(arrays)}." if arrays else "It contains no array.",
        )


def _items(events: Iterator[tuple[str, str, Json]], prefix: str) -> Iterator[Json]:
    """Build the items of the array that has begun, up to its end."""
    import ijson

    builder = None
    for place, event, value in events:
        if builder is None:
            if not place.startswith(prefix):
                return
            builder = ijson.ObjectBuilder()
        builder.event(event, value)
        if place == prefix and event not in ("start_map", "map_key", "start_array"):
            yield builder.value
            builder = None


class _Bytes:
    """The document as a file of bytes that refuses to read more than is allowed for one row or one text."""

    def __init__(self, text: _Text, name: str, longest: int) -> None:
        self._text = text
        self._name = name
        self._longest = longest
        self._limit = _LONGEST_TEXT
        self._since = 0

    def rows_begin(self) -> None:
        """Allow the size of a row from now on."""
        self._limit = self._longest + 2 * _CHUNK

    def rows_end(self) -> None:
        """Allow the size of any text from now on."""
        self._limit = _LONGEST_TEXT

    def token_read(self) -> None:
        """Count anew: a row, or a part of what comes before the rows, has been read."""
        self._since = 0

    def read(self, number: int) -> bytes:
        """Read at most ``number`` characters, in UTF-8.

        Raises:
            UsageError: a row or a text is too long.
        """
        if self._since > self._limit:
            raise UsageError(
                f"{self._name} contains a row or a text of more than {self._limit >> 20} MiB.",
                "Use --longest-row MIB to allow longer rows.",
            )
        chunk = self._text.take(number)
        self._since += len(chunk)
        return chunk.encode("utf-8", "surrogatepass")


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

    def take(self, number: int) -> str:
        """Return the next characters, at most ``number``; empty at the end."""
        if self.place >= len(self.buffer) and not self.read_on() and self.place >= len(self.buffer):
            return ""
        found = self.buffer[self.place : self.place + number]
        self.place += len(found)
        return found
