"""The line under the results: the command that was sent, or a message."""

from __future__ import annotations

from vsexplorer.core.text import milliseconds
from vsexplorer.core.values import ByText, ResultPage
from vsexplorer.tui.widgets.bars import TextBar


class StatusLine(TextBar):
    """Shows the command behind the results and where its time went, or a message in its place."""

    DEFAULT_CSS = """
    StatusLine {
        color: $text-muted;
        &.-error { color: $text-error; }
    }
    """

    def say(self, words: str, error: bool = False) -> None:
        """Show a message, sanitized."""
        self.set_class(error, "-error")
        self.set_text(words)

    def show_command(self, page: ResultPage) -> None:
        """Show the command, its notes and its timings."""
        times = page.timings
        took = f"redis {milliseconds(times.redis)} · all {milliseconds(times.total)} ms"
        if times.embed or isinstance(page.query.source, ByText):
            embed = "remembered" if times.embed_cached else milliseconds(times.embed)
            took = f"embed {embed} · {took}"
        self.remove_class("-error")
        notes = "".join(f"note: {note} · " for note in page.notes)
        self.set_text(f"{notes}{page.command}", took)
