"""What the main screen knows of the filter being typed: whether it is valid, what surprises, what it decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsexplorer.errors import VsexplorerError
from vsexplorer.model import Hit
from vsexplorer.text import sanitize

if TYPE_CHECKING:
    from vsexplorer.language.check import KnownFields, Report
    from vsexplorer.language.dialect import Dialect
    from vsexplorer.tui.screens.explorer import ExplorerScreen


class FilterJudge:
    """Judges the filter line. The language is imported when it is first needed: the first picture does not wait."""

    def __init__(self, screen: ExplorerScreen) -> None:
        self._screen = screen
        self.known_fields: KnownFields | None = None
        """From a sample of the open set; ``None`` until it is there."""

    @property
    def _dialect(self) -> Dialect:
        from vsexplorer.language.dialect import NEWEST

        connection = self._screen.connection
        return connection.backend.dialect if connection.connected else NEWEST

    def report(self) -> Report:
        """All there is to say about the filter."""
        from vsexplorer.language.check import check

        return check(self._screen.filter_line.value, self._dialect, self.known_fields)

    def accepts(self) -> bool:
        """Whether the server would take the filter."""
        return not self._screen.filter_line.value or self.report().ok

    def verdict(self, hit: Hit) -> str:
        """What the filter says of an element and why; empty without a valid filter."""
        expression = self._screen.filter_line.value
        if not expression.strip():
            return ""
        from vsexplorer.language.evaluator import compiled
        from vsexplorer.language.program import Refusal

        try:
            verdict = compiled(expression, self._dialect).explain(hit.attributes)
        except Refusal:
            return ""
        return sanitize(f"{'✓' if verdict.match else '✗'} {verdict.because}")

    def look_at_fields(self, key: bytes) -> None:
        """Sample the attributes of a set in the background."""
        self.known_fields = None
        self._screen.run_worker(self._sample(key), group="fields", description="sampling attributes")

    async def _sample(self, key: bytes) -> None:
        from vsexplorer.language.check import KnownFields

        screen = self._screen
        try:
            facts = await screen.backend.facts(key)
        except VsexplorerError:
            # Nothing depends on it: without a sample nothing is said about fields.
            return
        if screen.info is not None and screen.info.key == key:
            self.known_fields = KnownFields(facts.names, facts.sampled)
            if screen.filter_line.value:
                screen.show_report(self.report())
