"""Keep the vectors of queries, so that a text typed again is not embedded again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from vsexplorer.embedding.text_embedder import Embedding

_KEPT = 512
"""Number of texts: 1.5 KiB each at 384 dimensions."""


class QueryCache:
    """The vectors of the texts that were asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Embedding] = OrderedDict()

    def find(self, text: str) -> Embedding | None:
        """Return a text's vector; ``None`` if it is not kept."""
        if text in self._kept:
            self._kept.move_to_end(text)
        return self._kept.get(text)

    def add(self, text: str, embedding: Embedding) -> None:
        """Keep a text's vector, in place of the one that was asked for longest ago."""
        self._kept[text] = replace(embedding, milliseconds=0.0, remembered=True)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
