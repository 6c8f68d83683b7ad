"""The application: colours, keys, commands; everything else is a screen's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen

from vsexplorer.core.errors import UsageError
from vsexplorer.tui.keymap import Place, bindings, checked
from vsexplorer.tui.screens.explorer import ExplorerScreen
from vsexplorer.tui.start import MakeExplorer, Start, import_explorer

if TYPE_CHECKING:
    from textual.command import Provider


def _keymap_provider() -> type[Provider]:
    """The palette's commands; importing what draws a palette would cost a start a tenth of its time."""
    from vsexplorer.tui.palette import KeymapProvider

    return KeymapProvider


class ExplorerApp(App[None]):
    """vsexplorer in a terminal."""

    TITLE = "vsexplorer"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.EVERYWHERE)
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_keymap_provider}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (120, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012
    CSS = """
    Screen { background: $background; }
    ModalScreen { background: $background 60%; }
    """

    def __init__(self, start: Start, make_explorer: MakeExplorer = import_explorer) -> None:
        super().__init__()
        self.start = start
        self.failure: BaseException | None = None
        """What ended the application, where it did not end by itself."""
        self._make_explorer = make_explorer
        self.remapped = checked(start.keys)
        self.set_keymap(self.remapped)
        if start.theme:
            if start.theme not in self.available_themes:
                raise UsageError(
                    f"There is no theme {start.theme!r}.", f"Themes: {', '.join(sorted(self.available_themes))}."
                )
            self.theme = start.theme

    def get_default_screen(self) -> Screen[None]:
        """The one screen everything starts from."""
        return ExplorerScreen(self.start, self._make_explorer, self.remapped)

    def crash(self, error: BaseException) -> None:
        """End because of something nobody foresaw; the command line reports it."""
        self.failure = error
        self.exit(return_code=1)

    def action_help(self) -> None:
        """Show all keys."""
        from vsexplorer.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.remapped))
