"""The command palette: what the keys do on the screen in front, found by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from vsexplorer.tui.keymap import KEYMAP, Key, own_bindings, shown

_OFFERED = {key.id: key for key in KEYMAP if key.offered}


@runtime_checkable
class _Remapped(Protocol):
    remapped: Mapping[str, str]


class KeymapProvider(Provider):
    """Offers the commands of the keymap."""

    async def discover(self) -> Hits:
        """All commands."""
        for key, node in self._commands():
            yield DiscoveryHit(self._words(key), partial(self.app.run_action, key.action, node))

    async def search(self, query: str) -> Hits:
        """The commands that match."""
        matcher = self.matcher(query)
        for key, node in self._commands():
            words = self._words(key)
            if (score := matcher.match(words)) > 0:
                yield Hit(score, matcher.highlight(words), partial(self.app.run_action, key.action, node))

    def _words(self, key: Key) -> str:
        """The name of a command, what it does, and its key."""
        remapped = self.app.remapped if isinstance(self.app, _Remapped) else {}
        return f"{key.label}: {key.help} ({shown(key, remapped)})"

    def _commands(self) -> Iterator[tuple[Key, DOMNode]]:
        """The commands that are bound somewhere on the screen, with the node whose action each is."""
        found: set[str] = set()
        for node in (*self.screen.walk_children(with_self=True), self.app):
            for binding in own_bindings(node):
                key = _OFFERED.get(binding.id or "")
                if key is not None and key.id not in found:
                    found.add(key.id)
                    yield key, node
