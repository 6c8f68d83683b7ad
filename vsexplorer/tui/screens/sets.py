"""All vector sets of the database, to choose one."""

from __future__ import annotations

from vsexplorer.errors import VsexplorerError
from vsexplorer.model import SetInfo
from vsexplorer.text import display, plural, sanitize
from vsexplorer.tui.backend import Backend
from vsexplorer.tui.screens.chooser import Chooser


class SetsScreen(Chooser[SetInfo]):
    """Sets appear as SCAN finds them."""

    def __init__(self, backend: Backend) -> None:
        super().__init__("type to narrow the vector sets")
        self._backend = backend

    def on_mount(self) -> None:
        """Begin to look."""
        self.run_worker(self._collect(), group="sets", description="finding vector sets")

    async def _collect(self) -> None:
        found = 0
        self.say("looking …")
        try:
            async for page in self._backend.sets():
                found += len(page)
                self.add([(display(info.key), describe(info), info) for info in page])
                self.say(f"{plural(found, 'vector set')} so far …")
        except VsexplorerError as error:
            self.say(sanitize(str(error), keep_newlines=True))
        else:
            self.say(plural(found, "vector set") if found else "There is no vector set in this database.")


def describe(info: SetInfo) -> str:
    """A set's size and shape, for a list."""
    reduced = f" (reduced from {info.input_dimension})" if info.reduced else ""
    return f"{plural(info.size, 'element')} · {info.dimension} dims{reduced} · {info.quantization}"
