"""The groups of a map with their colours and counts; each can be hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from vsexplorer.core.text import sanitize
from vsexplorer.tui.keymap import Place, bindings

if TYPE_CHECKING:
    from vsexplorer.insight.colouring import Colouring


class MapLegend(OptionList):
    """Lists groups; owns which of them are hidden."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LEGEND)
    DEFAULT_CSS = """
    MapLegend {
        height: auto; max-height: 50%; padding: 0 1; background: $background; scrollbar-size-vertical: 1;
        &, &:focus { border: none; border-bottom: solid $surface-lighten-2; }
    }
    """

    class Toggled(Message):
        """A group was hidden or shown."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._grouping: Colouring | None = None
        self.hidden: frozenset[int] = frozenset()
        """The groups that are not shown."""

    def show(self, grouping: Colouring) -> None:
        """List the groups, none of them hidden; an ungrouped map has no legend."""
        self._grouping, self.hidden = grouping, frozenset()
        self.display = bool(grouping.field)
        self._fill()
        self.highlighted = 0 if grouping.field else None

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.hidden ^= {event.option_index}
        self._fill()
        self.highlighted = event.option_index
        self.post_message(self.Toggled())

    def _fill(self) -> None:
        from vsexplorer.output.palette import colours

        self.clear_options()
        if self._grouping is None or not self._grouping.field:
            return
        rows = zip(colours(self._grouping), self._grouping.labels, self._grouping.counts, strict=True)
        for group, (colour, label, count) in enumerate(rows):
            hidden = group in self.hidden
            mark = Content.styled("□ " if hidden else "■ ", colour)
            words = Content.styled(f"{sanitize(label)}  ", "$text-disabled" if hidden else "")
            self.add_option(Option(mark + words + Content.styled(f"{count:,}", "$text-muted")))
