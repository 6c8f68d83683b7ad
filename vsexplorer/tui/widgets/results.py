"""The table of ranked results."""

from __future__ import annotations

from textual.message import Message

from vsexplorer.core.columns import MISSING_RANK, sort_key, tabulate
from vsexplorer.core.text import display, sanitize
from vsexplorer.core.values import Hit, ResultPage, Source
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.element_table import ElementLine, ElementTable


class ResultsTable(ElementTable):
    """Hits with rank, score and attribute columns; one is selected."""

    BINDINGS = bindings(Place.RESULTS)

    class Selected(Message):
        """Another element is selected; ``None`` when there are no results."""

        def __init__(self, hit: Hit | None) -> None:
            super().__init__()
            self.hit = hit

    class Sorted(Message):
        """The sorting has changed."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[ElementLine] = []
        self._ranked: list[ElementLine] = []
        self._asked: tuple[bytes, Source, str] | None = None
        self._typical: float | None = None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._lines)

    def line(self, index: int) -> ElementLine:
        """Return the element of a row."""
        return self._lines[index]

    def show(self, page: ResultPage) -> None:
        """Replace the rows; keep the sorting and, if the search is the same, the selected element."""
        asked = (page.query.key, page.query.source, page.query.filter)
        selected = self.selected if asked == self._asked else None
        self._asked = asked
        table = tabulate([hit.attributes for hit in page.hits])
        self.all_columns = table.columns
        self._ranked = [
            ElementLine(hit, display(hit.element), row) for hit, row in zip(page.hits, table.rows, strict=True)
        ]
        self._scored = any(hit.score is not None for hit in page.hits)
        self._scale()
        self.fit_names([line.name for line in self._ranked])
        self.stale = False
        self._arrange()
        self.rows_replaced(self._place_of(selected) if selected is not None else 0)

    def scale_from(self, typical: float | None) -> None:
        """Draw the bars from a typical score to the best result; ``None`` for the cosine similarity."""
        self._typical = typical
        self._scale()
        self.refresh()

    def _scale(self) -> None:
        best = max((line.hit.score or 0.0 for line in self._ranked), default=0.0)
        known = self._typical is not None and self._typical < best
        self.scale = (self._typical or 0.0, best) if known else (0.5, 1.0)

    def _place_of(self, hit: Hit) -> int:
        """Return the row of an element, or the cursor's row if it is no longer among the results."""
        places = (place for place, line in enumerate(self._lines) if line.hit.element == hit.element)
        return next(places, self.cursor)

    def moved(self) -> None:
        """Post the selected element."""
        self.post_message(self.Selected(self.selected))

    @property
    def sorting(self) -> str:
        """Description of the sorting; empty if sorted by rank."""
        shown = any(column.field == self.sort_field for column in self.columns)
        arrow = "▼" if self.sort_reversed else "▲"
        return f"by {sanitize(self.sort_field)} {arrow}" if shown and self.sort_field is not None else ""

    def sort_by_rank(self) -> None:
        """Sort by the rank again, and show the first columns."""
        self.sort_field, self.sort_reversed, self._first_column = None, False, 0

    def clear(self) -> None:
        """Remove all rows."""
        self._lines, self._ranked, self.all_columns = [], [], ()
        self.rows_replaced()

    def sorting_changed(self) -> None:
        """Sort the rows and announce it."""
        self._arrange()
        self.post_message(self.Sorted())
        self.rows_replaced()

    def _arrange(self) -> None:
        field = self.sort_field
        if field is None or all(column.field != field for column in self.columns):
            self._lines = list(reversed(self._ranked)) if field is None and self.sort_reversed else self._ranked
            return
        keys = {id(line): sort_key(line.fields.get(field)) for line in self._ranked}
        missing = [line for line in self._ranked if keys[id(line)][0] == MISSING_RANK]
        present = [line for line in self._ranked if keys[id(line)][0] != MISSING_RANK]
        present.sort(key=lambda line: keys[id(line)], reverse=self.sort_reversed)
        self._lines = present + missing
