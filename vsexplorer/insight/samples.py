"""What is known of the sets' attributes: a sample of each, and how many elements pass a filter."""

from __future__ import annotations

import asyncio

from vsexplorer.core.values import SetInfo
from vsexplorer.insight.fields import summarise
from vsexplorer.insight.match_counts import MatchCounting, Matches, estimate
from vsexplorer.language.dialect import Dialect
from vsexplorer.language.known import SetFacts
from vsexplorer.vectorset.store import VectorSetStore

_SAMPLE, _SAMPLE_BYTES, _SAMPLE_SECONDS = 1_000, 4 << 20, 3.0
_MOST_SAMPLES = 8
"""Sets whose samples are kept."""


class Sampling:
    """Samples taken from the sets of one server, the last few kept."""

    def __init__(self, store: VectorSetStore) -> None:
        self._store = store
        self._counting = MatchCounting(store)
        self._samples: dict[bytes, list[bytes | None]] = {}

    async def facts(self, key: bytes) -> SetFacts:
        """Take a random sample, bounded in count and bytes, and sum it up."""
        sample = await self._store.sample(key, _SAMPLE, _SAMPLE_BYTES, _SAMPLE_SECONDS)
        self._samples.pop(key, None)
        while len(self._samples) >= _MOST_SAMPLES:
            del self._samples[next(iter(self._samples))]
        self._samples[key] = sample
        return await asyncio.to_thread(summarise, sample)

    async def matching(self, info: SetInfo, expression: str, dialect: Dialect) -> Matches | None:
        """How many elements pass a filter that the server accepts, counted where that is cheap.

        Returns:
            ``None`` where it cannot be counted and no sample was taken.
        """
        if self._counting.allows(info):
            return await self._counting.count(info, expression)
        sample = self._samples.get(info.key, [])
        return await asyncio.to_thread(estimate, sample, expression, dialect, info.size)
