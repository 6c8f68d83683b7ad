"""Suggestions for the lines of a form, shown after the cursor: paths, field names and element names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from textual.suggester import Suggester

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import sanitize

_MOST_FILES = 10_000
"""Maximum number of folder entries examined."""


class PathSuggester(Suggester):
    """Completes the last part of a path.

    Args:
        folder: Folder that relative paths start from.
        shown: Whether a path is suggested.
    """

    def __init__(self, folder: Path, shown: Callable[[Path], bool]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._folder = folder
        self._shown = shown

    async def get_suggestion(self, value: str) -> str | None:
        """Return the path completed by the first matching entry of its folder; ``None`` if none matches."""
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
    """Completes a field name after the last separator.

    Args:
        fields: Returns the fields there are.
        behind: Separators after which a name begins; empty if the whole line is a name.
        closing: Text appended to a completed name.
    """

    def __init__(self, fields: Callable[[], Sequence[str]], behind: str = "", closing: str = "") -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._fields = fields
        self._behind = behind
        self._closing = closing

    async def get_suggestion(self, value: str) -> str | None:
        """Return the line completed by the first matching field; ``None`` if none matches."""
        place = max((value.rfind(one) for one in self._behind), default=-1)
        template = place >= 0
        begun = value[place + 1 :].lstrip()
        if not begun:
            return None
        before = value[: len(value) - len(begun)]
        found = next((name for name in self._fields() if name.startswith(begun) and sanitize(name) == name), None)
        return f"{before}{found}{self._closing if template else ''}" if found is not None else None


class NameSuggester(Suggester):
    """Completes the name of an element.

    Args:
        find: Finds names that begin with a text.
    """

    def __init__(self, find: Callable[[str], Awaitable[Sequence[str]]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._find = find

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first name that begins as typed; ``None`` if none does."""
        try:
            found = await self._find(value) if value else []
        except VsexplorerError:
            # The explanation reports the server's error.
            return None
        return next((name for name in found if name.startswith(value) and sanitize(name) == name), None)
