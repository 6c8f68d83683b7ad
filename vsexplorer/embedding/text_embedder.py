"""What every source of vectors provides: texts in, vectors out, and an identity that can be recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vsexplorer.core.progress import ProgressCallback, ignore_progress
from vsexplorer.embedding.prefixes import Prefixes


@dataclass(frozen=True, slots=True)
class Embedding:
    """One text's vector: float32, little-endian, ``4 * dimension`` bytes."""

    vector: bytes
    milliseconds: float
    """Time the model took; 0 for a cached text."""
    remembered: bool = False
    cut_at: int | None = None
    """The model's limit in tokens, if the text exceeded it."""


@dataclass(frozen=True, slots=True)
class EmbeddingOptions:
    """What the user says about embedding, besides the model."""

    prefixes: Prefixes | None = None
    """Prefixes to use instead of the recorded or the usual ones."""
    key: str = field(default="", repr=False)
    """Key of the embedding server."""


@dataclass(frozen=True, slots=True)
class Batches:
    """How to embed some texts: their indices by batch, and how many are longer than the model's limit."""

    batches: list[list[int]]
    cut: int


@dataclass(frozen=True, slots=True)
class RequestCost:
    """What embedding documents takes on a server."""

    texts: float
    requests: float
    tokens: float | None
    """``None`` if the server does not say how many tokens it counts."""

    def scaled(self, factor: float) -> RequestCost:
        """Return the cost of as many times the documents."""
        tokens = None if self.tokens is None else self.tokens * factor
        return RequestCost(self.texts * factor, self.requests * factor, tokens)


class TextEmbedder(Protocol):
    """A model that embeds queries and documents."""

    @property
    def model(self) -> str:
        """What makes this embedder: a name, a folder, or an address with a name."""

    @property
    def cache(self) -> Path:
        """Folder of downloaded and converted models."""

    @property
    def dimension(self) -> int:
        """Dimension of the vectors; 0 until the model is open."""

    @property
    def prefixes(self) -> Prefixes:
        """Prefixes put before queries and documents."""

    @property
    def workers(self) -> int | None:
        """How many batches may be embedded at a time; ``None`` for as many as there are cores."""

    @property
    def ready(self) -> bool:
        """Whether the model is open."""

    @property
    def name(self) -> str:
        """The model's full name once it is known, without any address."""

    @property
    def origin(self) -> str:
        """Where the model comes from; empty until that is known."""

    @property
    def provider(self) -> str:
        """The kind of source, for records: ``fastembed``, ``folder`` or ``http``."""

    @property
    def limit(self) -> int | None:
        """The number of tokens that a text is truncated to; ``None`` if unknown."""

    async def open(self, progress: ProgressCallback = ignore_progress, again: bool = False) -> None:
        """Find, load and warm the model; returns at once when that is done.

        A failure is remembered, so that a keystroke does not repeat it; ``again`` retries.

        Raises:
            ModelUnavailable: it cannot be found, reached or loaded.
        """

    async def embed(self, text: str) -> Embedding:
        """Embed a query, or return its cached vector.

        Raises:
            ModelUnavailable: the model could not be opened, or refuses the text.
        """

    def run_documents(self, texts: Sequence[str]) -> list[bytes]:
        """Embed documents, in order, in the calling thread; the model must be open.

        Raises:
            ModelUnavailable: the model refuses a text, or cannot be reached any more.
        """

    def batches(self, texts: Sequence[str]) -> Batches:
        """Divide documents into batches that are fast to embed; blocks while texts are tokenized."""

    def cost(self, texts: Sequence[str]) -> RequestCost | None:
        """Return what embedding documents takes on a server, as far as it has said so far; ``None`` without one."""

    async def close(self) -> None:
        """Release the model; a text being embedded is finished first."""
