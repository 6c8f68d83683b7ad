"""Find out which model a vector set was made with, by embedding some of its texts again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from random import Random

from vsexplorer.core.attributes import Json
from vsexplorer.core.columns import template_fields
from vsexplorer.core.errors import CommandRefused, ModelUnavailable
from vsexplorer.core.progress import Progress, ProgressCallback, ignore_progress
from vsexplorer.core.text import display
from vsexplorer.core.values import SetInfo
from vsexplorer.embedding.sources import ModelFiles, on_this_machine
from vsexplorer.embedding.text_embedder import TextEmbedder
from vsexplorer.insight.drawing import draw
from vsexplorer.insight.fit import NOTHING, Fit, Verdict, compare, matrices
from vsexplorer.services.models import ModelService
from vsexplorer.services.sets import SetService
from vsexplorer.transfer.mapping import text_of, values_of
from vsexplorer.vectorset.set_records import SetRecord
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.stored_vector import StoredVector

_TRIED_FIELDS = 3
_BATCH = 16
_ORDER = (Verdict.SAME, Verdict.RELATED, Verdict.UNKNOWN, Verdict.OTHER)


@dataclass(frozen=True, slots=True)
class ModelFit:
    """How the vectors of a set compare with those of a model for one of its texts."""

    model: str
    field: str
    """The field or template that was embedded again."""
    fit: Fit
    record: SetRecord
    """What to record if the model is the same."""


@dataclass(frozen=True, slots=True)
class FitReport:
    """What was tried, best first."""

    tried: tuple[ModelFit, ...]
    uniform: bool
    """The texts are a uniform sample."""


@dataclass(frozen=True, slots=True)
class _Sample:
    values: list[dict[str, Json]]
    vectors: list[StoredVector]
    uniform: bool


class FitService:
    """Compares the vectors of sets with those of models."""

    def __init__(self, store: VectorSetStore, models: ModelService, sets: SetService) -> None:
        self._store = store
        self._models = models
        self._sets = sets

    async def check(
        self,
        key: bytes,
        number: int,
        random: Random,
        field: str = "",
        models: Sequence[str] = (),
        progress: ProgressCallback = ignore_progress,
    ) -> FitReport:
        """Embed the texts of some elements again, with the model in use and others that are on this machine.

        Args:
            key: The set.
            number: How many elements to draw.
            random: Source of randomness.
            field: The field or template that was embedded; if empty, the recorded one, else the longest texts.
            models: Further models to try: names or folders; they are fetched if need be.
            progress: Called with progress.

        Raises:
            NotFound: there is no such set.
            CommandRefused: no element has a text to embed.
            ModelUnavailable: a model named in ``models`` cannot be loaded.
            VsexplorerError: the server or the connection failed.
        """
        info, record = await self._sets.described(key)
        sample = await self._draw(info, number, random)
        fields = [field] if field else _recorded(record.text, sample.values) or text_fields(sample.values)
        if not fields:
            raise CommandRefused(
                f"No element of {display(key)} has a text among its attributes.",
                "Name the field that was embedded with --field; --field element embeds the names.",
            )
        tried: list[ModelFit] = []
        async with AsyncExitStack() as stack:
            for embedder in await self._embedders(info, models, stack, progress):
                for one in fields:
                    fit = await self._compare(info, sample, one, embedder, progress)
                    tried.append(ModelFit(embedder.name, one, fit, SetRecord.of(embedder, one)))
        if not any(one.fit.texts for one in tried):
            raise CommandRefused(
                f"No element of {display(key)} has a text in {fields[0]}.",
                "Name a field, or a template such as {title}. {body}, with --field.",
            )
        tried.sort(key=lambda one: (_ORDER.index(one.fit.verdict), -one.fit.median))
        return FitReport(tuple(tried), sample.uniform)

    async def record(self, key: bytes, found: ModelFit) -> None:
        """Record in Redis which model and text a set was made with.

        Raises:
            VsexplorerError: the server refuses.
        """
        await self._sets.record_as(await self._sets.info(key), replace(found.record, text=found.field))

    async def _draw(self, info: SetInfo, number: int, random: Random) -> _Sample:
        drawn = await draw(self._store, info, number, random)
        values: list[dict[str, Json]] = []
        vectors: list[StoredVector] = []
        names = drawn.names[:number]
        for (attributes, vector), name in zip(
            await self._store.described(info, names, vectors=True), names, strict=True
        ):
            if vector is not None and not vector.is_zero:
                values.append(values_of(name, attributes))
                vectors.append(vector)
        return _Sample(values, vectors, drawn.uniform)

    async def _embedders(
        self, info: SetInfo, models: Sequence[str], stack: AsyncExitStack, progress: ProgressCallback
    ) -> list[TextEmbedder]:
        used = self._models.embedder
        names = list(models)
        for description in await self._models.fitting(info):
            found = await asyncio.to_thread(on_this_machine, description.name, used.cache)
            if isinstance(found, ModelFiles):
                names.append(description.name)
        found_embedders = []
        try:
            await used.open(progress)
            if used.dimension == info.input_dimension:
                found_embedders.append(used)
        except ModelUnavailable:
            if not names:
                raise
        for name in dict.fromkeys(names):
            if name in (used.model, used.name):
                continue
            embedder = self._models.make(name)
            stack.push_async_callback(embedder.close)
            await embedder.open(progress)
            if embedder.dimension == info.input_dimension:
                found_embedders.append(embedder)
            elif name in models:
                raise CommandRefused(
                    f"{embedder.name} produces {embedder.dimension} dimensions; "
                    f"{display(info.key)} has vectors of {info.input_dimension}."
                )
        if not found_embedders:
            raise CommandRefused(
                f"No model on this machine has {info.input_dimension} dimensions, as {display(info.key)} needs.",
                "Name one to try with --try NAME or --try FOLDER.",
            )
        return found_embedders

    async def _compare(
        self, info: SetInfo, sample: _Sample, field: str, embedder: TextEmbedder, progress: ProgressCallback
    ) -> Fit:
        texts, vectors = [], []
        for values, vector in zip(sample.values, sample.vectors, strict=True):
            try:
                texts.append(text_of(values, field))
            except ValueError:
                continue
            vectors.append(vector)
        if not texts:
            return NOTHING
        embedded: list[bytes] = []
        for first in range(0, len(texts), _BATCH):
            embedded += await asyncio.to_thread(embedder.run_documents, texts[first : first + _BATCH])
            progress(Progress(f"embedding {field} with {embedder.name}", len(embedded), len(texts), "texts"))
        rows = matrices(vectors, embedded, info.dimension)
        return await asyncio.to_thread(compare, *rows, info.quantization == "bin")


def _recorded(pattern: str, values: Sequence[dict[str, Json]]) -> list[str]:
    """Return the recorded field or template if the elements still have it."""
    kept = pattern and any(name in one for one in values for name in template_fields(pattern))
    return [pattern] if kept else []


def text_fields(values: Sequence[dict[str, Json]]) -> list[str]:
    """Return the fields with the most text, the longest first; a text has several words."""
    sizes: dict[str, int] = {}
    for one in values:
        for name, value in one.items():
            if name != "element" and isinstance(value, str) and " " in value.strip():
                sizes[name] = sizes.get(name, 0) + len(value)
    return sorted(sizes, key=lambda name: -sizes[name])[:_TRIED_FIELDS]
