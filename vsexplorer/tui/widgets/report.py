"""A scrollable report of paragraphs, and the styles that reports use."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from vsexplorer.core.text import sanitize

TITLE = "bold $text-accent"
QUIET = "$text-muted"
GOOD = "$text-success"
BAD = "$text-error"
_EIGHTHS = " ▏▎▍▌▋▊▉"


class Report(VerticalScroll):
    """Shows a report; arrow and page keys scroll it."""

    DEFAULT_CSS = """
    Report {
        padding: 0 1; scrollbar-size-vertical: 1;
        & > Static { width: 1fr; height: auto; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._content = Static(markup=False)

    def compose(self) -> list[Static]:
        """Compose the text."""
        return [self._content]

    def show(self, content: Content) -> None:
        """Show another report."""
        self._content.update(content)


def styled(text: str, style: str = "") -> Content:
    """Return text, sanitized, in a style; line ends around it have none, because they would colour whole lines."""
    safe = sanitize(text, keep_newlines=True)
    inner = safe.strip("\n")
    if not style or not inner:
        return Content(safe)
    before, _, after = safe.partition(inner)
    return Content(before) + Content.styled(inner, style) + Content(after)


def bar(share: float, width: int) -> str:
    """Draw a share from 0 to 1 as a bar of that many cells at most."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (_EIGHTHS[rest] if rest else "")
    return drawn + " " * (width - len(drawn))
