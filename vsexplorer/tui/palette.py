"""The command palette: what the keys do, found by name."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from vsexplorer.tui.keymap import KEYMAP


class KeymapProvider(Provider):
    """Offers the commands of the keymap."""

    async def discover(self) -> Hits:
        """All commands."""
        for key in KEYMAP:
            if key.palette:
                yield DiscoveryHit(key.help, partial(self.screen.run_action, key.action))

    async def search(self, query: str) -> Hits:
        """The commands that match."""
        matcher = self.matcher(query)
        for key in KEYMAP:
            if key.palette and (score := matcher.match(key.help)) > 0:
                yield Hit(score, matcher.highlight(key.help), partial(self.screen.run_action, key.action))
