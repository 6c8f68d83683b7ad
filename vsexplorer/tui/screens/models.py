"""The models screen: the embedding models that fit a vector set."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from vsexplorer.services.models import ModelService

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import byte_size, display, sanitize
from vsexplorer.core.values import SetInfo
from vsexplorer.tui.screens.chooser import Chooser


class ModelsScreen(Chooser[str]):
    """Dismisses with the name of the chosen model, or with ``None``."""

    def __init__(self, models: ModelService, info: SetInfo) -> None:
        super().__init__("type to narrow the models")
        self._models = models
        self._info = info

    def on_mount(self) -> None:
        """Fetch the list of models in the background."""
        self.run_worker(self._collect(), group="models", description="listing models")

    async def _collect(self) -> None:
        dimension = self._info.input_dimension
        try:
            found = await self._models.fitting(self._info)
        except VsexplorerError as error:
            self.say(str(error))
            return
        used = self._models.embedder.name
        self.add(
            [(model.name, "in use" if model.name == used else byte_size(model.size), model.name) for model in found]
        )
        try:
            served = await self._models.on_server()
        except VsexplorerError as error:
            self.say(error.line)
            served = []
        self.add([(sanitize(name), _where(model, name == used), model) for name, model in served])
        fit = f"with {dimension} dimensions, as {display(self._info.key)} needs"
        if found:
            self.say(f"models {fit}: {len(found)}; only the model the set was made with gives meaningful results")
        else:
            self.say(f"fastembed has no model {fit}; name a folder with --model PATH")


def _where(model: str, used: bool) -> str:
    """Return where a model of a server is."""
    return "in use" if used else f"on {sanitize(urlsplit(model).netloc.rpartition('@')[2])}"
