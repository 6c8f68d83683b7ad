"""The embedding model in use, and which model a vector set should be searched with."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from vsexplorer.core.errors import CommandRefused, DimensionMismatch
from vsexplorer.core.progress import ProgressCallback, ignore_progress
from vsexplorer.core.text import display, sanitize
from vsexplorer.core.values import SetInfo
from vsexplorer.embedding.embedder import Embedder, make_embedder, models_of_dimension
from vsexplorer.embedding.registry import ModelDescription


class ModelService:
    """Holds the embedder of all services; switching the model affects all of them.

    Args:
        embedder: The embedder to begin with.
        given: The user named its model for this run, so no set may change it.
    """

    def __init__(self, embedder: Embedder, given: bool = False) -> None:
        self.embedder = embedder
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

    async def use(self, model: str, progress: ProgressCallback = ignore_progress) -> None:
        """Embed with another model from now on; the current one stays in use if that fails.

        Raises:
            ModelUnavailable: the model cannot be found, fetched or loaded.
        """
        if model in (self.embedder.model, self.embedder.name):
            await self.embedder.open(progress)
            return
        embedder = make_embedder(model, self.embedder.cache)
        try:
            await embedder.open(progress)
        except BaseException:
            await embedder.close()
            raise
        previous, self.embedder = self.embedder, embedder
        await previous.close()

    async def suit(self, remembered: str, recorded: str, progress: ProgressCallback = ignore_progress) -> None:
        """Switch to the model that ``resolve`` chooses.

        Raises:
            ModelUnavailable: the model cannot be found, fetched or loaded.
        """
        wanted = self.resolve(remembered, recorded)
        if wanted not in (self.embedder.model, self.embedder.name):
            await self.use(wanted, progress)

    async def fitting(self, info: SetInfo) -> list[ModelDescription]:
        """List the models whose vectors have the set's dimension."""
        return await asyncio.to_thread(models_of_dimension, info.input_dimension)

    async def embedder_for(self, recorded: str, info: SetInfo | None, stack: AsyncExitStack) -> Embedder:
        """Return the embedder for elements that are added to a set.

        Args:
            recorded: The model recorded for the set; empty if none.
            info: The set; ``None`` for a new one.
            stack: Closes a model that is not the one in use.

        Raises:
            CommandRefused: another model was named for this run.
        """
        if info is None or recorded in ("", self.embedder.model, self.embedder.name):
            return self.embedder
        if self._given:
            raise CommandRefused(
                f"{display(info.key)} was made with {sanitize(recorded)}; "
                f"vectors of {self.embedder.name} cannot be compared with them.",
                "Leave out --model, or use --mix-models to add them anyway.",
            )
        if recorded not in {model.name for model in await self.fitting(info)}:
            # A record is data: it never makes vsexplorer load anything that it does not know.
            return self.embedder
        embedder = make_embedder(recorded, self.embedder.cache)
        stack.push_async_callback(embedder.close)
        return embedder

    def check(self, info: SetInfo, embedder: Embedder | None = None) -> None:
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
