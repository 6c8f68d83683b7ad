"""The element screen: attributes, vector and neighbours of an element, with a breadcrumb of those visited."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static, Tree

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import decode
from vsexplorer.core.values import ElementDetails, Hit
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.selection import Selection
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.attribute_tree import AttributeTree
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.line_input import LineInput
from vsexplorer.tui.widgets.links import LinksList
from vsexplorer.tui.widgets.vector_view import VectorView

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer

_COMPARED = 3
"""Maximum number of marked elements compared with; more do not fit in the line."""


@dataclass(frozen=True, slots=True)
class ElementResult:
    """The result of an element screen."""

    element: bytes
    similar: bool
    """Whether to search for elements similar to it."""


class ElementScreen(Screen[ElementResult]):
    """Attributes on the left, vector and neighbours on the right; stacked on narrow terminals."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.ELEMENT)
    AUTO_FOCUS = "AttributeTree"
    DEFAULT_CSS = """
    ElementScreen {
        & > #element-title { text-style: bold; color: $text-accent; }
        & > #element-trail { color: $text-muted; }
        & > #element-body { height: 1fr; border: none; border-top: solid $surface-lighten-2; }
        & > #element-status { color: $text-muted; }
        & > #element-status.-error { color: $text-error; }
        & #element-attributes { width: 1fr; }
        & #element-graph { width: 1fr; border-left: solid $surface-lighten-2; }
        & AttributesView { display: none; }
        &.-raw AttributesView { display: block; }
        &.-raw AttributeTree { display: none; }
        & LinksList { height: 1fr; }
        & #element-value { height: auto; max-height: 9; padding: 0 1; background: $surface; }
        &.-raw #element-value, &.-short #element-value { display: none; }
        & #element-find { display: none; border: none; height: 1; padding: 0 1; background: $surface; }
        &.-finding #element-find { display: block; }
        &.-narrow > #element-body { layout: vertical; }
        &.-narrow #element-graph { width: 100%; border-left: none; border-top: solid $surface-lighten-2; }
        &.-narrow #element-attributes { width: 100%; }
        &.-short VectorView { display: none; }
        &.-short > #element-trail { display: none; }
        &.-short.-narrow #element-graph { display: none; }
        &.-short.-narrow.-graph #element-graph { display: block; border: none; }
        &.-short.-narrow.-graph #element-attributes { display: none; }
    }
    """

    def __init__(self, session: Session, key: bytes, hit: Hit) -> None:
        super().__init__()
        self._session = session
        self._key = key
        self._hit = hit
        self._trail: list[bytes] = [hit.element]
        self._place = 0
        self.details: ElementDetails | None = None
        """Details of the element shown; ``None`` until they have been read."""

    @property
    def _explorer(self) -> Explorer:
        return self._session.explorer

    @property
    def element(self) -> bytes:
        """The element that is shown."""
        return self._trail[self._place]

    @property
    def _marks(self) -> Selection:
        return self._session.selection

    def compose(self) -> ComposeResult:
        """Compose title, breadcrumb, attributes, vector, neighbours, status line and footer."""
        yield TextBar(id="element-title")
        yield TextBar(id="element-trail")
        with Horizontal(id="element-body"):
            with Vertical(id="element-attributes"):
                yield AttributeTree()
                yield AttributesView()
                yield Static(id="element-value", markup=False)
            with Vertical(id="element-graph"):
                yield VectorView()
                yield LinksList()
        yield LineInput(placeholder="find in the attributes", id="element-find")
        yield TextBar(id="element-status")
        yield Footer([*keys_at(Place.ELEMENT), *keys_at(Place.EVERYWHERE)], self._session.remapped)

    def on_mount(self) -> None:
        """Show the attributes already known, then read the element from the server."""
        self.query_one(Input).cursor_blink = False
        self.query_one(AttributeTree).show(self._hit.attributes)
        self._show_title()
        self._session.changed.subscribe(self, self._set_changed)
        self.look()

    def say(self, words: str, error: bool = False) -> None:
        """Show a message in place of the previous one, sanitized."""
        self.query_one("#element-status").set_class(error, "-error")
        self.query_one("#element-status", TextBar).set_text(words)

    def action_look(self) -> None:
        """Read the element again."""
        self.look()
        self.say("reloaded")

    def look(self) -> None:
        """Read the current element in the background."""
        # Leaving the screen must not cancel a command under way, which would close its connection.
        self.app.run_worker(self._look(self.element), group="element", description="reading an element")

    def _shows(self, element: bytes) -> bool:
        """Whether an element is still current: the user may have moved on or closed the screen."""
        return self in self.app.screen_stack and element == self.element

    async def _look(self, element: bytes) -> None:
        try:
            details, levels = await asyncio.gather(
                self._explorer.elements.details(self._key, element),
                self._explorer.elements.neighbours(self._key, element),
            )
        except VsexplorerError as error:
            if self._shows(element):
                self.say(error.message)
            return
        if not self._shows(element):
            return
        self.details = details
        self.query_one(AttributeTree).show(details.attributes)
        self._show_raw()
        self.query_one(LinksList).show(levels, self._trail[: self._place])
        compared = await self._compared(details)
        if self._shows(element):
            self.query_one(VectorView).show(details, compared)
            self._show_title()

    async def _compared(self, details: ElementDetails) -> str:
        """Return the similarity of the element to the marked ones, scored as VSIM does."""
        others = [name for name in self._marks.names if name != details.element]
        if not others:
            return "x: mark an element to compare with"
        from vsexplorer.core.vectors import similarity

        parts = []
        for name in others[-_COMPARED:]:
            try:
                other = await self._explorer.elements.details(self._key, name)
            except VsexplorerError as error:
                parts.append(f"{decode(name)}: {error.message}")
                continue
            parts.append(f"{similarity(details.numbers, other.numbers):.4f} to {decode(name)}")
        return f"similarity {' · '.join(parts)}"

    def _show_title(self) -> None:
        marked = "● " if self.element in self._marks else ""
        ranked = ""
        if self._place == 0 and self._hit.rank:
            ranked = f"#{self._hit.rank} in the results"
            if self._hit.score is not None:
                ranked += f" · similarity {self._hit.score:.4f}"
        self.query_one("#element-title", TextBar).set_text(
            f"{marked}{decode(self.element)}", f"{ranked}   in {decode(self._key)}".strip()
        )
        names = [decode(name) for name in self._trail]
        names[self._place] = f"[{names[self._place]}]"
        trail = " › ".join(names[max(0, self._place - 3) : self._place + 3]) if len(names) > 1 else ""
        self.query_one("#element-trail", TextBar).set_text(trail or "enter: go to the neighbour")

    # Following links

    @on(LinksList.Walked)
    def _walked(self, event: LinksList.Walked) -> None:
        del self._trail[self._place + 1 :]
        self._trail.append(event.element)
        self.action_step(1)

    def action_step(self, by: int) -> None:
        """Go back or forward along the breadcrumb."""
        place = self._place + by
        if not 0 <= place < len(self._trail):
            self.say("no previous element" if by < 0 else "no next element")
            return
        self._place = place
        self.say("")
        self.look()

    def action_panes(self) -> None:
        """Switch the focus between attributes and neighbours."""
        links = self.query_one(LinksList)
        to_links = not links.has_focus
        self.set_class(to_links, "-graph")
        raw = self.query_one(AttributesView) if self.has_class("-raw") else self.query_one(AttributeTree)
        (links if to_links else raw).focus()

    # Attributes

    def action_raw(self) -> None:
        """Switch between the stored attributes and the tree."""
        self.toggle_class("-raw")
        self._show_raw()
        raw = self.query_one(AttributesView) if self.has_class("-raw") else self.query_one(AttributeTree)
        raw.focus()

    def _show_raw(self) -> None:
        if self.details is not None and self.has_class("-raw"):
            self.query_one(AttributesView).show("stored attributes", self.details.attributes)

    @on(Tree.NodeHighlighted)
    def _part_selected(self) -> None:
        self.query_one("#element-value", Static).update(Content(self.query_one(AttributeTree).cut_off))

    def action_find(self) -> None:
        """Open the line to find text in the attributes."""
        self.add_class("-finding")
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _finding(self, event: Input.Changed) -> None:
        event.stop()
        if event.value and not self.query_one(AttributeTree).find(event.value):
            self.say(f"not found in the attributes: {event.value}")
        else:
            self.say("")

    @on(Input.Submitted)
    def _found(self) -> None:
        self.query_one(AttributeTree).focus()
        self.say("n: next match · N: previous match")

    # Leaving, marking

    def action_back(self) -> None:
        """Leave the find line, or the element."""
        if self.has_class("-finding"):
            self.remove_class("-finding")
            self.query_one(AttributeTree).focus()
        else:
            self.dismiss(ElementResult(self.element, False))

    def action_similar(self) -> None:
        """Leave, and search for similar elements."""
        self.dismiss(ElementResult(self.element, True))

    def action_copy(self) -> None:
        """Open the copy menu."""
        from vsexplorer.tui.screens.copy import Copier

        copier = Copier(self.app, self._explorer, self._key, self.say)
        copier.offer(Hit(0, self.element, None, None), None)

    # Changing

    def action_edit_attributes(self) -> None:
        """Edit the attributes."""
        if self._session.edits.allowed:
            self._session.run(self._session.edits.edit(self._key, self.element))

    def action_rename_element(self) -> None:
        """Rename the element."""
        if self._session.edits.allowed:
            self._session.run(self._rename(self.element))

    async def _rename(self, element: bytes) -> None:
        name = await self._session.edits.rename(self._key, element)
        if name is not None:
            self._rename_in_trail(element, name)

    def action_delete_element(self) -> None:
        """Delete the element, and leave it."""
        if self._session.edits.allowed:
            self._session.run(self._delete(self.element))

    async def _delete(self, element: bytes) -> None:
        if await self._session.edits.delete(self._key, [element]):
            self.dismiss(ElementResult(element, False))

    def action_undo_change(self) -> None:
        """Undo the last change."""
        if self._session.edits.allowed:
            self._session.run(self._undo(self.element))

    async def _undo(self, element: bytes) -> None:
        change = await self._session.edits.undo()
        if change is not None and change.key == self._key and (name := change.renamed.get(element)) is not None:
            self._rename_in_trail(element, name)

    def _rename_in_trail(self, element: bytes, name: bytes) -> None:
        self._trail = [name if one == element else one for one in self._trail]
        self.look()

    def _set_changed(self, key: bytes) -> None:
        if key == self._key:
            self.look()

    def action_mark(self) -> None:
        """Mark the element to compare others with it, or unmark it."""
        marked = self._marks.toggle(self.element)
        self.say(f"{'marked' if marked else 'unmarked'}: {decode(self.element)}")
        self._show_title()
