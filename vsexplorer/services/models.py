"""The embedding model in use, and which model a vector set should be searched with."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from vsexplorer.core.errors import CommandRefused, DimensionMismatch
from vsexplorer.core.progress import ProgressCallback, ignore_progress
from vsexplorer.core.text import display, sanitize
from vsexplorer.core.values import SetInfo
from vsexplorer.embedding.embedder import models_of_dimension
from vsexplorer.embedding.factory import make_embedder
from vsexplorer.embedding.http_embedder import HttpEmbedder, is_address
from vsexplorer.embedding.prefixes import Prefixes
from vsexplorer.embedding.registry import ModelDescription
from vsexplorer.embedding.text_embedder import EmbeddingOptions, TextEmbedder
from vsexplorer.vectorset.set_records import SetRecord


class ModelService:
    """Holds the embedder of all services; switching the model affects all of them.

    Args:
        embedder: The embedder to begin with.
        given: The user named its model for this run, so no set may change it.
        options: What the user says about embedding, for this and other models.
    """

    def __init__(
        self, embedder: TextEmbedder, given: bool = False, options: EmbeddingOptions | None = None
    ) -> None:
        self.embedder = embedder
        self._options = options or EmbeddingOptions()
        self._given = given
        self._default = embedder.model

    def resolve(self, remembered: str, recorded: str) -> str:
        """Choose the model for a set: the one given for this run, else remembered, else recorded, else the default.

        Args:
            remembered: The model the user chose for the set earlier; empty if none.
            recorded: The model recorded for the set in Redis; empty if none.
        """
        if self._given:
            return self._default
        return remembered or recorded or self._default

    def make(self, model: str, recorded: Prefixes | None = None) -> TextEmbedder:
        """Make the embedder for a model, not opened yet.

        Args:
            model: A name, a folder, or the address of a server with a name.
            recorded: The prefixes that a set was made with, if they are recorded.
        """
        return make_embedder(model, self.embedder.cache, self._options, recorded)

    async def use(
        self, model: str, progress: ProgressCallback = ignore_progress, recorded: Prefixes | None = None
    ) -> None:
        """Embed with another model from now on; the current one stays in use if that fails.

        Args:
            model: A name, a folder, or the address of a server with a name.
            progress: Called with progress.
            recorded: The prefixes that the set was made with, if they are recorded.

        Raises:
            ModelUnavailable: the model cannot be found, fetched or loaded.
        """
        same = model in (self.embedder.model, self.embedder.name)
        embedder = self.make(self.embedder.model if same else model, recorded)
        if same and embedder.prefixes == self.embedder.prefixes:
            await self.embedder.open(progress)
            return
        try:
            await embedder.open(progress)
        except BaseException:
            await embedder.close()
            raise
        previous, self.embedder = self.embedder, embedder
        await previous.close()

    async def suit(self, remembered: str, record: SetRecord, progress: ProgressCallback = ignore_progress) -> None:
        """Switch to the model that ``resolve`` chooses, with the prefixes that are recorded for it.

        Raises:
            ModelUnavailable: the model cannot be found, fetched or loaded.
        """
        if self.changes(remembered, record):
            wanted = self.resolve(remembered, record.model)
            await self.use(wanted, progress, self._recorded_prefixes(wanted, record))

    def changes(self, remembered: str, record: SetRecord) -> bool:
        """Whether ``suit`` would use another model, or other prefixes."""
        wanted = self.resolve(remembered, record.model)
        if wanted not in (self.embedder.model, self.embedder.name):
            return True
        made = self.make(self.embedder.model, self._recorded_prefixes(wanted, record))
        return made.prefixes != self.embedder.prefixes

    def _recorded_prefixes(self, model: str, record: SetRecord) -> Prefixes | None:
        """Return the recorded prefixes if they are those of a model."""
        same = model in (self.embedder.model, self.embedder.name)
        is_recorded = record.model and record.model == (self.embedder.name if same else model)
        return record.prefixes if is_recorded else None

    async def fitting(self, info: SetInfo) -> list[ModelDescription]:
        """List the models whose vectors have the set's dimension."""
        return await asyncio.to_thread(models_of_dimension, info.input_dimension)

    async def embedder_for(
        self, record: SetRecord | None, info: SetInfo | None, stack: AsyncExitStack
    ) -> TextEmbedder:
        """Return the embedder for elements that are added to a set.

        Args:
            record: How the set was made; ``None`` if that is not recorded, or shall not matter.
            info: The set; ``None`` for a new one.
            stack: Closes a model that is not the one in use.

        Raises:
            CommandRefused: another model was named for this run.
            ModelUnavailable: the embedding server cannot be reached.
        """
        if info is None or record is None or not record.model:
            return self.embedder
        used = self.embedder
        if is_address(used.model):
            # Only the server may know the name of its model.
            await used.open()
        if record.model in (used.model, used.name):
            embedder = self.make(used.model, record.prefixes)
            if embedder.prefixes == used.prefixes:
                return used
            stack.push_async_callback(embedder.close)
            return embedder
        if self._given:
            raise CommandRefused(
                f"{display(info.key)} was made with {sanitize(record.model)}; "
                f"vectors of {used.name} cannot be compared with them.",
                "Leave out --model, or use --mix-models to add them anyway.",
            )
        if record.model not in {model.name for model in await self.fitting(info)}:
            # A record is data: it never makes vsexplorer load anything that it does not know.
            return used
        embedder = self.make(record.model, record.prefixes)
        stack.push_async_callback(embedder.close)
        return embedder

    async def on_server(self) -> list[tuple[str, str]]:
        """Return the names of the models on the embedding server that was named, each with what ``use`` takes;
        empty if none was named.

        Raises:
            ModelUnavailable: the server cannot be reached.
        """
        if not is_address(self._default):
            return []
        address = self._default.partition("#")[0]
        embedder = self.make(address)
        assert isinstance(embedder, HttpEmbedder)
        try:
            names = await asyncio.to_thread(embedder.server_models)
        finally:
            await embedder.close()
        return [(name, f"{address}#{name}") for name in names]

    def check(self, info: SetInfo, embedder: TextEmbedder | None = None) -> None:
        """Check that the vectors of a model, by default of the one in use, fit a set.

        Raises:
            DimensionMismatch: they do not; the message names both dimensions.
        """
        embedder = embedder or self.embedder
        dimension = embedder.dimension
        if dimension and dimension != info.input_dimension:
            reduced = f", reduced to {info.dimension}" if info.reduced else ""
            fitting = ", ".join(model.name for model in models_of_dimension(info.input_dimension))
            raise DimensionMismatch(
                f"{display(info.key)} has vectors of {info.input_dimension} dimensions{reduced}; "
                f"{embedder.name} produces {dimension}.",
                "Search with the model that the set was made with: name it with --model.\n"
                f"Models of {info.input_dimension} dimensions: {fitting or 'none that fastembed knows'}.",
            )
