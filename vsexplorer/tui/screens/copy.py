"""The copy menu: an element, its vector, the results, or the search as code."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import decode, display, sanitize
from vsexplorer.core.values import Hit, ResultPage
from vsexplorer.tui import clipboard

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer


_TOO_LARGE = "copied.txt"
"""File for a text that is too large for the clipboard."""


@dataclass(frozen=True, slots=True)
class CopyChoice:
    """A menu entry: its letter, its label, and a function that returns the text."""

    letter: str
    words: str
    get: Callable[[], Awaitable[str]]
    file: str = ""
    """File to write to instead of the clipboard; empty for the clipboard."""


class CopyMenu(ModalScreen[CopyChoice | None]):
    """Dismisses with the entry chosen by letter or from the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
        Binding("j", "lower", show=False),
        Binding("k", "upper", show=False),
    ]
    DEFAULT_CSS = """
    CopyMenu {
        align: center middle;
        & > Vertical {
            width: 60; max-width: 100%; height: auto; max-height: 100%;
            background: $surface; border: round $primary; padding: 0 1;
        }
        & OptionList, & OptionList:focus { border: none; }
        & OptionList { height: auto; padding: 0; background: $surface; scrollbar-size-vertical: 1; }
        & Static { color: $text-muted; }
    }
    """

    def __init__(self, entries: list[CopyChoice]) -> None:
        super().__init__()
        self._entries = entries

    def compose(self) -> ComposeResult:
        """Compose the menu entries."""
        with Vertical():
            yield Static("copy to the clipboard:", markup=False)
            yield OptionList(
                *(Option(Content.styled(f"{one.letter}  ", "bold") + Content(one.words)) for one in self._entries),
                markup=False,
            )

    def on_mount(self) -> None:
        """Focus the list and keep the screen behind visible."""
        # The screen that is copied from stays visible behind the menu.
        self.styles.background = "transparent"
        self.query_one(OptionList).focus()

    def on_key(self, event: events.Key) -> None:
        """Choose the entry with the typed letter."""
        for one in self._entries:
            if event.character == one.letter:
                event.stop()
                self.dismiss(one)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._entries[event.option_index])

    def action_lower(self) -> None:
        """Highlight the next entry."""
        self.query_one(OptionList).action_cursor_down()

    def action_upper(self) -> None:
        """Highlight the previous entry."""
        self.query_one(OptionList).action_cursor_up()


def _write_new(file: Path, text: str) -> Path:
    """Write a text to a new file, adding ``-2``, ``-3`` and so on if the name is taken; returns its path."""
    name, _, ending = file.name.partition(".")
    for number in count(1):
        place = file.with_name(f"{name}-{number}.{ending}" if number > 1 else file.name)
        try:
            with place.open("x", encoding="utf-8") as opened:
                opened.write(text)
        except FileExistsError:
            continue
        return place
    raise AssertionError("unreachable")


class Copier:
    """Opens the copy menu and copies the chosen entry."""

    def __init__(self, app: App[Any], explorer: Explorer, key: bytes, say: Callable[[str, bool], None]) -> None:
        self._app = app
        self._explorer = explorer
        self._key = key
        self._say = say

    def offer(self, hit: Hit | None, page: ResultPage | None) -> None:
        """Open the menu for the selected element and the results, whichever exist."""
        entries = [*(self._element_choices(hit) if hit else ()), *(self._result_choices(page) if page else ())]
        if entries:
            self._app.push_screen(CopyMenu(entries), self._copy)

    def _copy(self, chosen: CopyChoice | None) -> None:
        if chosen is not None:
            self._app.run_worker(self._fetch(chosen), group="copy", description="copying")

    async def _fetch(self, chosen: CopyChoice) -> None:
        try:
            text = await chosen.get()
            name = chosen.file or (_TOO_LARGE if len(text) > clipboard.MOST else "")
            if name:
                file = await asyncio.to_thread(_write_new, Path(name), text)
        except VsexplorerError as error:
            self._say(error.line, True)
        except OSError as error:
            self._say(f"Cannot write {name}: {error.strerror}", True)
        else:
            if name:
                why = "" if chosen.file else "too large for the clipboard: "
                self._say(f"{why}written to {file}", False)
            else:
                clipboard.send(self._app, text)
                self._say(f"sent to clipboard: {chosen.words}", False)

    def _element_choices(self, hit: Hit) -> list[CopyChoice]:
        async def name() -> str:
            return display(hit.element)

        async def attributes() -> str:
            from vsexplorer.core.attributes import pretty

            details = await self._explorer.elements.details(self._key, hit.element)
            return sanitize(pretty(details.attributes), keep_newlines=True)

        async def vector() -> str:
            details = await self._explorer.elements.details(self._key, hit.element)
            return f"[{', '.join(f'{one:.9g}' for one in details.numbers)}]"

        async def line() -> str:
            from vsexplorer.language.query_line import written

            return written(hit.element)

        file = f"{re.sub(r'[^\w.-]+', '_', decode(hit.element))[:80]}.vector.json"
        return [
            CopyChoice("n", f"name: {display(hit.element)[:40]}", name),
            CopyChoice("a", "attributes, as JSON", attributes),
            CopyChoice("v", "vector, as JSON", vector),
            CopyChoice("V", f"vector, to the file {file}", vector, file),
            CopyChoice("@", "element, as a query term", line),
        ]

    def _result_choices(self, page: ResultPage) -> list[CopyChoice]:
        async def rows_json() -> str:
            from vsexplorer.output.listing import as_json, page_listing

            return as_json(page_listing(page))

        async def rows_csv() -> str:
            from vsexplorer.output.listing import as_csv, page_listing

            return sanitize(as_csv(page_listing(page)), keep_newlines=True)

        async def rows_markdown() -> str:
            from vsexplorer.output.listing import as_markdown, page_listing

            return as_markdown(page_listing(page))

        def code(client: str) -> Callable[[], Awaitable[str]]:
            async def write() -> str:
                from vsexplorer.output.snippets import Client, snippet

                return snippet(Client(client), page.argv, self._explorer.target)

            return write

        rows = f"all {len(page.hits):,} rows" if len(page.hits) != 1 else "the row"
        return [
            CopyChoice("J", f"{rows}, as JSON", rows_json),
            CopyChoice("C", f"{rows}, as CSV", rows_csv),
            CopyChoice("M", f"{rows}, as a Markdown table", rows_markdown),
            CopyChoice("r", "the search, as a redis-cli line", code("redis-cli")),
            CopyChoice("p", "the search, as redis-py code", code("redis-py")),
            CopyChoice("g", "the search, as go-redis code", code("go-redis")),
        ]
