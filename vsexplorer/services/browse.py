"""Browse all elements of a set in name order through a sliding window, with constant memory.

VRANGE lists forward only; ``vectorset/backward_pages.py`` finds the names before a given one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from vsexplorer.core.attributes import fields
from vsexplorer.core.columns import MISSING_RANK, sort_key
from vsexplorer.core.errors import CommandRefused
from vsexplorer.core.text import decode, plural
from vsexplorer.core.values import SetInfo
from vsexplorer.vectorset.backward_pages import names_before
from vsexplorer.vectorset.store import VectorSetStore

PAGE = 500
"""Names read at a time, which takes the server half a millisecond."""
WINDOW = 3_000
"""Maximum number of names kept; beyond that, the far end is dropped."""
SORTABLE = 20_000
"""Largest set that can be sorted by an attribute, for which all elements must be read."""
_SCREENFUL = 100
"""Number of names after a jump target that fill the screen without reading the names before it."""


class Browser:
    """A window on the names of a set. Without VRANGE it has a random sample, and ``ordered`` is false."""

    def __init__(self, store: VectorSetStore, info: SetInfo) -> None:
        self._store = store
        self._info = info
        self.names: list[bytes] = []
        """The names in the window, in order."""
        self.first: int | None = None
        """Number of names before the window, if known."""
        self.at_start = False
        self.at_end = False
        self.sorted_by: str | None = None
        """The field the names are sorted by; ``None`` for their own order."""

    @property
    def ordered(self) -> bool:
        """Whether the server can list all names in order; otherwise the names are a random sample."""
        return self._store.capabilities.vrange

    async def start(self) -> None:
        """Go to the first names, or take another sample."""
        if self.sorted_by is not None:
            return
        if not self.ordered:
            self.names = await self._store.sample_names(self._info.key, PAGE)
            self.first, self.at_start, self.at_end = None, True, True
            return
        self.names = await self._store.names_from(self._info.key, b"", PAGE)
        self.first, self.at_start, self.at_end = 0, True, len(self.names) < PAGE

    async def sort(self, field: str, descending: bool = False) -> None:
        """Load all names, sorted by the value of a field; elements without the field come last.

        Raises:
            CommandRefused: the set has too many elements to read them all.
        """
        if self._info.size > SORTABLE:
            raise CommandRefused(
                f"{plural(self._info.size, 'element')} are too many to sort by an attribute (limit: {SORTABLE:,}).",
                "Narrow the elements with a query or a filter, then sort the results with ].",
            )
        found: list[tuple[tuple[int, float, str], bytes]] = []
        async for page in self._store.names(self._info, PAGE):
            described = await self.attributes(page)
            found += [(sort_key(fields(raw).get(field)), name) for name, raw in zip(page, described, strict=True)]
        found.sort(key=lambda one: one[1])
        found.sort(key=lambda one: one[0], reverse=descending)
        lacking = [name for key, name in found if key[0] == MISSING_RANK]
        self.names = [name for key, name in found if key[0] != MISSING_RANK] + lacking
        self.first, self.at_start, self.at_end, self.sorted_by = 0, True, True, field

    async def end(self) -> None:
        """Go to the last names."""
        if self.ordered and self.sorted_by is None:
            self.names, self.at_start = await self._before(None)
            self.at_end = True
            self.first = 0 if self.at_start else None

    async def jump(self, name: bytes) -> int:
        """Go to the first name with a prefix and return its index in the window.

        If no name has the prefix, its usual capitalizations are tried; if none has those either, the index is that
        of the next name in order.
        """
        name = await self._as_spelled(name)
        if not self.ordered or self.sorted_by is not None:
            places = sorted(range(len(self.names)), key=lambda place: (self.names[place] < name, self.names[place]))
            return places[0] if places else 0
        if self.at_start and self.names and name <= self.names[-1]:
            return sum(1 for one in self.names if one < name)
        self.names = await self._store.names_from(self._info.key, name, PAGE)
        self.at_end = len(self.names) < PAGE
        self.at_start, self.first = False, None
        return 0 if len(self.names) >= _SCREENFUL else await self.extend_back()

    async def _as_spelled(self, name: bytes) -> bytes:
        """Return a prefix in the capitalization that some name begins with; unchanged if none does."""
        text = decode(name)
        spellings = [
            spelling.encode("utf-8", "surrogateescape")
            for spelling in dict.fromkeys((text, text.capitalize(), text.title(), text.upper(), text.lower()))
        ]
        if not self.ordered or self.sorted_by is not None:
            folded = name.lower()
            return next((one[: len(name)] for one in self.names if one.lower().startswith(folded)), name)
        for some in ([spellings[0]], spellings[1:]):
            found = await asyncio.gather(*(self._store.names_from(self._info.key, one, 1) for one in some))
            for spelling, names in zip(some, found, strict=True):
                if names and names[0].startswith(spelling):
                    return spelling
        return name

    def unsort(self) -> None:
        """Return to name order; call ``start`` or ``jump`` next."""
        self.sorted_by = None
        self.names = []

    async def extend_back(self) -> int:
        """Read the page before the window; return the number of names added."""
        if self.at_start or not self.ordered:
            return 0
        found, self.at_start = await self._before(self.names[0] if self.names else None)
        self.names[:0] = found
        if self.at_start:
            self.first = 0
        elif self.first is not None:
            self.first -= len(found)
        if len(self.names) > WINDOW:
            del self.names[WINDOW:]
            self.at_end = False
        return len(found)

    async def extend(self) -> int:
        """Read the page after the window; return the number of names dropped at its start."""
        if self.at_end or not self.ordered or not self.names:
            return 0
        found = await self._store.names_after(self._info.key, self.names[-1], PAGE)
        self.at_end = len(found) < PAGE
        self.names += found
        forgotten = max(0, len(self.names) - WINDOW)
        if forgotten:
            del self.names[:forgotten]
            self.at_start = False
            if self.first is not None:
                self.first += forgotten
        return forgotten

    async def attributes(self, names: Sequence[bytes]) -> list[bytes | None]:
        """The attributes of some elements, in one round trip."""
        return [attributes for attributes, _ in await self._store.described(self._info, names, vectors=False)]

    async def _before(self, name: bytes | None) -> tuple[list[bytes], bool]:
        return await names_before(self._store, self._info.key, name, PAGE)
