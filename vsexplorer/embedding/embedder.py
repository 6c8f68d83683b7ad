"""Embed text with fastembed, outside the event loop, with a cache of recent texts."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vsexplorer.core.errors import ModelUnavailable
from vsexplorer.core.progress import Progress, ProgressCallback, ignore_progress
from vsexplorer.embedding.prefixes import Prefixes, usual_prefixes
from vsexplorer.embedding.query_cache import QueryCache
from vsexplorer.embedding.registry import ModelDescription, supported_models
from vsexplorer.embedding.sources import ModelFiles, find, is_folder
from vsexplorer.embedding.text_embedder import Batches, Embedding, RequestCost

if TYPE_CHECKING:
    from fastembed import TextEmbedding

_TOKENS = 512
"""Maximum tokens in a batch, with padding: smaller ones need more calls, larger ones miss caches
(benchmarks/README.md)."""
_TOKENIZED = 256
"""Texts tokenized at a time to learn their lengths."""
_LIMITS = {"sentence-transformers/all-MiniLM-L6-v2": 256}
"""Tokens that a model reads, where copies of its files say less: fastembed's copy of this one is said to cut at 128
(https://github.com/qdrant/fastembed/issues/689), its card says 256."""


class Embedder:
    """One model, run in one thread of its own.

    onnxruntime gets a single thread: with more, its pool busy-waits after each call, which wastes a core and hardly
    speeds up short texts.
    """

    workers: int | None = None

    def __init__(self, model: str, cache: Path, prefixes: Prefixes | None = None) -> None:
        self.model = model
        self.cache = cache
        self._given_prefixes = prefixes
        self._thread = ThreadPoolExecutor(1, "embedder")
        self._known = QueryCache()
        self._running: TextEmbedding | None = None
        self._files: ModelFiles | None = None
        self._limit: int | None = None
        self._failure: ModelUnavailable | None = None
        self._opening = asyncio.Lock()
        self.dimension = 0
        """Dimension of the vectors; 0 until the model is loaded."""

    @property
    def ready(self) -> bool:
        """Whether the model is loaded and warm."""
        return self._running is not None

    @property
    def name(self) -> str:
        """The model's full name once it is known."""
        return self._files.name if self._files else self.model

    @property
    def prefixes(self) -> Prefixes:
        """The prefixes that were given, else those that the model wants."""
        return self._given_prefixes if self._given_prefixes is not None else usual_prefixes(self.name)

    @property
    def provider(self) -> str:
        """``fastembed``, or ``folder`` for files of the user."""
        return "folder" if is_folder(self.model) else "fastembed"

    @property
    def limit(self) -> int | None:
        """The number of tokens that a text is truncated to; ``None`` if unknown."""
        return self._limit

    @property
    def origin(self) -> str:
        """Where the model's files come from; empty until that is known."""
        return self._files.origin if self._files else ""

    async def open(self, progress: ProgressCallback = ignore_progress, again: bool = False) -> None:
        """Find, load and warm the model; returns at once when that is done.

        A failure is remembered, so that a keystroke does not start another download; ``again`` retries.

        Raises:
            ModelUnavailable: it cannot be found, fetched or loaded.
        """
        async with self._opening:
            if self._running is not None:
                return
            if self._failure is not None and not again:
                raise self._failure
            try:
                await self._open(progress)
            except ModelUnavailable as error:
                self._failure = error
                raise
            except asyncio.CancelledError:
                self._failure = ModelUnavailable(f"Getting the model {self.model} was stopped.")
                raise

    async def _open(self, progress: ProgressCallback) -> None:
        progress(Progress("loading the model"))
        self._files = await find(self.model, self.cache, progress)
        progress(Progress("loading the model"))
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._load, self._files)

    async def embed(self, text: str) -> Embedding:
        """Embed a query, or return its cached vector.

        Raises:
            ModelUnavailable: the model could not be opened.
        """
        known = self._known.find(text)
        if known is not None:
            return known
        await self.open()
        loop = asyncio.get_running_loop()
        embedding = await loop.run_in_executor(self._thread, self._run, text)
        self._known.add(text, embedding)
        return embedding

    def run_documents(self, texts: Sequence[str]) -> list[bytes]:
        """Embed documents, in order, in the calling thread; the model must be open."""
        assert self._running is not None
        prefix = self.prefixes.document
        found = self._running.passage_embed([prefix + text for text in texts], batch_size=max(1, len(texts)))
        return [vector.astype("<f4").tobytes() for vector in found]

    def cost(self, texts: Sequence[str]) -> RequestCost | None:
        """Return ``None``: nothing is sent anywhere."""
        return None

    def batches(self, texts: Sequence[str]) -> Batches:
        """Divide documents into batches of texts of about the same length, the shortest first."""
        assert self._running is not None
        tokenizer, prefix = _tokenizer(self._running), self.prefixes.document
        lengths: list[int] = []
        cut = 0
        for start in range(0, len(texts), _TOKENIZED):
            encodings = tokenizer.encode_batch([prefix + text for text in texts[start : start + _TOKENIZED]])
            lengths += [sum(one.attention_mask) for one in encodings]
            cut += sum(bool(one.overflowing) for one in encodings)
        found: list[list[int]] = []
        batch: list[int] = []
        for place in sorted(range(len(texts)), key=lengths.__getitem__):
            if batch and lengths[place] * (len(batch) + 1) > _TOKENS:
                found.append(batch)
                batch = []
            batch.append(place)
        return Batches([*found, batch] if batch else found, cut)

    async def close(self) -> None:
        """Stop the thread; a text being embedded is finished first."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _load(self, files: ModelFiles) -> None:
        from fastembed import TextEmbedding

        try:
            if files.custom:
                _register(files)
            running = TextEmbedding(files.name, str(self.cache), threads=1, specific_model_path=str(files.folder))
            if files.name in _LIMITS:
                _tokenizer(running).enable_truncation(max_length=_LIMITS[files.name])
            limit = _tokenizer(running).truncation
            vector = next(iter(running.query_embed("warm up")))
        except Exception as error:  # fastembed, onnxruntime and tokenizers raise types of their own
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ModelUnavailable(
                f"The model in {files.folder} cannot be loaded: {reason}",
                "Delete that folder so that it is created again, or choose another model with --model.",
            ) from error
        self.dimension = len(vector)
        self._limit = limit["max_length"] if limit else None
        self._running = running

    def _run(self, text: str) -> Embedding:
        assert self._running is not None
        started = time.perf_counter()
        text = self.prefixes.query + text
        vector = next(iter(self._running.query_embed(text)))
        elapsed = (time.perf_counter() - started) * 1000
        return Embedding(vector.astype("<f4").tobytes(), elapsed, cut_at=self._cut(text))

    def _cut(self, text: str) -> int | None:
        # A token has at least one character, so most texts need no second look.
        if self._limit is None or self._running is None or len(text) < self._limit - 1:
            return None
        return self._limit if _tokenizer(self._running).encode(text).overflowing else None


def models_of_dimension(dimension: int) -> list[ModelDescription]:
    """The models whose vectors have that many dimensions; blocks while fastembed is imported."""
    return [model for model in supported_models() if model.dimension == dimension]


def _tokenizer(running: TextEmbedding) -> Any:
    return running.model.tokenizer  # type: ignore[attr-defined]


def _register(files: ModelFiles) -> None:
    """Register a folder's model with fastembed, with the pooling of its configuration file, else mean."""
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    pooling_file = files.folder / "1_Pooling" / "config.json"
    settings = json.loads(pooling_file.read_text(encoding="utf-8")) if pooling_file.is_file() else {}
    config_file = files.folder / "config.json"
    config = json.loads(config_file.read_text(encoding="utf-8")) if config_file.is_file() else {}
    known = {entry["model"].casefold() for entry in TextEmbedding.list_supported_models()}
    if files.name.casefold() not in known:
        TextEmbedding.add_custom_model(
            model=files.name,
            pooling=PoolingType.CLS if settings.get("pooling_mode_cls_token") else PoolingType.MEAN,
            normalization=True,
            sources=ModelSource(url=str(files.folder)),
            dim=int(config.get("hidden_size", 0)),
            model_file="model.onnx",
        )
