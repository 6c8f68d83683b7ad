"""Check the graph: elements that a search for themselves does not find, without links, or nearly equal ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vsexplorer.core.errors import NotFound
from vsexplorer.core.values import SearchOptions, SetInfo
from vsexplorer.insight.health.findings import EXAMPLES, Finding, Severity
from vsexplorer.vectorset.store import VectorSetStore

_NEAREST = 10
_SAME = 0.9999
"""Similarity from which an element found in place of another counts as equal to it."""
_NEAR = 0.9995
"""Similarity from which two elements count as nearly equal: a cosine of 0.999."""
_MANY_LOST = 0.01
_UPPER = 0.25
"""Share of the elements that the server puts on a level above the lowest (``hnsw.c``)."""
_DEVIATIONS = 4.0


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen of one element."""

    element: bytes
    found: bool
    linked: bool
    returned: bool
    near: bytes | None
    levels: int


class GraphChecks:
    """Searches for elements and reads their links.

    Args:
        store: The vector sets.
        info: The set.
    """

    def __init__(self, store: VectorSetStore, info: SetInfo) -> None:
        self._store = store
        self._info = info
        self._looks: list[_Look] = []

    async def add(self, elements: Sequence[bytes]) -> None:
        """Look at some elements.

        Raises:
            VsexplorerError: the server or the connection failed; an element that is gone is left out.
        """
        for element in elements:
            try:
                levels = await self._store.neighbours(self._info.key, element)
            except NotFound:
                # It was deleted meanwhile.
                continue
            ranking = await self._store.ranking(self._info, "", SearchOptions(_NEAREST), element, None)
            names = [name for name, _ in ranking]
            lowest = levels[0] if levels else []
            near = next((one.element for one in lowest if one.score >= _NEAR), None)
            self._looks.append(
                _Look(
                    element,
                    element in names or (len(ranking) > 0 and ranking[-1][1] >= _SAME),
                    bool(lowest) or self._info.size == 1,
                    await self._returned(element, [one.element for one in lowest]),
                    near,
                    len(levels),
                )
            )

    def findings(self) -> list[Finding]:
        """Return what was found."""
        return [*self._lost(), *self._unlinked(), *self._near(), *self._levels()]

    async def _returned(self, element: bytes, linked: Sequence[bytes]) -> bool:
        """Whether one of the elements that are linked from this one links back to it."""
        for other in linked:
            try:
                levels = await self._store.neighbours(self._info.key, other)
            except NotFound:
                continue
            if any(one.element == element for one in levels[0]):
                return True
        return not linked

    def _lost(self) -> list[Finding]:
        lost = [one.element for one in self._looks if not one.found]
        if not lost:
            return []
        many = len(lost) > _MANY_LOST * len(self._looks)
        return [
            Finding(
                "not found by a search for themselves",
                Severity.SERIOUS if many else Severity.WARNING,
                "A search for the element itself does not find it among the first ten.",
                "Search exactly (TRUTH), raise EF, or build the set again with a larger M and EF.",
                len(lost),
                len(self._looks),
                tuple(lost[:EXAMPLES]),
            )
        ]

    def _unlinked(self) -> list[Finding]:
        alone = [one.element for one in self._looks if not one.linked]
        one_way = [one.element for one in self._looks if one.linked and not one.returned]
        found = []
        if alone:
            found.append(
                Finding(
                    "no links",
                    Severity.SERIOUS,
                    "Some elements have no links on the lowest level, so only an exact search reaches them.",
                    "Delete them and add them again.",
                    len(alone),
                    len(self._looks),
                    tuple(alone[:EXAMPLES]),
                )
            )
        if one_way:
            found.append(
                Finding(
                    "no links to them",
                    Severity.SERIOUS,
                    "None of the elements they link to link back to them.",
                    "Delete them and add them again.",
                    len(one_way),
                    len(self._looks),
                    tuple(one_way[:EXAMPLES]),
                )
            )
        return found

    def _near(self) -> list[Finding]:
        if self._info.quantization == "bin":
            # Signs that agree in almost all dimensions are not almost the same vector.
            return []
        near = [(one.element, one.near) for one in self._looks if one.near is not None]
        if not near:
            return []
        return [
            Finding(
                "near duplicates",
                Severity.NOTE,
                "Some elements are almost equal to another one (cosine above 0.999).",
                "Check whether they are the same thing under two names.",
                len(near),
                len(self._looks),
                tuple(dict.fromkeys(name for pair in near for name in pair))[: EXAMPLES + 1],
            )
        ]

    def _levels(self) -> list[Finding]:
        number = len(self._looks)
        if not number or self._info.size < 1_000:
            return []
        upper = sum(one.levels > 1 for one in self._looks) / number
        spread = math.sqrt(_UPPER * (1 - _UPPER) / number)
        if abs(upper - _UPPER) <= _DEVIATIONS * spread:
            return []
        return [
            Finding(
                "levels",
                Severity.NOTE,
                f"{upper:.0%} of the elements are on an upper level of the graph, where {_UPPER:.0%} are usual.",
                "Deleting many elements can cause this; rebuilding the set restores the usual share.",
            )
        ]
