"""The filter line with its report, completion, corrections and match count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from vsexplorer.core.values import Hit
from vsexplorer.tui.main.line_bar import LineBar
from vsexplorer.tui.main.messages import StatusMessage
from vsexplorer.tui.widgets.filter_line import FilterHighlighter
from vsexplorer.tui.widgets.prompt import PromptLine

if TYPE_CHECKING:
    from vsexplorer.insight.match_counts import Matches
    from vsexplorer.language.check import Report
    from vsexplorer.language.clauses import Identity
    from vsexplorer.language.dialect import Dialect
    from vsexplorer.language.known import SetFacts


_EXAMPLE = 'for example .year > 1950 and .country == "Chile"'


class FilterBar(LineBar):
    """Owns the filter line and checks it once per edit; imports the filter language lazily."""

    class Changed(Message):
        """The filter has changed; ``valid`` tells whether it can be sent."""

        def __init__(self, valid: bool) -> None:
            super().__init__()
            self.valid = valid

    def __init__(self) -> None:
        super().__init__(
            "filter",
            _EXAMPLE,
            FilterHighlighter(lambda: self.app.theme_variables, lambda: self.dialect.engine),
        )
        self._dialect: Dialect | None = None
        self.facts: SetFacts | None = None
        """The sampled fields of the open set; ``None`` until sampled."""

    def compose(self) -> ComposeResult:
        """Compose the line, its finding and the completion list."""
        yield self._line
        yield self._finding
        yield self.completions

    @property
    def dialect(self) -> Dialect:
        """The filter dialect of the server; the newest one until the server is known."""
        from vsexplorer.language.dialect import NEWEST

        return self._dialect or NEWEST

    @property
    def report(self) -> Report:
        """All findings for the expression."""
        from vsexplorer.language.check import check

        return check(self.value, self.dialect, self.facts)

    @property
    def valid(self) -> bool:
        """Whether the filter can be sent: the server accepts it, and no name in it is unfinished."""
        if not self.value:
            return True
        report = self.report
        return report.ok and not report.unfinished

    @property
    def conditions(self) -> frozenset[Identity]:
        """The conditions joined by ``and`` in the expression."""
        from vsexplorer.language.clauses import conditions

        return frozenset() if self.dialect.engine else conditions(self.value)

    def set(self, expression: str, announce: bool = True) -> None:
        """Replace the expression and check it.

        Args:
            expression: The new filter.
            announce: Whether to post ``Changed``.
        """
        self._line.set_quietly(expression)
        self._accept(announce)

    def toggle(self, condition: str) -> bool:
        """Add a condition to the filter or remove it; returns whether the filter could be changed."""
        from vsexplorer.language.clauses import toggle

        if self.dialect.engine:
            from vsexplorer.language.engine_query import toggled

            changed = toggled(self.value, condition)
            if changed is not None:
                self.set(changed)
            return changed is not None
        if not self.valid:
            return False
        self.set(toggle(self.value, condition))
        return True

    def use_dialect(self, dialect: Dialect) -> None:
        """Check filters in the given dialect from now on; a filter in another language is cleared."""
        other = dialect.engine != self.dialect.engine
        self._dialect = dialect
        if other:
            self.set("", announce=False)

    @property
    def _example(self) -> str:
        if self.facts is None:
            return _EXAMPLE
        if self.dialect.engine:
            return "for example @year:[1950 +inf] @country:{Chile}"
        from vsexplorer.language.example import example

        found = example(self.facts)
        return f"for example {found or '.field > 1'}"

    def use_facts(self, facts: SetFacts | None) -> None:
        """Use the sampled fields of the set for checks and completion."""
        self.facts = facts
        self._line.input.placeholder = self._example
        if facts is not None and self.value:
            self._propose()
            self._show(self.report)

    def verdict(self, hit: Hit) -> str:
        """Explain whether an element passes the filter; empty without a valid filter. Sanitized."""
        expression = self.value
        if not expression.strip():
            return ""
        from vsexplorer.language.evaluator import compiled
        from vsexplorer.language.program import Refusal

        try:
            verdict = compiled(expression, self.dialect).explain(hit.attributes)
        except Refusal:
            return ""
        return f"{'✓' if verdict.match else '✗'} {verdict.because}"

    def show_matches(self, matches: Matches) -> None:
        """Show how many elements pass the filter."""
        if matches.exact and not matches.number:
            self.say("no match")
        elif matches.exact:
            self.say(f"✓ {matches.number:,} match", "good")
        elif not matches.uniform:
            self.say(f"✓ ≈ {matches.number:,} match (not a uniform sample of {matches.sampled:,})", "good")
        else:
            bounds = f"{matches.low:,} to {matches.high:,}, from {matches.sampled:,} sampled"
            self.say(f"✓ ≈ {matches.number:,} match ({bounds})", "good")

    def close_completion(self) -> bool:
        """Close the completion list and show the finding it hid; returns whether it was open."""
        closed = super().close_completion()
        if closed:
            self._show(self.report)
        return closed

    # Keys

    def action_correct(self) -> None:
        """Apply the suggested correction."""
        finding = self._finding.finding
        if finding is not None and finding.correction is not None:
            self.set(finding.correction.apply(self.value))

    def action_propose(self) -> None:
        """Open the completion list."""
        if not self._propose(asked=True):
            nothing = "nothing to complete here" if self.facts else "attributes not sampled yet"
            self.post_message(StatusMessage(nothing))

    def action_reweigh(self, step: float) -> None:
        """Report that only the terms of a query have weights."""
        self.post_message(StatusMessage("only the terms of a sum in the query line have weights"))

    # Events

    @on(PromptLine.Edited)
    def _edited(self, event: PromptLine.Edited) -> None:
        event.stop()
        self._propose()
        self._accept(announce=True)

    def _accept(self, announce: bool) -> None:
        report = self.report
        self._show(report)
        if announce:
            self.post_message(self.Changed(not self.value or (report.ok and not report.unfinished)))

    def _show(self, report: Report) -> None:
        # The proposals already show what is missing.
        finding = None if self._completion.open and report.unfinished else report.primary
        self._finding.show(finding, int(self._line.input.scroll_offset.x))
        if not report.ok or report.unfinished:
            self.say("…" if report.unfinished else "✗", "" if report.unfinished else "error")

    def _propose(self, asked: bool = False) -> bool:
        if self.facts is None or not self.is_active:
            self._completion.close()
            return False
        from vsexplorer.language.completion import complete

        place = self._completion.begin()
        proposals = complete(*place, self.facts, self.dialect, asked)
        self._completion.show(proposals, place, proposals[0].start if proposals else 0)
        return bool(proposals)
