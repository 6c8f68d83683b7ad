"""A notice shown in place of the results, with a hint what to do."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from vsexplorer.core.progress import Progress
from vsexplorer.core.text import SafeText, sanitize

_BAR = 30


class Notice(Static):
    """Shows a title, a sentence and a hint, or progress."""

    DEFAULT_CSS = """
    Notice {
        width: 1fr;
        height: 1fr;
        content-align: center middle;
        text-align: center;
        padding: 0 2;
        color: $text-muted;
        overflow: hidden;
        &.-stale { text-style: italic dim; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.words = SafeText("")
        """The text shown, without styles."""

    def say(self, title: str, sentence: str = "", hint: str = "", error: bool = False) -> None:
        """Show a notice, sanitized; the texts may have several lines."""
        title, sentence, hint = (sanitize(text, keep_newlines=True) for text in (title, sentence, hint))
        self.words = sanitize("\n".join(filter(None, (title, sentence, hint))), keep_newlines=True)
        content = Content.styled(title, "bold $text-error" if error else "bold $text")
        for text in (sentence, hint):
            if text:
                content = content + Content("\n\n" + text)
        self.update(content)

    def say_progress(self, progress: Progress) -> None:
        """Show the progress of an operation."""
        self.say(f"{progress.what[:1].upper()}{progress.what[1:]} …", progress_text(progress))


def progress_text(progress: Progress) -> str:
    """Return a progress bar with figures; empty if the total is unknown."""
    if progress.fraction is None:
        return ""
    full = round(progress.fraction * _BAR)
    return "━" * full + "─" * (_BAR - full) + f"\n{progress.amount}"
