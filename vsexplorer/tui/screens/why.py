"""The why screen: why an element is missing from the results, or which of its words put it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import decode
from vsexplorer.core.values import Query, SearchOptions
from vsexplorer.language.query_source import line_of
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.line_input import LineInput
from vsexplorer.tui.widgets.report import BAD, GOOD, QUIET, TITLE, Report, styled
from vsexplorer.tui.widgets.suggesters import NameSuggester

if TYPE_CHECKING:
    from vsexplorer.insight.why import Explanation
    from vsexplorer.insight.words import Piece, WordWeights
    from vsexplorer.services.explanations import TermShare

_LISTED = 8
"""Words that are listed with their figures."""


class WhyScreen(Screen[SearchOptions | None]):
    """Explains an element of a search; dismisses with options that find it, if the user wants to use them.

    Args:
        session: The services.
        query: The search.
        element: The element to explain first; ``None`` asks for one.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.WHY)
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    WhyScreen {
        & > #why-title { text-style: bold; color: $text-accent; }
        & > LineInput.-textual-compact { padding: 0 1; background: $surface; }
        & > Report { height: 1fr; border-top: solid $surface-lighten-2; }
        & > #why-status { color: $text-muted; }
    }
    """

    def __init__(self, session: Session, query: Query, element: bytes | None) -> None:
        super().__init__()
        self._session = session
        self._query = query
        self._element = element
        self._run = 0
        """Number of explanations asked for; a superseded one is dropped."""
        self._found: Explanation | None = None
        self._report = Report()
        self._status = TextBar(id="why-status")

    def compose(self) -> ComposeResult:
        """Compose the title, the line for the element, the report, the status line and the footer."""
        yield TextBar(id="why-title")
        suggester = NameSuggester(self._names)
        value = decode(self._element) if self._element is not None else ""
        yield LineInput(value, placeholder="the name of an element that is missing", suggester=suggester)
        yield self._report
        yield self._status
        yield Footer([*keys_at(Place.WHY), *keys_at(Place.EVERYWHERE)], self._session.remapped)

    def on_mount(self) -> None:
        """Explain the selected element, or wait for a name."""
        where = f" · filter {self._query.filter}" if self._query.filter.strip() else ""
        self.query_one("#why-title", TextBar).set_text(f"why? · {line_of(self._query.source)}{where}")
        self._status.set_text("enter: explain · →: complete the name")
        if self._element is not None:
            self._explain(self._element)

    def on_unmount(self) -> None:
        """Drop the explanation under way."""
        self._run += 1

    @property
    def explanation(self) -> Explanation | None:
        """The explanation that is shown."""
        return self._found

    def action_use(self) -> None:
        """Search with the options that find the element."""
        if self._found is None or self._found.options is None or self._found.options == self._query.options:
            self._status.set_text("there are no options that would find it")
        else:
            self.dismiss(self._found.options)

    def action_back(self) -> None:
        """Return to the results."""
        self._run += 1
        self.dismiss(None)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value:
            self._explain(event.value.encode("utf-8", "surrogateescape"))

    async def _names(self, begun: str) -> list[str]:
        prefix = begun.encode("utf-8", "surrogateescape")
        return [decode(name) for name in await self._session.explorer.elements.names(self._query.key, prefix)]

    def _explain(self, element: bytes) -> None:
        self._run += 1
        self._found = None
        self._report.show(Content(""))
        self._status.set_text("asking …")
        # Leaving the screen must not cancel a command under way, which would close its connection.
        self.app.run_worker(self._ask(self._run, element), group="why", description="explaining an element")

    async def _ask(self, run: int, element: bytes) -> None:
        from vsexplorer.insight.why import Cause

        explanations = self._session.explorer.explanations
        try:
            found = await explanations.why(self._query, element)
        except VsexplorerError as error:
            self._refuse(run, error)
            return
        if run != self._run:
            return
        self._found = found
        report = _drawn(found)
        self._report.show(report)
        if found.cause is not Cause.FOUND:
            use = " · ctrl+s: use these options" if found.options is not None else ""
            self._status.set_text(f"{found.cause.value}{use}")
            return
        self._status.set_text("weighing the words …")
        try:
            weights = await explanations.words(self._query, element, stop=lambda: run != self._run)
            terms = await explanations.terms(self._query, element)
        except VsexplorerError as error:
            if run == self._run:
                self._report.show(report + styled(f"\n{error}\n", QUIET))
                self._status.set_text("found")
            return
        if run == self._run:
            self._report.show(report + _terms(terms) + _words(weights))
            self._status.set_text("the words that carry the similarity are marked")

    def _refuse(self, run: int, error: VsexplorerError) -> None:
        if run == self._run:
            self._status.set_text(error.line)


def _drawn(found: Explanation) -> Content:
    content = styled(f"{found.sentence}\n", "bold")
    if found.mend:
        content += styled(f"{found.mend}\n", GOOD)
    content += Content("\n")
    for step in found.steps:
        sign, style = {True: ("✓", GOOD), False: ("✗", BAD), None: ("?", QUIET)}[step.passed]
        content += styled(f"{sign} {step.name:<12} ", style) + styled(f"{step.sentence}\n")
    return content


def _terms(terms: list[TermShare]) -> Content:
    if not terms:
        return Content("")
    content = styled("\nterm, weight, similarity to it alone, share of the cosine\n", TITLE)
    for one in terms:
        content += styled(f"{one.words}  {one.weight:+g}  {one.score:.4f}  {one.share:+.4f}\n")
    return content


def _words(weights: WordWeights) -> Content:
    content = styled("\nits text; what it loses without a word\n", TITLE)
    strongest = max((abs(one.weight) for one in weights.pieces), default=0.0)
    place = 0
    for one in weights.pieces:
        content += styled(weights.text[place : one.start], QUIET)
        content += styled(one.text, _emphasis(one, strongest))
        place = one.end
    content += styled(f"{weights.text[place:]}\n\n", QUIET)
    for one in sorted(weights.pieces, key=lambda piece: -abs(piece.weight))[:_LISTED]:
        content += styled(f"{one.weight:+.4f}  ", GOOD if one.weight > 0 else BAD) + styled(f"{one.text}\n")
    return content + styled(f"\nsimilarity of the whole text: {weights.score:.4f}\n", QUIET)


def _emphasis(piece: Piece, strongest: float) -> str:
    share = piece.weight / strongest if strongest else 0.0
    if share >= 2 / 3:
        return f"bold underline {GOOD}"
    if share >= 1 / 3:
        return GOOD
    return f"italic {BAD}" if share <= -1 / 3 else QUIET
