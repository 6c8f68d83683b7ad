"""Many texts to vectors: every core at work, and as little padding computed as possible."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from vsexplorer.embedding.embedder import Embedder

_TOKENS = 512
"""Tokens in a batch, padding included: smaller ones waste calls, larger ones caches (benchmarks/README.md)."""
_TOKENIZED = 256
"""Texts tokenized at a time to learn their lengths."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of some of the texts: float32, little-endian, by their places."""

    places: Sequence[int]
    vectors: Sequence[bytes]


class BulkEmbedder:
    """Runs one embedder's model in as many threads as there are cores, each call in a single thread.

    onnxruntime's session may be run from several threads at once, so the model is in memory once, and queries that
    are asked meanwhile come in between.
    """

    def __init__(self, embedder: Embedder, workers: int | None = None) -> None:
        self._embedder = embedder
        self._threads = ThreadPoolExecutor(workers or os.cpu_count() or 1, "bulk")
        self.cut = 0
        """Texts that were longer than the model reads."""

    async def embed(self, texts: Sequence[str]) -> AsyncIterator[Embedded]:
        """The vectors of texts as they come, the shortest texts first; equal texts are embedded once.

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
        """Give up the threads; batches under way are finished first."""
        self._threads.shutdown(wait=False, cancel_futures=True)
