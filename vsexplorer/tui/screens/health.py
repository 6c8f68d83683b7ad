"""The health screen: what is wrong with a vector set, with examples that open."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import Progress
from vsexplorer.core.text import decode
from vsexplorer.core.values import SetInfo
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.report import BAD, GOOD, QUIET, TITLE, Report, styled

if TYPE_CHECKING:
    from vsexplorer.insight.health.findings import Finding
    from vsexplorer.services.health import HealthReport

_NUMBER = 1_000
"""Elements to look at."""
_STYLES = {"serious": BAD, "warning": "$text-warning", "note": QUIET}


class _Left(Exception):
    """The screen was left."""


class HealthScreen(Screen[bytes | None]):
    """Examines a set; dismisses with an element to open, if the user chose one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.HEALTH)
    AUTO_FOCUS = "OptionList"
    DEFAULT_CSS = """
    HealthScreen {
        & > #health-title { text-style: bold; color: $text-accent; }
        & > Horizontal { height: 1fr; border-top: solid $surface-lighten-2; }
        & OptionList {
            width: 45%; height: 1fr; padding: 0 1; background: $background; scrollbar-size-vertical: 1;
            &, &:focus { border: none; }
        }
        & Report { width: 1fr; height: 1fr; border-left: solid $surface-lighten-2; }
        & > #health-status { color: $text-muted; }
        &.-narrow > Horizontal { layout: vertical; }
        &.-narrow OptionList { width: 1fr; height: 1fr; }
        &.-narrow Report { border-left: none; border-top: solid $surface-lighten-2; }
    }
    """

    def __init__(self, session: Session, info: SetInfo) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._run = 0
        """Number of examinations started; a superseded one ends by itself."""
        self._rows: list[tuple[Finding, bytes | None]] = []
        """For each line of the list: the finding, and the example if it is one."""
        self.report: HealthReport | None = None
        """The result; ``None`` until the examination has ended."""
        self._report = Report()
        self._list = OptionList(markup=False)
        self._status = TextBar(id="health-status")

    def compose(self) -> ComposeResult:
        """Compose the title, the findings, the explanation, the status line and the footer."""
        yield TextBar(id="health-title")
        with Horizontal():
            yield self._list
            yield self._report
        yield self._status
        yield Footer([*keys_at(Place.HEALTH), *keys_at(Place.EVERYWHERE)], self._session.remapped)

    def on_mount(self) -> None:
        """Start the examination."""
        self.query_one("#health-title", TextBar).set_text(f"health · {decode(self._info.key)}")
        self.action_examine()

    def on_unmount(self) -> None:
        """Stop once the command under way has been answered."""
        self._run += 1

    def action_examine(self) -> None:
        """Examine the set again."""
        self._run += 1
        self.report, self._rows = None, []
        self._list.clear_options()
        self._report.show(Content(""))
        # Leaving the screen must not cancel a command under way, which would close its connection.
        self.app.run_worker(self._examine(self._run), group="health", description="examining a set")

    def action_panes(self) -> None:
        """Switch between the findings and the explanation."""
        self.focus_next()

    def action_back(self) -> None:
        """Stop the examination, and return to the results."""
        self._run += 1
        self.dismiss(None)

    async def _examine(self, run: int) -> None:
        def show(progress: Progress) -> None:
            if run != self._run:
                raise _Left
            self._status.set_text(f"{progress.what}: {progress.amount}")

        try:
            report = await self._session.explorer.health.examine(self._info.key, _NUMBER, Random(), progress=show)  # noqa: S311
        except _Left:
            return
        except VsexplorerError as error:
            if run == self._run:
                self._status.set_text(error.line)
            return
        if run == self._run:
            self._show(report)

    def _show(self, report: HealthReport) -> None:
        self.report = report
        options = self._list
        for finding in report.findings:
            count = f" ({finding.count:,} of {finding.of:,})" if finding.count is not None else ""
            self._rows.append((finding, None))
            severity = finding.severity.value
            options.add_option(
                Option(styled(f"{severity:<8} ", _STYLES[severity]) + styled(f"{finding.check}{count}"))
            )
            for example in finding.examples:
                self._rows.append((finding, example))
                options.add_option(Option(styled(f"           {decode(example)}", QUIET)))
        if self._rows:
            options.highlighted = 0
        else:
            self._report.show(styled("Nothing found.", GOOD))
        opens = ["enter: open an example"] if any(example for _, example in self._rows) else []
        self._status.set_text(" · ".join([*report.facts, *opens]))

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index >= len(self._rows):
            # The list was emptied meanwhile.
            return
        finding, example = self._rows[event.option_index]
        content = styled(f"{finding.check}\n\n", TITLE) + styled(f"{finding.sentence}\n")
        if finding.count is not None:
            content += styled(f"\n{finding.count:,} of {finding.of:,} elements looked at\n", QUIET)
        if finding.advice:
            content += styled(f"\n{finding.advice}\n", GOOD)
        if example is not None:
            content += styled(f"\nenter: open {decode(example)}\n", QUIET)
        self._report.show(content)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        example = self._rows[event.option_index][1] if event.option_index < len(self._rows) else None
        if example is not None:
            self.dismiss(example)
