"""Write a map, or some of its elements, to a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import decode, plural
from vsexplorer.core.values import SetInfo

if TYPE_CHECKING:
    from vsexplorer.services.transfers import Transfers
    from vsexplorer.tui.services.map_contents import MapContents


class MapFiles:
    """Writes files for a map screen; never over an existing one.

    Args:
        transfers: Returns the service that exports elements.
        info: The set.
        say: Shows a message; the flag marks an error.
    """

    def __init__(self, transfers: Callable[[], Transfers], info: SetInfo, say: Callable[[str, bool], None]) -> None:
        self._transfers = transfers
        self._info = info
        self._say = say

    async def export(self, names: tuple[bytes, ...], path: Path) -> None:
        """Export elements to a file, and say what came of it."""
        from vsexplorer.transfer.exporter import SUFFIXES, ExportPlan

        if not self._may_export(path):
            return
        plan = ExportPlan(self._info.key, path, SUFFIXES[path.suffix.lower()], names=names)
        try:
            report = await self._transfers().export(self._info, plan)
        except VsexplorerError as error:
            self._say(error.line, True)
        else:
            self._say(f"{plural(report.written, 'element')} written to {path}", False)

    async def save(self, contents: MapContents, path: Path) -> None:
        """Write the map to a file, and say what came of it."""
        from vsexplorer.output.map_file import save
        from vsexplorer.output.map_picture import Picture

        labelled = list(contents.labels(None))
        picture = Picture(decode(self._info.key), contents.shown, contents.grouping, labelled)
        try:
            await asyncio.to_thread(save, picture, path, False)
        except VsexplorerError as error:
            self._say(error.line, True)
        else:
            self._say(f"the map is written to {path}", False)

    def _may_export(self, path: Path) -> bool:
        """Return whether a file can be written; show why not."""
        from vsexplorer.transfer.exporter import SUFFIXES

        if path.suffix.lower() not in SUFFIXES:
            self._say(f"{path} must end in .jsonl, .csv or .parquet; nothing was written", True)
        elif path.exists():
            self._say(f"{path} exists already; nothing was written", True)
        else:
            return True
        return False
