"""Describe fields and count filter matches from samples of a set's attributes."""

from __future__ import annotations

from vsexplorer.core.values import SetInfo
from vsexplorer.insight.match_counts import Matches
from vsexplorer.insight.samples import Sampling
from vsexplorer.language.check import require_valid
from vsexplorer.language.known import SetFacts
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset.store import VectorSetStore


class SampleService:
    """Describes fields and counts matches from samples, the last few of which are kept."""

    def __init__(self, store: VectorSetStore, sets: SetService) -> None:
        self._store = store
        self._sets = sets
        self._sampling = Sampling(store)

    async def first_facts(self, key: bytes) -> SetFacts | None:
        """Describe the fields of a large set from a quick sample, which is not uniform.

        Returns:
            ``None`` if ``facts`` is as quick.

        Raises:
            NotFound: there is no such set.
        """
        return await self._sampling.first_facts(await self._sets.info(key))

    async def facts(self, key: bytes) -> SetFacts:
        """Describe the fields of a set's attributes: all of a small set, else from a sample.

        The sample is bounded in count and bytes, and uniform where the server can list names. Drawing it from a
        million names takes seconds, in small steps.

        Raises:
            NotFound: there is no such set.
        """
        return await self._sampling.facts(await self._sets.info(key))

    async def matching(self, info: SetInfo, filter: str) -> Matches | None:
        """Count the elements that pass a filter, or estimate the count from the sample that ``facts`` took.

        A count looks at every element, and a write to the set waits for it, so it is made only if the set's size
        and the time of the last count allow it.

        Returns:
            ``None`` if it cannot be counted and no sample was taken.

        Raises:
            FilterRefused: the server would not accept the filter.
            VsexplorerError: the server or the connection failed.
        """
        dialect = self._store.dialect_of(info.key)
        require_valid(filter, dialect)
        return await self._sampling.matching(info, filter, dialect)

    def names(self, info: SetInfo) -> list[bytes] | None:
        """Return the names of the sample that ``facts`` took; ``None`` if there is none, or it is not uniform."""
        return self._sampling.names(info)

    def forget(self) -> None:
        """Forget the samples: the server may be another one."""
        self._sampling = Sampling(self._store)
