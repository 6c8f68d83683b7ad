"""The command palette: the key bindings of the active screen, found by name."""

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
        """List all commands."""
        for key, node in self._commands():
            yield DiscoveryHit(self._words(key), partial(self.app.run_action, key.action, node))

    async def search(self, query: str) -> Hits:
        """List the commands that match a query."""
        matcher = self.matcher(query)
        for key, node in self._commands():
            words = self._words(key)
            if (score := matcher.match(words)) > 0:
                yield Hit(score, matcher.highlight(words), partial(self.app.run_action, key.action, node))

    def _words(self, key: Key) -> str:
        """Return the label, help text and key of a command, as one line."""
        remapped = self.app.remapped if isinstance(self.app, _Remapped) else {}
        return f"{key.label}: {key.help} ({shown(key, remapped)})"

    def _commands(self) -> Iterator[tuple[Key, DOMNode]]:
        """Yield the commands bound on the active screen, each with the node that handles its action."""
        found: set[str] = set()
        for node in (*self.screen.walk_children(with_self=True), self.app):
            for binding in own_bindings(node):
                key = _OFFERED.get(binding.id or "")
                if key is not None and key.id not in found:
                    found.add(key.id)
                    yield key, node
