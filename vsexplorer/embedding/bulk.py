"""Embed many texts on all cores, with as little padding as possible."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from vsexplorer.embedding.text_embedder import TextEmbedder


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of some texts (float32, little-endian), with the indices of the texts."""

    places: Sequence[int]
    vectors: Sequence[bytes]


class BulkEmbedder:
    """Runs one embedder in as many threads as it wants, by default as there are cores.

    Several threads may run an onnxruntime session at once, so the model is in memory only once, and queries can run
    in between.
    """

    def __init__(self, embedder: TextEmbedder, workers: int | None = None) -> None:
        self._embedder = embedder
        self._threads = ThreadPoolExecutor(workers or embedder.workers or os.cpu_count() or 1, "bulk")
        self.cut = 0
        """Number of texts that were longer than the model's limit."""

    async def embed(self, texts: Sequence[str]) -> AsyncIterator[Embedded]:
        """Yield vectors as they become available, those of the shortest texts first; embed equal texts once.

        Raises:
            ModelUnavailable: the model could not be opened.
        """
        await self._embedder.open()
        loop = asyncio.get_running_loop()
        places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            places.setdefault(text, []).append(place)
        distinct = list(places)
        batches = await loop.run_in_executor(self._threads, self._batches, distinct)
        running = {
            loop.run_in_executor(
                self._threads, self._embedder.run_documents, [distinct[one] for one in batch]
            ): batch
            for batch in batches
        }
        try:
            while running:
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for future in done:
                    batch = running.pop(future)
                    pairs = [
                        (place, vector)
                        for one, vector in zip(batch, future.result(), strict=True)
                        for place in places[distinct[one]]
                    ]
                    yield Embedded([place for place, _ in pairs], [vector for _, vector in pairs])
        finally:
            for future in running:
                future.cancel()

    def _batches(self, texts: Sequence[str]) -> list[list[int]]:
        found = self._embedder.batches(texts)
        self.cut += found.cut
        return found.batches

    def close(self) -> None:
        """Stop the threads; running batches are finished first."""
        self._threads.shutdown(wait=False, cancel_futures=True)
