"""Changing things from the screen: with ``--write`` only, commands first, one step back at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from vsexplorer.core.attributes import pretty
from vsexplorer.core.errors import ChangedMeanwhile, VsexplorerError
from vsexplorer.core.text import decode, display, sanitize
from vsexplorer.core.values import SetInfo

if TYPE_CHECKING:
    from vsexplorer.services.edit import Editor, PreparedChange
    from vsexplorer.tui.screens.explorer import ExplorerScreen
    from vsexplorer.tui.screens.forms import NewElementForm

_TYPED = 10
"""Elements from which on their number must be typed before they are deleted."""


class Changer:
    """Prepares changes, asks, makes them, and remembers how to take them back."""

    def __init__(self, screen: ExplorerScreen) -> None:
        self._screen = screen
        self._undo: list[PreparedChange] = []

    def allowed(self) -> bool:
        """Whether anything may be changed; says how it could be where not."""
        if not self._screen.start.write:
            self._say("read-only: start with vsexplorer --write to change things", error=True)
        return self._screen.start.write

    # What is changed

    def edit(self, key: bytes, element: bytes, then: Callable[[], None]) -> None:
        """Edit an element's attributes."""
        if self.allowed():
            self._work(self._edit(key, element, then))

    def rename(self, key: bytes, element: bytes, then: Callable[[bytes], None]) -> None:
        """Give an element another name; ``then`` is told the new one."""
        from vsexplorer.tui.screens.forms import NameForm

        def typed(name: str | None) -> None:
            raw = (name or "").encode("utf-8", "surrogateescape")
            # A name that is not UTF-8 is shown with its bytes written out, which are not typed anew.
            if name and name != decode(element):
                self._work(self._ask(self._editor.rename(key, element, raw), lambda: then(raw)))

        if self.allowed():
            self._screen.app.push_screen(NameForm(f"rename {display(element)}", decode(element)), typed)

    def delete(self, key: bytes, elements: Sequence[bytes], then: Callable[[], None]) -> None:
        """Delete elements."""
        if elements and self.allowed():
            typed = str(len(elements)) if len(elements) >= _TYPED else ""
            self._work(self._ask(self._editor.delete(key, elements), then, typed))

    def delete_set(self, info: SetInfo, then: Callable[[], None]) -> None:
        """Delete a vector set; its name must be typed."""
        if self.allowed():
            self._work(self._ask(self._editor.delete_set(info.key), then, display(info.key)))

    def add(self, key: bytes, then: Callable[[], None]) -> None:
        """Add an element."""
        from vsexplorer.tui.screens.forms import AddForm

        def typed(form: NewElementForm | None) -> None:
            if form is not None:
                self._work(self._ask(self._added(key, form), then))

        if self.allowed():
            self._screen.app.push_screen(AddForm(f"add an element to {display(key)}"), typed)

    def undo(self) -> None:
        """Take the last change back."""
        if not self.allowed():
            return
        if not self._undo:
            self._say("nothing to take back")
        else:
            self._work(self._take_back(self._undo.pop()))

    # How

    @property
    def _editor(self) -> Editor:
        return self._screen.explorer.editor

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        self._screen.run_worker(work, group="change", description="changing something")

    def _say(self, words: str, error: bool = False) -> None:
        # Whichever screen is in front, and whatever it says itself; what was said before is over.
        self._screen.app.clear_notifications()
        self._screen.app.notify(words, severity="error" if error else "information", timeout=8, markup=False)

    async def _edit(self, key: bytes, element: bytes, then: Callable[[], None]) -> None:
        from vsexplorer.services.edit import Seen, checked_attributes
        from vsexplorer.tui.screens.forms import AttributesForm

        try:
            before = (await self._screen.explorer.elements.details(key, element)).attributes
        except VsexplorerError as error:
            self._say(sanitize(str(error)), error=True)
            return
        shown = sanitize(pretty(before), keep_newlines=True)
        text = await self._screen.app.push_screen_wait(AttributesForm(f"attributes of {display(element)}", shown))
        if text is None:
            return
        if text == shown:
            self._say("nothing was changed")
            return
        after = checked_attributes(text)
        await self._ask(self._editor.describe(key, element, after, Seen(before)), then)

    async def _added(self, key: bytes, form: NewElementForm) -> PreparedChange:
        from vsexplorer.core.values import ByText, ByVector
        from vsexplorer.core.vectors import packed
        from vsexplorer.language.query_line import Kind, read
        from vsexplorer.services.edit import checked_attributes

        name = form.name.encode("utf-8", "surrogateescape")
        reading = read(form.what) if form.what.lstrip().startswith("[") else None
        what: ByText | ByVector | str = ByText(form.what)
        if reading is not None and reading.terms:
            term = reading.terms[0]
            what = ByVector(packed(term.numbers)) if term.kind is Kind.VECTOR else term.text
        return await self._editor.add(key, name, what, checked_attributes(form.attributes))

    async def _ask(self, preparing: Awaitable[PreparedChange], then: Callable[[], None], typed: str = "") -> None:
        from vsexplorer.tui.screens.confirm import ConfirmScreen

        try:
            prepared = await preparing
            if not await self._screen.app.push_screen_wait(ConfirmScreen(prepared.words, prepared.lines, typed)):
                return
            undo = await self._editor.make(prepared)
        except VsexplorerError as error:
            self._say(sanitize(str(error)), error=True)
            return
        if undo is not None:
            self._undo.append(undo)
        self._say(f"done: {prepared.words}{' · u takes it back' if undo is not None else ''}")
        then()

    async def _take_back(self, undo: PreparedChange) -> None:
        try:
            await self._editor.make(undo)
        except VsexplorerError as error:
            if not isinstance(error, ChangedMeanwhile):
                self._undo.append(undo)
            self._say(sanitize(str(error)), error=True)
            return
        self._say(f"taken back: {undo.words.removeprefix('take back: ')}")
        self._screen.follow_change()
