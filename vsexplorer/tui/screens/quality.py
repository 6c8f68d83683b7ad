"""The quality screen: recall of the present search options, the curve over EF, and the worst queries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import decode, fit, plural, sanitize
from vsexplorer.core.values import EXACT_COST, SearchDraft, SearchOptions, SetInfo
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.report import GOOD, QUIET, TITLE, Report, bar, styled

if TYPE_CHECKING:
    from vsexplorer.insight.ef_curve import CurvePoint, CurveSample
    from vsexplorer.insight.recall import Measured, RecallQuery, RecallSummary

_QUERIES = 50
_BUDGET = 0.2
"""Share of the time for which the server may be kept busy."""
_MOST_EXACT = 15_000.0
"""Milliseconds that all exact searches of one measurement may take."""
_LEAST_QUERIES = 5
_WORST = 20
_BAR = 20


class QueryKind(StrEnum):
    """What the queries are made from."""

    ELEMENTS = "elements of the set"
    MIXTURES = "mixtures of three elements"
    SEARCHES = "your searches"


@dataclass(frozen=True, slots=True)
class QualityChoice:
    """What to do with what was measured: use other options, or repeat a query."""

    options: SearchOptions | None = None
    search: SearchDraft | None = None


class QualityScreen(Screen[QualityChoice | None]):
    """Measures while it is shown; dismisses with what the user chose.

    Args:
        session: The services.
        info: The set.
        filter: The filter in force, which the server accepts.
        options: The options in force.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.QUALITY)
    AUTO_FOCUS = "Report"
    DEFAULT_CSS = """
    QualityScreen {
        & > #quality-title { text-style: bold; color: $text-accent; }
        & > Report { height: 1fr; border-top: solid $surface-lighten-2; }
        & > OptionList {
            height: auto; max-height: 30%; padding: 0 1; background: $background; scrollbar-size-vertical: 1;
            &, &:focus { border: none; border-top: solid $surface-lighten-2; }
        }
        & > #quality-status { color: $text-muted; }
        &.-short > OptionList { display: none; }
    }
    """

    def __init__(self, session: Session, info: SetInfo, filter: str, options: SearchOptions) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._filter = filter
        self._options = options
        self._kind = QueryKind.ELEMENTS
        self._run = 0
        """Number of measurements started; a superseded one ends by itself."""
        self._measured: list[Measured] = []
        self._samples: list[CurveSample] = []
        self._points: list[CurvePoint] = []
        self._worst: list[Measured] = []
        self._title = TextBar(id="quality-title")
        self._report = Report()
        self._list = OptionList(markup=False)
        self._status = TextBar(id="quality-status")

    def compose(self) -> ComposeResult:
        """Compose the title, the report, the worst queries, the status line and the footer."""
        yield self._title
        yield self._report
        yield self._list
        yield self._status
        yield Footer([*keys_at(Place.QUALITY), *keys_at(Place.EVERYWHERE)], self._session.remapped)

    def on_mount(self) -> None:
        """Start measuring."""
        self.action_measure()

    def on_unmount(self) -> None:
        """Stop once the search under way has been answered."""
        self._run += 1

    @property
    def points(self) -> Sequence[CurvePoint]:
        """The curve as far as it is measured."""
        return self._points

    # Keys

    def action_measure(self) -> None:
        """Measure from the beginning."""
        self._run += 1
        self._measured, self._samples, self._points, self._worst = [], [], [], []
        self._show()
        # Leaving the screen must not cancel a command under way, which would close its connection.
        self.app.run_worker(self._measure(self._run), group="quality", description="measuring recall")

    def action_stop(self) -> None:
        """Stop measuring; what is measured stays."""
        self._run += 1
        self._status.set_text(f"stopped after {plural(len(self._measured), 'query', 'queries')} · r: measure again")

    def action_kind(self) -> None:
        """Measure with another kind of queries."""
        kinds = list(QueryKind)
        self._kind = kinds[(kinds.index(self._kind) + 1) % len(kinds)]
        self.action_measure()

    def action_use(self, target: float) -> None:
        """Search with the smallest value that reaches a recall."""
        from vsexplorer.insight.ef_curve import recommended, with_value

        value = recommended(self._points, target)
        if value is None:
            self._status.set_text(f"no value measured so far reaches a recall of {target}")
        else:
            self._run += 1
            self.dismiss(QualityChoice(options=with_value(self._options, self._filter, value)))

    def action_panes(self) -> None:
        """Switch between the report and the worst queries."""
        self.focus_next()

    def action_back(self) -> None:
        """Stop measuring, and return to the results."""
        self._run += 1
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        line = self._worst[event.option_index].query.line
        self._run += 1
        self.dismiss(QualityChoice(search=SearchDraft(line, self._filter, self._options)))

    # Measuring

    async def _measure(self, run: int) -> None:
        quality = self._session.explorer.quality
        self._status.set_text("drawing queries …")
        try:
            queries = await self._queries()
            if not queries:
                if run == self._run:
                    self._status.set_text("no searches with a text yet · n: other queries")
                return
            async with aclosing(
                quality.recall(self._info.key, queries, self._filter, self._options, _BUDGET)
            ) as measuring:
                if not await self._collect(run, measuring, len(queries)):
                    return
            async with aclosing(
                quality.curve(self._info.key, queries, self._filter, self._options, _BUDGET)
            ) as drawing:
                if not await self._collect_curve(run, drawing, len(queries)):
                    return
        except VsexplorerError as error:
            if run == self._run:
                self._status.set_text(error.line)
            return
        self._status.set_text(f"done: {self._basis()} · {self._advice()}")

    async def _queries(self) -> list[RecallQuery]:
        quality, key, random = self._session.explorer.quality, self._info.key, Random()  # noqa: S311
        number = self._number()
        if self._kind is QueryKind.ELEMENTS:
            return (await quality.element_queries(key, number, random))[0]
        if self._kind is QueryKind.MIXTURES:
            return (await quality.mixed_queries(key, number, 3, random))[0]
        from vsexplorer.core.values import ByText
        from vsexplorer.language.query_line import read
        from vsexplorer.language.query_source import source_of

        sources = [source_of(read(one.search.line)) for one in self._session.memory.past]
        texts = list(dict.fromkeys(one.text for one in sources if isinstance(one, ByText)))
        return await quality.text_queries(key, texts[:number]) if texts else []

    def _number(self) -> int:
        """Return how many queries are asked: fewer on sets of which an exact search takes long."""
        exact = max(0.05, self._info.size * self._info.dimension * EXACT_COST)
        return max(_LEAST_QUERIES, min(_QUERIES, int(_MOST_EXACT / exact)))

    async def _collect(self, run: int, measuring: AsyncIterator[Measured], total: int) -> bool:
        async for one in measuring:
            if run != self._run:
                return False
            self._measured.append(one)
            self._status.set_text(f"measuring recall: {len(self._measured)} of {total} queries · ctrl+s: stop")
            self._show()
        return run == self._run

    async def _collect_curve(self, run: int, drawing: AsyncIterator[list[CurveSample]], total: int) -> bool:
        from vsexplorer.insight.ef_curve import curve

        done = 0
        async for one in drawing:
            if run != self._run:
                return False
            self._samples += one
            done += 1
            self._points = curve(self._samples, Random(0))  # noqa: S311 - the same interval is drawn each time
            self._status.set_text(f"measuring the curve: {done} of {total} queries · ctrl+s: stop")
            self._show()
        return run == self._run

    # Drawing

    def _show(self) -> None:
        options = [f"COUNT {self._options.count:,}"]
        options += [f"EF {self._options.ef:,}"] if self._options.ef is not None else []
        options += [f"FILTER-EF {self._options.filter_ef:,}"] if self._options.filter_ef is not None else []
        where = f" · filter {self._filter}" if self._filter.strip() else ""
        self._title.set_text(
            f"search quality · {decode(self._info.key)}{where} · {' '.join(options)}", self._kind.value
        )
        self._report.show(self._recall() + self._loss() + self._curve())
        self._show_worst()

    def _recall(self) -> Content:
        from vsexplorer.insight.recall import depths, summarize

        if not self._measured:
            return styled("Recall is the share of the exact results (TRUTH) that a search finds.\n", QUIET)
        header = " at  queries   mean  95 % interval  median  deviation  minimum   <0.8  <0.9 <0.95 <0.99\n"
        content = styled(header, TITLE)
        for k in depths(self._options.count):
            summary = summarize(k, self._measured, Random(0))  # noqa: S311
            if summary is not None:
                content += styled(_row(summary))
        return content

    def _loss(self) -> Content:
        from vsexplorer.insight.recall import explain_loss, unfiltered_mean

        values = [one.recall[self._options.count] for one in self._measured if one.recall]
        if not values:
            return Content("")
        mean = sum(values) / len(values)
        sentence = explain_loss(mean, unfiltered_mean(self._measured), self._info.quantization)
        return styled(f"\n{sentence}\n")

    def _curve(self) -> Content:
        from vsexplorer.insight.ef_curve import TARGETS, recommended

        if not self._points:
            return Content("")
        name = "FILTER-EF" if self._filter.strip() else "EF"
        content = styled(
            f"\n{name:>9}  recall@{self._options.count:<{_BAR + 2}} interval      p50 ms  p95 ms\n", TITLE
        )
        enough = {recommended(self._points, target) for target in TARGETS}
        for point in self._points:
            row = (
                f"{point.value:>9,}  {bar(point.recall, _BAR)} {point.recall:.3f}   "
                f"{point.low:.2f} to {point.high:.2f}  {point.p50:>6.1f}  {point.p95:>6.1f}"
            )
            content += styled(row, GOOD if point.value in enough else "")
            content += styled(" ← enough\n" if point.value in enough else "\n", GOOD)
        return content

    def _show_worst(self) -> None:
        from vsexplorer.insight.recall import lowest

        count = self._options.count
        worst = [one for one in lowest(self._measured, count) if one.query.line][:_WORST]
        if worst == self._worst:
            return
        self._worst = worst
        options = self._list
        highlighted = options.highlighted
        options.clear_options()
        width = max(10, self.size.width - 12)
        options.add_options(
            [
                Option(Content(f"{one.recall[count]:.2f}  {fit(sanitize(one.query.label), width)}"))
                for one in self._worst
            ]
        )
        if self._worst:
            options.highlighted = min(highlighted or 0, len(self._worst) - 1)

    def _basis(self) -> str:
        return f"{plural(len(self._measured), 'query', 'queries')} from {self._kind.value}"

    def _advice(self) -> str:
        from vsexplorer.insight.ef_curve import TARGETS, recommended

        name = "FILTER-EF" if self._filter.strip() else "EF"
        keys = dict(zip(TARGETS, "aA", strict=True))
        found = [
            f"{keys[target]}: {name} {value:,} for {target}"
            for target in TARGETS
            if (value := recommended(self._points, target)) is not None
        ]
        return " · ".join(found) or "no value reaches 0.95: search exactly (TRUTH)"


def _row(one: RecallSummary) -> str:
    under = " ".join(f"{share:>5.0%}" for share in one.under.values())
    return (
        f"{one.k:>3}  {one.queries:>7}  {one.mean:.3f} {one.low:>6.3f} to {one.high:.3f}  {one.median:>6.3f}"
        f"  {one.deviation:>9.3f}  {one.minimum:>7.3f}  {under}\n"
    )
