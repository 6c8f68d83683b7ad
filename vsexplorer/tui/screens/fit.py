"""The fit screen: which of the models at hand the open set was made with."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import Progress
from vsexplorer.core.text import decode, plural
from vsexplorer.core.values import SetInfo
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.report import BAD, GOOD, QUIET, TITLE, Report, styled

if TYPE_CHECKING:
    from vsexplorer.services.fit import FitReport

_TEXTS = 200


class _Left(Exception):
    """The screen was left."""


class FitScreen(Screen[str | None]):
    """Embeds texts of the set again with each model; dismisses with the model to use, if the user chose it.

    Args:
        session: The services.
        info: The set.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.FIT)
    AUTO_FOCUS = "Report"
    DEFAULT_CSS = """
    FitScreen {
        & > #fit-title { text-style: bold; color: $text-accent; }
        & > Report { height: 1fr; border-top: solid $surface-lighten-2; }
        & > #fit-status { color: $text-muted; }
    }
    """

    def __init__(self, session: Session, info: SetInfo) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._report = Report()
        self._status = TextBar(id="fit-status")
        self._left = False
        self.found: FitReport | None = None
        """The result; ``None`` until it is known."""

    def compose(self) -> ComposeResult:
        """Compose the title, the report, the status line and the footer."""
        yield TextBar(id="fit-title")
        yield self._report
        yield self._status
        yield Footer([*keys_at(Place.FIT), *keys_at(Place.EVERYWHERE)], self._session.remapped)

    def on_mount(self) -> None:
        """Begin to embed."""
        self.query_one("#fit-title", TextBar).set_text(f"which model made {decode(self._info.key)}?")
        # Leaving the screen must not cancel a command under way, which would close its connection.
        self.app.run_worker(self._check(), group="fit", description="comparing models")

    def on_unmount(self) -> None:
        """Stop after the texts that are being embedded."""
        self._left = True

    def action_use(self) -> None:
        """Search with the model that fits best."""
        best = self.found.tried[0] if self.found is not None else None
        if best is None or best.fit.verdict.value not in ("same", "related"):
            self._status.set_text("none of the models made this set")
        else:
            self.dismiss(best.model)

    def action_back(self) -> None:
        """Return to the results."""
        self.dismiss(None)

    async def _check(self) -> None:
        def show(progress: Progress) -> None:
            if self._left:
                raise _Left
            self._status.set_text(f"{progress.what} {progress.amount}")

        try:
            found = await self._session.explorer.fit.check(self._info.key, _TEXTS, Random(), progress=show)  # noqa: S311
        except _Left:
            return
        except VsexplorerError as error:
            self._status.set_text(error.line)
            return
        if not self._left:
            self._show(found)

    def _show(self, found: FitReport) -> None:
        from vsexplorer.insight.fit import MEANINGS

        self.found = found
        content = styled("Texts of the set were embedded again, and compared with the stored vectors.\n\n", QUIET)
        for one in found.tried:
            fit = one.fit
            style = {"same": GOOD, "other": BAD}.get(fit.verdict.value, "")
            content += styled(f"{one.model}\n", TITLE)
            content += styled(f"  {MEANINGS[fit.verdict]}\n", style)
            content += styled(
                f"  .{one.field}: median cosine {fit.median:.3f}, mostly {fit.low:.3f} to {fit.high:.3f}, "
                f"by {plural(fit.texts, 'text')}\n\n"
            )
        if not found.uniform:
            content += styled("The texts are not a uniform sample.\n", QUIET)
        self._report.show(content)
        best = found.tried[0]
        usable = best.fit.verdict.value in ("same", "related")
        record = ", and record it" if usable and self._session.write else ""
        self._status.set_text(f"ctrl+s: use {best.model}{record}" if usable else "none of the models made this set")
