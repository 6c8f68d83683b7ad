"""One element on its own."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from vsexplorer.attributes import pretty
from vsexplorer.errors import VsexplorerError
from vsexplorer.model import Hit
from vsexplorer.text import display, sanitize
from vsexplorer.tui.backend import Backend
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.bars import Footer, TextBar


class ElementScreen(Screen[bool]):
    """Attributes in full and the vector's facts; dismisses with whether similar ones are wanted."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.ELEMENT)

    def __init__(self, backend: Backend, key: bytes, hit: Hit) -> None:
        super().__init__()
        self._backend = backend
        self._key = key
        self._hit = hit

    def compose(self) -> ComposeResult:
        """Attributes, a status line, the keys."""
        yield AttributesView()
        yield TextBar()
        yield Footer([*keys_at(Place.ELEMENT), *keys_at(Place.EVERYWHERE)], {})

    def on_mount(self) -> None:
        """Show what is known at once, then what the server says."""
        self._show(())
        self.run_worker(self._look(), group="element", description="reading an element")

    def action_back(self) -> None:
        """Return to the results."""
        self.dismiss(False)

    def action_similar(self) -> None:
        """Return, and look for similar ones."""
        self.dismiss(True)

    def action_copy_element(self) -> None:
        """Send the name to the clipboard."""
        self.app.copy_to_clipboard(display(self._hit.element))
        self.query_one(TextBar).set_text("name sent to clipboard")

    def action_copy_attributes(self) -> None:
        """Send the attributes to the clipboard."""
        self.app.copy_to_clipboard(pretty(self._hit.attributes))
        self.query_one(TextBar).set_text("attributes sent to clipboard")

    def _show(self, facts: tuple[str, ...]) -> None:
        ranked = f"#{self._hit.rank} in the results"
        if self._hit.score is not None:
            ranked += f" · similarity {self._hit.score:.4f}"
        view = self.query_one(AttributesView)
        view.show(
            display(self._hit.element), self._hit.attributes, (f"in {display(self._key)} · {ranked}", *facts, "")
        )
        view.focus()

    async def _look(self) -> None:
        try:
            details = await self._backend.element(self._key, self._hit.element)
        except VsexplorerError as error:
            self.query_one(TextBar).set_text(sanitize(error.message))
            return
        self._hit = Hit(self._hit.rank, self._hit.element, self._hit.score, details.attributes)
        vector = f"vector: {details.dimension} dimensions · {details.quantization} · norm {details.norm:.4g}"
        self._show((vector,))
