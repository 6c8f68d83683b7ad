"""The filter at work: judged as it is typed, completed, corrected, counted, and set from the panel of fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import events, on

from vsexplorer.core.values import Hit, ResultPage, SetInfo
from vsexplorer.tui.screens.asking import Asking
from vsexplorer.tui.screens.completing import Completer
from vsexplorer.tui.screens.counting import MatchCounter
from vsexplorer.tui.screens.face import ExplorerFace
from vsexplorer.tui.screens.judging import FilterJudge
from vsexplorer.tui.widgets.completions import CompletionList
from vsexplorer.tui.widgets.fields_panel import FieldsPanel
from vsexplorer.tui.widgets.prompt import PromptLine

if TYPE_CHECKING:
    from vsexplorer.insight.match_counts import Matches
    from vsexplorer.tui.screens.connection import ConnectionKeeper


class FilteringScreen(ExplorerFace):
    """What the main screen does with its filter line."""

    connection: ConnectionKeeper

    def __init__(self, remapped: Mapping[str, str], count: int) -> None:
        super().__init__(remapped)
        self.info: SetInfo | None = None
        """The open set."""
        self.page: ResultPage | None = None
        """The answer that is shown."""
        self.asking = Asking(count)
        self.judge = FilterJudge(self)
        self.counter = MatchCounter(self, self._tell_count)
        self.completer = Completer(self.filter_line, self.completions, self.judge)

    def on_mount(self) -> None:
        """Follow the cursor in the filter."""
        self.watch(self.filter_line.input, "selection", self.completer.moved, init=False)

    def ask(self) -> None:
        """Search for what the lines say now."""
        raise NotImplementedError

    def forget_answers(self) -> None:
        """What is under way answers a question nobody asks any more."""
        raise NotImplementedError

    @on(PromptLine.Edited, "#filter")
    def _filter_edited(self) -> None:
        self.asking.narrow()
        self.completer.propose()
        report = self.judge.report()
        self.show_report(report, self.completer.open)
        self._mark_conditions()
        if report.ok and not report.unfinished:
            self.ask()
        else:
            self.forget_answers()
            self.mark_stale()

    def verdict(self, hit: Hit) -> str:
        """What the filter says of an element and why; empty without a valid filter."""
        return self.judge.verdict(hit)

    def fields_known(self) -> None:
        """A sample of the open set has come, or is gone."""
        self.fields.show(self.judge.facts, self.judge.dialect.null)
        if self.judge.facts is not None and self.filter_line.value:
            self.completer.propose()
            self.show_report(self.judge.report(), self.completer.open)

    def action_correct_filter(self) -> None:
        """Apply the correction that is offered."""
        finding = self.finding_line.finding
        if finding is not None and finding.correction is not None:
            self._set_filter(finding.correction.apply(self.filter_line.value))

    def action_complete(self) -> None:
        """Take the proposal that is highlighted; where there is none, go to the next part of the screen."""
        if not self.completer.take():
            self.completer.close()
            self.focus_next()

    def action_propose(self) -> None:
        """Show what could be typed here."""
        if self.filter_line.input.has_focus and not self.completer.propose(asked=True):
            self.say("nothing to propose here" if self.judge.facts else "the attributes have not been sampled yet")

    def close_proposals(self) -> bool:
        """Take the proposals away and say again what they stood for; returns whether there were any."""
        closed = self.completer.close()
        if closed:
            self.show_report(self.judge.report())
        return closed

    @on(CompletionList.Taken, "#completions")
    def _proposal_clicked(self) -> None:
        self.completer.take()

    @on(PromptLine.Moved)
    def _moved(self, event: PromptLine.Moved) -> None:
        self.move(event.by)

    def move(self, by: int) -> None:
        """Move in the proposals, or in the results."""
        if self.completer.open:
            self.completer.choose(by)
        else:
            self.results.action_move(by)

    @on(events.DescendantBlur)
    def _left(self) -> None:
        self.completer.close()

    # The panel of fields

    def action_toggle_fields(self) -> None:
        """Show the panel of fields, or take it away."""
        shown = not self.has_class("-fields")
        self.show_fields(shown)
        self._mark_conditions()

    @on(FieldsPanel.Toggled)
    def _condition_toggled(self, event: FieldsPanel.Toggled) -> None:
        from vsexplorer.language.clauses import toggle

        if self.judge.accepts():
            self._set_filter(toggle(self.filter_line.value, event.condition))
        else:
            self.say("the filter has to be mended first: f goes there", error=True)

    @on(FieldsPanel.Unwritable)
    def _condition_unwritable(self) -> None:
        self.say("no filter can say this: the field's name or the value cannot be written in one", error=True)

    def _mark_conditions(self) -> None:
        if not self.has_class("-fields"):
            return
        from vsexplorer.language.clauses import conditions

        self.fields.mark(conditions(self.filter_line.value))

    def _set_filter(self, expression: str) -> None:
        self.filter_line.input.value = expression
        self.filter_line.input.cursor_position = len(expression)

    # How many match

    def _tell_count(self, expression: str, matches: Matches) -> None:
        if self.page is not None and self.filter_line.value == expression == self.page.query.filter:
            self.show_matches(self.page, matches)

    def action_widen(self) -> None:
        """Examine more candidates of a filtered search."""
        if self.info is None or not self.filter_line.value.strip():
            self.say("only a search with a filter can be widened")
            return
        before = self.asking.options
        words = self.asking.widen(self.info)
        self.say(words)
        if self.asking.options != before:
            self.ask()
