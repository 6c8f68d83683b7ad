"""What stands where results would be: a state in words, with its way out."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from vsexplorer.core.progress import Progress

_BAR = 30


class Notice(Static):
    """A title, a sentence, a hint, and progress where something is under way."""

    DEFAULT_CSS = """
    Notice {
        width: 1fr;
        height: 1fr;
        content-align: center middle;
        text-align: center;
        padding: 0 2;
        color: $text-muted;
        overflow: hidden;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.words = ""
        """What is shown, as plain text."""

    def say(self, title: str, sentence: str = "", hint: str = "", error: bool = False) -> None:
        """Show a state; the texts are harmless already."""
        self.words = "\n".join(filter(None, (title, sentence, hint)))
        content = Content.styled(title, "bold $text-error" if error else "bold $text")
        for text in (sentence, hint):
            if text:
                content = content + Content("\n\n" + text)
        self.update(content)

    def say_progress(self, progress: Progress) -> None:
        """Show how far something has come."""
        self.say(f"{progress.what[:1].upper()}{progress.what[1:]} …", progress_text(progress))


def progress_text(progress: Progress) -> str:
    """A bar with figures; empty where nothing is counted."""
    if progress.fraction is None:
        return ""
    full = round(progress.fraction * _BAR)
    return "━" * full + "─" * (_BAR - full) + f"\n{progress.amount}"
