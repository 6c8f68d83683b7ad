"""A tree of an element's attributes: aligns values, folds nested ones, and finds text."""

from __future__ import annotations

import json
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import BindingType
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from vsexplorer.core.attributes import Json, parse
from vsexplorer.core.text import decode, fit, plural, sanitize
from vsexplorer.tui.keymap import Place, bindings

_MOST_CHILDREN = 500
"""Maximum number of children shown of one object or array."""
_WIDEST = 2_000
"""Maximum number of characters shown of one value; the raw view shows the rest."""
_UNFOLDED = 40
"""Maximum number of children for an object or array to be expanded initially."""
_DEEPEST = 60
_WIDEST_NAME = 24
"""Maximum width to which names are padded, so that values align."""
_COLOURS = {str: "green", bool: "yellow", int: "yellow", float: "yellow"}


class AttributeTree(Tree[str]):
    """A tree of fields and values; a node's data is the text that ``find`` searches."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.TREE)
    DEFAULT_CSS = """
    AttributeTree {
        padding: 0 1;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self.show_root = False
        self.guide_depth = 2
        self._wanted = ""

    def show(self, attributes: bytes | None) -> None:
        """Show attributes; they may be missing or invalid JSON."""
        self.clear()
        if not attributes:
            self.root.add_leaf(Text("no attributes", "dim"))
            return
        valid, value = parse(attributes)
        if not valid:
            self._show_invalid(attributes)
        elif isinstance(value, dict | list):
            self._add_parts(self.root, value, 0)
        else:
            self.root.add_leaf(_leaf("", value), data=_plain("", value))
        self.root.expand()

    @property
    def cut_off(self) -> str:
        """The full sanitized text of the node at the cursor, if it is cut off in its line; else empty."""
        node = self.cursor_node
        if node is None or not node.data or cell_len(sanitize(node.data)) < self.size.width - 14:
            return ""
        return sanitize(node.data, keep_newlines=True)[:_WIDEST]

    def find(self, wanted: str, step: int = 1) -> bool:
        """Select the next node that contains a text, wrapping around; returns whether there is one."""
        self._wanted = wanted.casefold()
        nodes = list(self._parts())
        if not self._wanted or not nodes:
            return False
        here = next((place for place, node in enumerate(nodes) if node is self.cursor_node), -1 if step > 0 else 0)
        for offset in range(1, len(nodes) + 1):
            node = nodes[(here + step * offset) % len(nodes)]
            if node.data and self._wanted in node.data.casefold():
                parent = node.parent
                while parent is not None:
                    parent.expand()
                    parent = parent.parent
                self.call_after_refresh(self.move_cursor, node)
                return True
        return False

    def action_find_again(self, step: int) -> None:
        """Select the next or previous match."""
        self.find(self._wanted, step)

    def _parts(self) -> list[TreeNode[str]]:
        found: list[TreeNode[str]] = []
        waiting = list(reversed(self.root.children))
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting += reversed(one.children)
        return found

    def _add_parts(self, node: TreeNode[str], value: dict[str, Json] | list[Json], depth: int) -> None:
        parts = list(value.items()) if isinstance(value, dict) else [(str(n), one) for n, one in enumerate(value)]
        shown = parts[:_MOST_CHILDREN]
        width = min(_WIDEST_NAME, max((cell_len(_short(name)) for name, _ in shown), default=0))
        # Foldable nodes have an arrow before the name; leaves are indented to match.
        folds = any(_folds(part, depth) for _, part in shown)
        for name, part in shown:
            if isinstance(part, dict | list) and _folds(part, depth):
                label = Text.assemble((_padded(name, width), "bold"), (_extent(part), "dim"))
                unfold = len(part) <= _UNFOLDED and depth < 3
                child = node.add(label, data=name, expand=unfold)
                self._add_parts(child, part, depth + 1)
            else:
                node.add_leaf(_leaf(name, part, width, "  " if folds else ""), data=_plain(name, part))
        if len(parts) > _MOST_CHILDREN:
            node.add_leaf(Text(f"… {len(parts) - _MOST_CHILDREN:,} more · J: full text", "dim"))

    def _show_invalid(self, attributes: bytes) -> None:
        text = decode(attributes)
        reason, broken_line, column = _broken(text)
        self.root.add_leaf(Text("not valid JSON:", "yellow"))
        self.root.add_leaf(Text(reason, "yellow"))
        for number, line in enumerate(text.splitlines()[:_MOST_CHILDREN], 1):
            self.root.add_leaf(Text(_short(line)), data=line)
            if number == broken_line:
                self.root.add_leaf(Text(" " * (column - 1) + "^", "yellow"))
        self.root.add_leaf(Text("filters see only the fields before the error", "dim"))


def _broken(text: str) -> tuple[str, int, int]:
    """Return why a text is not valid JSON, and the line and column of the error, or 0."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"{error.msg}, line {error.lineno}, column {error.colno}", error.lineno, error.colno
    except RecursionError:
        return "nested too deeply", 0, 0
    except ValueError:
        pass
    return "contains a number that JSON cannot represent", 0, 0


def _folds(part: Json, depth: int) -> bool:
    return isinstance(part, dict | list) and bool(part) and depth < _DEEPEST


def _padded(name: str, width: int) -> str:
    shown = _short(name)
    return shown + " " * (max(0, width - cell_len(shown)) + 2)


def _leaf(name: str, value: Json, width: int = 0, indent: str = "") -> Text:
    text = Text(indent + (_padded(name, width) if name else ""), "bold")
    if isinstance(value, dict | list):
        return text.append(_extent(value), "not bold dim")
    return text.append(
        _short(json.dumps(value, ensure_ascii=False)), f"not bold {_COLOURS.get(type(value), 'dim')}"
    )


def _plain(name: str, value: Json) -> str:
    return f"{name} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"


def _extent(value: dict[str, Json] | list[Json]) -> str:
    return plural(len(value), "field") if isinstance(value, dict) else plural(len(value), "entry", "entries")


def _short(text: str) -> str:
    return fit(sanitize(text), _WIDEST)
