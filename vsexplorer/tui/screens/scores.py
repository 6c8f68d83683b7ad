"""The scores screen: where the results lie among all elements, and the EPSILON at a visible gap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import decode
from vsexplorer.core.values import ResultPage, SearchOptions
from vsexplorer.language.query_source import line_of
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.report import GOOD, TITLE, Report, bar, styled

if TYPE_CHECKING:
    from vsexplorer.insight.distribution import ScoreDistribution

_LEAST_RANGES, _MOST_RANGES = 6, 24
_AROUND = 12
"""Lines of the screen that are not ranges."""
_BAR, _LEAST_BAR = 40, 4
_BESIDE = 36
"""Cells of a line beside its bar."""


class ScoresScreen(Screen[SearchOptions | None]):
    """Shows the scores of a page of results among those of a sample; dismisses with options to search with.

    Args:
        session: The services.
        page: The results.
        options: The options in force.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.SCORES)
    AUTO_FOCUS = "Report"
    DEFAULT_CSS = """
    ScoresScreen {
        & > #scores-title { text-style: bold; color: $text-accent; }
        & > Report { height: 1fr; border-top: solid $surface-lighten-2; }
        & > #scores-status { color: $text-muted; }
    }
    """

    def __init__(self, session: Session, page: ResultPage, options: SearchOptions) -> None:
        super().__init__()
        self._session = session
        self._page = page
        self._options = options
        self._report = Report()
        self._status = TextBar(id="scores-status")
        self.found: ScoreDistribution | None = None
        """The scores; ``None`` until they are known."""

    def compose(self) -> ComposeResult:
        """Compose the title, the histogram, the status line and the footer."""
        yield TextBar(id="scores-title")
        yield self._report
        yield self._status
        yield Footer([*keys_at(Place.SCORES), *keys_at(Place.EVERYWHERE)], self._session.remapped)

    def on_mount(self) -> None:
        """Score a sample of the set."""
        query = self._page.query
        where = f" · filter {query.filter}" if query.filter.strip() else ""
        self.query_one("#scores-title", TextBar).set_text(
            f"scores · {decode(query.key)} · {line_of(query.source)}{where}"
        )
        self._status.set_text("reading a sample of the set …")
        # Leaving the screen must not cancel a command under way, which would close its connection.
        self.app.run_worker(self._measure(), group="scores", description="scoring a sample")

    def on_resize(self) -> None:
        """Fit the number of ranges to the height."""
        self._show()

    def action_use(self) -> None:
        """Search with the EPSILON at the gap."""
        gap = self.found.gap() if self.found is not None else None
        if gap is None:
            self._status.set_text("there is no visible gap between the results")
        else:
            self.dismiss(replace(self._options, epsilon=gap.epsilon))

    def action_back(self) -> None:
        """Return to the results."""
        self.dismiss(None)

    async def _measure(self) -> None:
        try:
            found = await self._session.explorer.distribution.of_page(self._page)
        except VsexplorerError as error:
            self._status.set_text(error.line)
            return
        self.found = found
        self._show()

    def _show(self) -> None:
        found = self.found
        if found is None:
            return
        ranges = max(_LEAST_RANGES, min(_MOST_RANGES, self.size.height - _AROUND))
        rows = found.histogram(ranges)
        most = max(elements for _, _, elements, _ in rows) or 1
        width = max(_LEAST_BAR, min(_BAR, self.size.width - _BESIDE))
        content = styled(f"   from      to  {'elements':<{width + 7}} results\n", TITLE)
        for low, high, elements, results in rows:
            content += styled(f"  {low:.3f}   {high:.3f}  {bar(elements / most, width)} {elements:>6,}")
            content += styled(f"  {results:>6,}\n", GOOD) if results else Content("\n")
        for sentence in found.sentences():
            content += styled(f"\n{sentence}", GOOD if sentence.startswith("A gap") else "")
        self._report.show(content)
        gap = found.gap()
        self._status.set_text(f"ctrl+s: search with EPSILON {gap.epsilon:g}" if gap is not None else "")
