"""The memory of vector sets, as they are and as they could be."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from vsexplorer.insight.drawing import draw
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset.memory import ElementMemory, element_memory
from vsexplorer.vectorset.store import VectorSetStore

_SAMPLE = 1_000
_BYTES, _SECONDS = 8 << 20, 3.0


@dataclass(frozen=True, slots=True)
class SetShape:
    """What decides the memory of a set."""

    elements: int
    dimension: int
    """Of the stored vectors, after REDUCE."""
    quantization: str
    links: int
    """M."""
    name: float
    """Mean bytes of a name."""
    attributes: float
    """Mean bytes of the attributes of an element that has some."""
    share: float
    """Share of the elements that have attributes."""

    @property
    def each(self) -> ElementMemory:
        """Mean bytes of an element, by part."""
        return element_memory(self.dimension, self.quantization, self.links, self.name, self.attributes, self.share)


class SizeService:
    """Calculates the memory of the sets of one database."""

    def __init__(self, store: VectorSetStore, sets: SetService) -> None:
        self._store = store
        self._sets = sets

    async def shape(self, key: bytes, random: Random) -> tuple[SetShape, int | None]:
        """Describe what decides the memory of a set; also return MEMORY USAGE, if it is permitted.

        Names and attributes are averaged over a sample.

        Raises:
            NotFound: there is no such set.
            VsexplorerError: the server or the connection failed.
        """
        info = await self._sets.info(key)
        drawn = await draw(self._store, info, _SAMPLE, random)
        names = drawn.names[:_SAMPLE]
        found = await self._store.attributes(key, names, _BYTES, _SECONDS)
        sizes = [len(raw) for raw in found if raw]
        shape = SetShape(
            info.size,
            info.dimension,
            info.quantization,
            info.links,
            sum(map(len, names)) / max(1, len(names)),
            sum(sizes) / max(1, len(sizes)),
            info.with_attributes / max(1, info.size),
        )
        return shape, (await self._store.memory([key]))[0]
