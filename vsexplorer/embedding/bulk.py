"""Embed many texts on all cores, with as little padding as possible."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from vsexplorer.embedding.embedder import Embedder

_TOKENS = 512
"""Maximum tokens in a batch, with padding: smaller ones need more calls, larger ones miss caches
(benchmarks/README.md)."""
_TOKENIZED = 256
"""Texts tokenized at a time to learn their lengths."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of some texts (float32, little-endian), with the indices of the texts."""

    places: Sequence[int]
    vectors: Sequence[bytes]


class BulkEmbedder:
    """Runs one embedder's model in as many threads as there are cores, each call in a single thread.

    Several threads may run an onnxruntime session at once, so the model is in memory only once, and queries can run
    in between.
    """

    def __init__(self, embedder: Embedder, workers: int | None = None) -> None:
        self._embedder = embedder
        self._threads = ThreadPoolExecutor(workers or os.cpu_count() or 1, "bulk")
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
        lengths: list[int] = []
        for start in range(0, len(texts), _TOKENIZED):
            counted = self._embedder.count_tokens(texts[start : start + _TOKENIZED])
            lengths += [tokens for tokens, _ in counted]
            self.cut += sum(cut for _, cut in counted)
        batches: list[list[int]] = []
        batch: list[int] = []
        for place in sorted(range(len(texts)), key=lengths.__getitem__):
            if batch and lengths[place] * (len(batch) + 1) > _TOKENS:
                batches.append(batch)
                batch = []
            batch.append(place)
        return [*batches, batch] if batch else batches

    def close(self) -> None:
        """Stop the threads; running batches are finished first."""
        self._threads.shutdown(wait=False, cancel_futures=True)
