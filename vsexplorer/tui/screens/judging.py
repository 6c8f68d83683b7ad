"""What the main screen knows of the filter being typed: whether it is valid, what surprises, what it decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import sanitize
from vsexplorer.core.values import Hit

if TYPE_CHECKING:
    from vsexplorer.language.check import Report
    from vsexplorer.language.dialect import Dialect
    from vsexplorer.language.known import SetFacts
    from vsexplorer.tui.screens.filtering import FilteringScreen


class FilterJudge:
    """Judges the filter line. The language is imported when it is first needed: the first picture does not wait."""

    def __init__(self, screen: FilteringScreen) -> None:
        self._screen = screen
        self.facts: SetFacts | None = None
        """From a sample of the open set; ``None`` until it is there."""

    @property
    def dialect(self) -> Dialect:
        """The language of the connected server, the newest without one."""
        from vsexplorer.language.dialect import NEWEST

        connection = self._screen.connection
        return connection.explorer.dialect if connection.connected else NEWEST

    def report(self) -> Report:
        """All there is to say about the filter."""
        from vsexplorer.language.check import check

        return check(self._screen.filter_line.value, self.dialect, self.facts)

    def accepts(self) -> bool:
        """Whether the filter can be sent: the server would take it, and nobody is in the middle of a name."""
        if not self._screen.filter_line.value:
            return True
        report = self.report()
        return report.ok and not report.unfinished

    def verdict(self, hit: Hit) -> str:
        """What the filter says of an element and why; empty without a valid filter."""
        expression = self._screen.filter_line.value
        if not expression.strip():
            return ""
        from vsexplorer.language.evaluator import compiled
        from vsexplorer.language.program import Refusal

        try:
            verdict = compiled(expression, self.dialect).explain(hit.attributes)
        except Refusal:
            return ""
        return sanitize(f"{'✓' if verdict.match else '✗'} {verdict.because}")

    def look_at_fields(self, key: bytes) -> None:
        """Sample the attributes of a set in the background."""
        self.facts = None
        self._screen.fields_known()
        self._screen.run_worker(self._sample(key), group="fields", description="sampling attributes")

    async def _sample(self, key: bytes) -> None:
        screen = self._screen
        try:
            facts = await screen.connection.explorer.samples.facts(key)
        except VsexplorerError:
            # Nothing depends on it: without a sample nothing is said about fields.
            return
        if screen.info is not None and screen.info.key == key:
            self.facts = facts
            screen.fields_known()
