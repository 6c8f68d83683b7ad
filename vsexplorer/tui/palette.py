"""The command palette: what the keys do on the screen in front, found by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from vsexplorer.tui.keymap import KEYMAP, Key

_OFFERED = {key.id: key for key in KEYMAP if key.palette}


class KeymapProvider(Provider):
    """Offers the commands of the keymap."""

    async def discover(self) -> Hits:
        """All commands."""
        for key, node in self._commands():
            yield DiscoveryHit(key.help, partial(self.app.run_action, key.action, node))

    async def search(self, query: str) -> Hits:
        """The commands that match."""
        matcher = self.matcher(query)
        for key, node in self._commands():
            if (score := matcher.match(key.help)) > 0:
                yield Hit(score, matcher.highlight(key.help), partial(self.app.run_action, key.action, node))

    def _commands(self) -> Iterator[tuple[Key, DOMNode]]:
        """The commands that are bound somewhere on the screen, with the node whose action each is."""
        for node in (*self.screen.walk_children(with_self=True), self.app):
            for binding in type(node).__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding) and (key := _OFFERED.get(binding.id or "")) is not None:
                    yield key, node
