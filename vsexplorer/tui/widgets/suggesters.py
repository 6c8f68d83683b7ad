"""What a line of a form may be completed to, shown behind the cursor: paths, and fields of a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.suggester import Suggester

from vsexplorer.core.text import sanitize

_MOST_FILES = 10_000
"""Entries of a folder that are looked at."""


class PathSuggester(Suggester):
    """Completes the last part of a path.

    Args:
        folder: Where relative paths begin.
        shown: Tells whether a path is offered.
    """

    def __init__(self, folder: Path, shown: Callable[[Path], bool]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._folder = folder
        self._shown = shown

    async def get_suggestion(self, value: str) -> str | None:
        """Return the path with the first entry of its folder that begins so; ``None`` if there is none."""
        return await asyncio.to_thread(self._complete, value) if value else None

    def _complete(self, value: str) -> str | None:
        before, slash, begun = value.rpartition("/")
        folder = self._folder / Path(f"{before}{slash}").expanduser()
        found: list[str] = []
        try:
            for number, path in enumerate(folder.iterdir()):
                if number >= _MOST_FILES:
                    break
                if path.name.startswith(begun) and sanitize(path.name) == path.name and self._shown(path):
                    found.append(f"{path.name}/" if path.is_dir() else path.name)
        except OSError:
            return None
        return f"{before}{slash}{min(found)}" if found else None


class FieldSuggester(Suggester):
    """Completes the name of a field behind the last of some characters.

    Args:
        fields: Returns the fields there are.
        behind: Characters of which the last one begins a name; none where the whole line is one.
        closing: What is put behind a name.
    """

    def __init__(self, fields: Callable[[], Sequence[str]], behind: str = "", closing: str = "") -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._fields = fields
        self._behind = behind
        self._closing = closing

    async def get_suggestion(self, value: str) -> str | None:
        """Return the line with the first field that begins so; ``None`` if there is none."""
        place = max((value.rfind(one) for one in self._behind), default=-1)
        template = place >= 0
        begun = value[place + 1 :].lstrip()
        if not begun:
            return None
        before = value[: len(value) - len(begun)]
        found = next((name for name in self._fields() if name.startswith(begun) and sanitize(name) == name), None)
        return f"{before}{found}{self._closing if template else ''}" if found is not None else None
