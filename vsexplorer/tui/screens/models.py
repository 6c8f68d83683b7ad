"""The embedding models that fit a vector set, to choose one."""

from __future__ import annotations

from vsexplorer.errors import VsexplorerError
from vsexplorer.model import SetInfo
from vsexplorer.text import byte_size, display, sanitize
from vsexplorer.tui.backend import Backend
from vsexplorer.tui.screens.chooser import Chooser


class ModelsScreen(Chooser[str]):
    """Dismisses with the model's name."""

    def __init__(self, backend: Backend, info: SetInfo) -> None:
        super().__init__("type to narrow the models")
        self._backend = backend
        self._info = info

    def on_mount(self) -> None:
        """Ask for the list."""
        self.run_worker(self._collect(), group="models", description="listing models")

    async def _collect(self) -> None:
        dimension = self._info.input_dimension
        try:
            found = await self._backend.fitting_models(self._info)
        except VsexplorerError as error:
            self.say(sanitize(str(error), keep_newlines=True))
            return
        used = self._backend.embedder.name
        self.add(
            [(model.name, "in use" if model.name == used else byte_size(model.size), model.name) for model in found]
        )
        fit = f"of {dimension} dimensions, as {display(self._info.key)} needs"
        if found:
            self.say(f"{len(found)} {fit}; only the one the set was made with gives meaningful results")
        else:
            self.say(f"fastembed has no model {fit}; name a folder with --model PATH")
