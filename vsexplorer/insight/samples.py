"""Keep samples of the sets' attributes, to describe fields and count matches."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random, SystemRandom

from vsexplorer.core.values import SetInfo
from vsexplorer.insight.drawing import WHOLE, Draw, draw, draw_quickly, is_uniform
from vsexplorer.insight.fields import summarise
from vsexplorer.insight.match_counts import MatchCounting, Matches, estimate, passing
from vsexplorer.language.dialect import Dialect
from vsexplorer.language.known import SetFacts
from vsexplorer.vectorset.store import VectorSetStore

_SAMPLE, _SAMPLE_BYTES, _SAMPLE_SECONDS = 1_000, 8 << 20, 3.0
_MOST_SAMPLES = 8
"""Sets whose samples are kept."""
_DRIFT = 0.01
"""Relative change in size after which names are drawn again."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """Some elements of a set and their attributes."""

    info: SetInfo
    """The set when the names were drawn."""
    draw: Draw
    attributes: list[bytes | None]

    @property
    def whole(self) -> bool:
        """Whether it holds all elements."""
        return len(self.attributes) == self.info.size

    def fits(self, info: SetInfo) -> bool:
        """Whether its names still represent the set."""
        drift = 0 if self.whole else _DRIFT * self.info.size
        return self.draw.uniform and info.uid == self.info.uid and abs(info.size - self.info.size) <= drift


class Sampling:
    """Samples taken from the sets of one server, the last few kept.

    Args:
        store: The vector sets.
        random: Source of randomness; a seeded one makes samples reproducible.
    """

    def __init__(self, store: VectorSetStore, random: Random | None = None) -> None:
        self._store = store
        self._random = random or SystemRandom()
        self._counting = MatchCounting(store)
        self._samples: dict[bytes, _Sample] = {}

    async def first_facts(self, info: SetInfo) -> SetFacts | None:
        """Summarize a quick sample; ``None`` if a better one is available as quickly."""
        kept = self._samples.get(info.key)
        # A draw from too large a set is not uniform either.
        quick = info.size <= WHOLE or not is_uniform(self._store, info)
        if quick or (kept is not None and kept.fits(info)):
            return None
        return await self._summarize(info, await draw_quickly(self._store, info.key, _SAMPLE))

    async def facts(self, info: SetInfo) -> SetFacts:
        """Take and summarize a sample, uniform if the server allows it.

        The attributes are read each time; the names are drawn again once the set has changed much.
        """
        kept = self._samples.get(info.key)
        if kept is not None and kept.fits(info) and not kept.whole:
            drawn = kept.draw
        else:
            drawn = await draw(self._store, info, _SAMPLE, self._random)
        return await self._summarize(info, drawn)

    async def _summarize(self, info: SetInfo, drawn: Draw) -> SetFacts:
        found = await self._store.attributes(info.key, drawn.names, _SAMPLE_BYTES, _SAMPLE_SECONDS)
        sample = _Sample(info, drawn, found)
        self._samples.pop(info.key, None)
        while len(self._samples) >= _MOST_SAMPLES:
            del self._samples[next(iter(self._samples))]
        self._samples[info.key] = sample
        return await asyncio.to_thread(summarise, found, drawn.uniform, sample.whole)

    def names(self, info: SetInfo) -> list[bytes] | None:
        """Return the names in the sample that was taken; ``None`` if there is none, or it is not uniform."""
        kept = self._samples.get(info.key)
        return kept.draw.names if kept is not None and kept.fits(info) and kept.draw.names else None

    async def matching(self, info: SetInfo, expression: str, dialect: Dialect) -> Matches | None:
        """Count the elements that pass a valid filter, or estimate the number from the sample.

        Returns:
            ``None`` if they cannot be counted and no sample was taken.
        """
        if dialect.engine or self._counting.allows(info):
            return await self._counting.count(info, expression)
        sample = self._samples.get(info.key)
        if sample is None:
            return None
        if sample.whole and sample.fits(info):
            found = await asyncio.to_thread(passing, sample.attributes, expression, dialect)
            return Matches(found, found, found, 0)
        return await asyncio.to_thread(
            estimate, sample.attributes, expression, dialect, info.size, sample.draw.uniform
        )
