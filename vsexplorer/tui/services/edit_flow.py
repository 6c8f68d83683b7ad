"""Changes to elements and sets: prepare, confirm, make, and undo them one at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from vsexplorer.core.attributes import difference, pretty
from vsexplorer.core.errors import Conflict, VsexplorerError
from vsexplorer.core.text import decode, display, sanitize
from vsexplorer.core.values import ByText, ByVector, SetInfo

if TYPE_CHECKING:
    from vsexplorer.services.edit import PreparedChange
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.vectorset.changes import Change

_TYPED = 10
"""Number of elements from which deleting them requires typing their number."""


class NewElement(Protocol):
    """The input for a new element."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def what(self) -> str:
        """A text to embed, ``[numbers]`` or ``[file]``."""

    @property
    def attributes(self) -> str:
        """JSON, or an empty string."""


class Dialogs(Protocol):
    """Dialogs that ask the user; each returns ``None`` or ``False`` if cancelled."""

    async def confirm(self, question: str, commands: Sequence[str], typed: str) -> bool:
        """Show the commands and ask; ``typed`` must be typed to agree, unless it is empty."""

    async def edit_attributes(self, title: str, stored: str, entered: str, problem: str) -> str | None:
        """Let the user edit JSON, beginning with what was entered before; ``problem`` says why it was refused."""

    async def edit_name(self, title: str, entered: str, problem: str) -> str | None:
        """Let the user edit a name; ``problem`` says why the one entered before was refused."""

    async def new_element(self, title: str, entered: NewElement | None, problem: str) -> NewElement | None:
        """Ask for a name, a text or vector, and attributes; ``problem`` says why those entered were refused."""


class EditFlow:
    """Makes changes after confirmation and keeps them for undo.

    Args:
        explorer: Returns the explorer.
        dialogs: Dialogs that ask the user.
        say: Shows a message on the active screen; the flag marks an error.
        changed: Called with the key of a changed set.
        write: Whether changes are allowed at all.
    """

    def __init__(
        self,
        explorer: Callable[[], Explorer],
        dialogs: Dialogs,
        say: Callable[[str, bool], None],
        changed: Callable[[bytes], None],
        write: bool,
    ) -> None:
        self._explorer = explorer
        self._dialogs = dialogs
        self._say = say
        self._changed = changed
        self._write = write
        self._undo: list[PreparedChange] = []

    @property
    def allowed(self) -> bool:
        """Whether changes are allowed; if not, shows how to allow them."""
        if not self._write:
            self._say("read-only: start with vsexplorer --write to make changes", True)
            return False
        if self._explorer().capabilities.replica:
            self._say("this server is a replica: connect to its primary to make changes", True)
            return False
        return True

    async def edit(self, key: bytes, element: bytes) -> bool:
        """Edit an element's attributes; returns whether they were changed."""
        from vsexplorer.services.edit import Seen, checked_attributes

        entered: str | None = None
        problem = ""
        while True:
            try:
                before = (await self._explorer().elements.details(key, element)).attributes
                shown = sanitize(pretty(before), keep_newlines=True)
                title = f"attributes of {decode(element)}"
                text = await self._dialogs.edit_attributes(
                    title, shown, shown if entered is None else entered, problem
                )
                if text is None:
                    return False
                if text == shown:
                    self._say("nothing changed", False)
                    return False
                after = checked_attributes(text)
                prepared = await self._explorer().editor.set_attributes(key, element, after, Seen(before))
            except Conflict as error:
                entered, problem = text, f"{error.message} Accept again to replace what they wrote."
            except VsexplorerError as error:
                self._fail(error)
                return False
            else:
                return await self._make(prepared, about=list(difference(before, after)))

    async def rename(self, key: bytes, element: bytes) -> bytes | None:
        """Rename an element; returns the new name, or ``None`` if it was not changed."""
        entered, problem = decode(element), ""
        while True:
            name = await self._dialogs.edit_name(f"rename {decode(element)}", entered, problem)
            # A name that is not UTF-8 is shown with its bytes escaped; unchanged, it must not be written back.
            if not name or name == decode(element):
                return None
            raw = name.encode("utf-8", "surrogateescape")
            try:
                prepared = await self._explorer().editor.rename(key, element, raw)
            except VsexplorerError as error:
                entered, problem = name, error.line
            else:
                return raw if await self._make(prepared) else None

    async def delete(self, key: bytes, elements: Sequence[bytes]) -> bool:
        """Delete elements; returns whether they were deleted."""
        typed = str(len(elements)) if len(elements) >= _TYPED else ""
        return await self._prepare(self._explorer().editor.delete(key, elements), typed)

    async def delete_set(self, info: SetInfo) -> bool:
        """Delete a vector set, whose name must be typed; returns whether it was deleted."""
        return await self._prepare(self._explorer().editor.delete_set(info.key), display(info.key))

    async def add(self, key: bytes) -> bool:
        """Add an element; returns whether it was added."""
        entered: NewElement | None = None
        problem = ""
        while True:
            entered = await self._dialogs.new_element(f"add an element to {decode(key)}", entered, problem)
            if entered is None:
                return False
            try:
                prepared = await self._added(key, entered)
            except VsexplorerError as error:
                problem = error.line
            else:
                return await self._make(prepared)

    async def undo(self) -> Change | None:
        """Undo the last change; returns the change that undid it, or ``None`` if it was not undone."""
        if not self._undo:
            self._say("nothing to undo", False)
            return None
        undo = self._undo.pop()
        try:
            await self._explorer().editor.apply(undo)
        except VsexplorerError as error:
            if not isinstance(error, Conflict):
                self._undo.append(undo)
            self._fail(error)
            return None
        self._say(f"undone: {undo.words.removeprefix('undo: ')}", False)
        self._changed(undo.change.key)
        return undo.change

    async def _added(self, key: bytes, form: NewElement) -> PreparedChange:
        from vsexplorer.core.vectors import packed
        from vsexplorer.language.query_line import Kind, read
        from vsexplorer.services.edit import checked_attributes

        name = form.name.encode("utf-8", "surrogateescape")
        reading = read(form.what) if form.what.lstrip().startswith("[") else None
        what: ByText | ByVector | str = ByText(form.what)
        if reading is not None and reading.terms:
            term = reading.terms[0]
            what = ByVector(packed(term.numbers)) if term.kind is Kind.VECTOR else term.text
        return await self._explorer().editor.add(key, name, what, checked_attributes(form.attributes))

    async def _prepare(self, preparing: Awaitable[PreparedChange], typed: str) -> bool:
        """Prepare a change, ask, and make it; returns whether it was made."""
        try:
            prepared = await preparing
        except VsexplorerError as error:
            self._fail(error)
            return False
        return await self._make(prepared, typed)

    async def _make(self, prepared: PreparedChange, typed: str = "", about: Sequence[str] = ()) -> bool:
        """Ask whether to make a change, and make it; returns whether it was made."""
        lines = [*about, "", *prepared.lines] if about else prepared.lines
        if not await self._dialogs.confirm(prepared.words, lines, typed):
            return False
        try:
            undo = await self._explorer().editor.apply(prepared)
        except VsexplorerError as error:
            self._fail(error)
            return False
        if undo is not None:
            self._undo.append(undo)
        self._say(f"done: {prepared.words}{' · u: undo' if undo is not None else ''}", False)
        self._changed(prepared.change.key)
        return True

    def _fail(self, error: VsexplorerError) -> None:
        self._say(error.line, True)
