"""Every key of the screen, once: help, palette, footer and bindings are all made from this list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from vsexplorer.core.errors import UsageError


class Place(StrEnum):
    """Where a key works; the words are the headings of the help screen."""

    EVERYWHERE = "Everywhere"
    PANE = "On the selected or marked elements"
    EXPLORER = "Outside the query and filter lines"
    LINE = "In the query and filter lines"
    LINE_INPUT = "While typing in them"
    LIST = "In every list"
    RESULTS = "In the results"
    FIELDS = "In the panel of fields"
    SETS = "In the list of vector sets"
    SETS_SCREEN = "While choosing a vector set"
    BROWSE = "In the list of all elements"
    BROWSE_SCREEN = "While browsing"
    ELEMENT = "In an element"
    TREE = "In an element's attributes"
    LINKS = "In an element's neighbours"
    COLUMNS = "In the list of columns"
    COLUMNS_SCREEN = "While arranging columns"
    HISTORY = "In the list of earlier searches"
    OPTIONS = "In the search options"
    FORM = "While typing a change"
    LOAD = "While choosing a file to load"
    FILES = "In the list of files"


@dataclass(frozen=True, slots=True)
class Key:
    """One binding.

    ``action`` is Textual's action string, ``label`` the word in the footer, ``help`` the sentence in the help.
    """

    id: str
    keys: str
    action: str
    label: str
    help: str
    place: Place
    footer: bool = False
    shown: str = ""
    """How the keys read on the screen, where their names would not do."""

    @property
    def offered(self) -> bool:
        """Whether the command palette offers it: what moves a cursor, or types, is not looked for there."""
        return self.place in _COMMAND_PLACES and not self.action.startswith(_MOVES) and self.id not in _OBVIOUS


_COMMAND_PLACES = frozenset(
    [
        Place.EVERYWHERE,
        Place.PANE,
        Place.EXPLORER,
        Place.RESULTS,
        Place.SETS,
        Place.SETS_SCREEN,
        Place.BROWSE,
        Place.BROWSE_SCREEN,
        Place.ELEMENT,
    ]
)
_MOVES = ("move", "page", "scroll_columns", "panes", "app.focus_next")
_OBVIOUS = ("back", "palette", "quit-always")


KEYMAP = (
    Key("query", "slash", "focus_query", "query", "Type what to look for", Place.EXPLORER, True, "/"),
    Key("filter", "f", "focus_filter", "filter", "Edit the filter", Place.EXPLORER, True),
    Key("fields", "F", "toggle_fields", "fields", "What the attributes hold: fields, types, values to filter by",
        Place.EXPLORER, True),
    Key("widen", "w", "widen", "widen", "Examine more candidates of a filtered search (FILTER-EF, then TRUTH)",
        Place.EXPLORER),
    Key("open", "enter", "open_element", "open", "Open the selected element", Place.RESULTS, True, "⏎"),
    Key("similar", "s", "similar", "similar", "More like the selected element; esc goes back", Place.PANE, True),
    Key("sets", "o", "choose_set", "sets", "Switch to another vector set", Place.EXPLORER, True),
    Key("more", "plus,equals_sign", "change_count(1)", "more", "Ask for more results", Place.EXPLORER, False, "+"),
    Key("fewer", "minus", "change_count(-1)", "fewer", "Ask for fewer results", Place.EXPLORER, False, "-"),
    Key("exact", "t", "toggle_exact", "exact", "Compare with every element (TRUTH) or walk the graph again",
        Place.EXPLORER),
    Key("browse", "b", "browse", "browse", "All elements in the order of their names", Place.EXPLORER, True),
    Key("options", "O", "show_options", "options", "How to search: COUNT, EF, FILTER-EF, EPSILON, TRUTH, NOTHREAD",
        Place.EXPLORER, True),
    Key("history", "H", "show_history", "history", "Earlier searches of this set, favourites first", Place.EXPLORER,
        True),
    Key("favourite", "asterisk", "keep_favourite", "favourite", "Keep this search under a name", Place.EXPLORER,
        False, "*"),
    Key("columns", "c", "show_columns", "columns", "Choose, widen and move the columns", Place.PANE),
    Key("mark", "x,space", "mark", "mark", "Mark the selected element", Place.PANE, False, "x"),
    Key("copy", "y", "take", "copy", "Copy the element, its vector, the rows, or the search as code",
        Place.PANE, True),
    Key("copy-command", "Y", "copy_command", "copy command", "Copy the command that was sent", Place.PANE),
    Key("add", "a", "add_element", "add", "Add an element (with --write)", Place.EXPLORER),
    Key("edit", "e", "edit_attributes", "edit", "Edit the selected element's attributes (with --write)",
        Place.PANE),
    Key("rename", "R", "rename_element", "rename", "Rename the selected element (with --write)", Place.PANE),
    Key("delete", "d", "delete_elements", "delete", "Delete the marked elements, or the selected (with --write)",
        Place.PANE),
    Key("delete-set", "D", "delete_set", "delete set", "Delete the open vector set (with --write)", Place.EXPLORER),
    Key("undo", "u", "undo_change", "undo", "Undo the last change (with --write)", Place.EXPLORER),
    Key("load", "L", "load_file", "load", "Load a file into a vector set (with --write); again: stop loading",
        Place.EXPLORER),
    Key("open-loaded", "ctrl+l", "open_loaded", "open loaded", "Open the set that was loaded last", Place.EXPLORER),
    Key("model", "m", "choose_model", "model", "Choose among the models that fit the set", Place.EXPLORER),
    Key("refresh", "r,ctrl+r", "refresh_results", "refresh", "Ask again", Place.EXPLORER, False, "r"),
    Key("down", "j,down", "move(1)", "down", "Next row", Place.LIST, False, "j ↓"),
    Key("up", "k,up", "move(-1)", "up", "Previous row", Place.LIST, False, "k ↑"),
    Key("top", "g,home", "edge(-1)", "first", "First row", Place.LIST, False, "g"),
    Key("bottom", "G,end", "edge(1)", "last", "Last row", Place.LIST, False, "G"),
    Key("half-down", "ctrl+d", "page(0.5)", "half a page down", "Half a page down", Place.LIST),
    Key("half-up", "ctrl+u", "page(-0.5)", "half a page up", "Half a page up", Place.LIST),
    Key("page-down", "pagedown,ctrl+f", "page(1)", "page down", "A page down", Place.LIST, False, "pgdn"),
    Key("page-up", "pageup,ctrl+b", "page(-1)", "page up", "A page up", Place.LIST, False, "pgup"),
    Key("sort-next", "right_square_bracket", "sort(1)", "sort", "Sort by the next column", Place.RESULTS,
        False, "]"),
    Key("sort-previous", "left_square_bracket", "sort(-1)", "sort", "Sort by the column before", Place.RESULTS,
        False, "["),
    Key("sort-reverse", "backslash", "reverse", "reverse", "Sort the other way round", Place.RESULTS, False, "\\"),
    Key("columns-right", "l,right", "scroll_columns(1)", "columns", "Further columns", Place.RESULTS, False, "l →"),
    Key("columns-left", "h,left", "scroll_columns(-1)", "columns", "Columns before", Place.RESULTS, False, "h ←"),
    Key("line-down", "down", "move_selection(1)", "next", "Select the next element while typing", Place.LINE_INPUT,
        False, "↓"),
    Key("line-up", "up", "move_selection(-1)", "history",
        "Select the element before while typing; in an empty line: earlier searches", Place.LINE_INPUT, True, "↑"),
    Key("line-results", "enter", "leave", "results", "Go to the results", Place.LINE_INPUT, True, "⏎"),
    Key("line-correct", "ctrl+y", "correct", "correct", "Apply the correction that is offered",
        Place.LINE),
    Key("line-heavier", "ctrl+up,alt+up", "reweigh(0.25)", "heavier",
        "More weight for the term at the cursor", Place.LINE, False, "ctrl+↑"),
    Key("line-lighter", "ctrl+down,alt+down", "reweigh(-0.25)", "lighter",
        "Less weight for the term at the cursor, below zero: away from it", Place.LINE, False, "ctrl+↓"),
    Key("line-clear", "ctrl+u", "clear_line", "clear", "Empty the line", Place.LINE_INPUT),
    Key("line-complete", "ctrl+@,ctrl+space", "propose", "propose", "Show what could be typed here",
        Place.LINE, False, "ctrl+space"),
    Key("line-other", "tab", "complete", "next",
        "Take what is proposed; else from query to filter to results", Place.LINE, True),
    Key("fields-choose", "enter,space", "choose", "choose",
        "Filter by a value, or no longer; on a field: more of its values", Place.FIELDS, True, "⏎"),
    Key("fields-down", "j,down", "move(1)", "down", "Next value", Place.FIELDS, False, "j ↓"),
    Key("fields-up", "k,up", "move(-1)", "up", "Previous value", Place.FIELDS, False, "k ↑"),
    Key("fields-next", "l,right,right_curly_bracket", "field(1)", "next field", "Next field", Place.FIELDS, False,
        "l →"),
    Key("fields-previous", "h,left,left_curly_bracket", "field(-1)", "previous field", "Previous field",
        Place.FIELDS, False, "h ←"),
    Key("fields-top", "g,home", "edge(-1)", "first", "First field", Place.FIELDS, False, "g"),
    Key("fields-bottom", "G,end", "edge(1)", "last", "Last value", Place.FIELDS, False, "G"),
    Key("fields-page-down", "pagedown,ctrl+d", "page(1)", "page down", "A page down", Place.FIELDS, False, "pgdn"),
    Key("fields-page-up", "pageup,ctrl+u", "page(-1)", "page up", "A page up", Place.FIELDS, False, "pgup"),
    Key("sets-open", "enter", "open", "open", "Open the selected set", Place.SETS, True, "⏎"),
    Key("sets-sort-next", "right_square_bracket", "sort(1)", "sort", "Sort by the next column", Place.SETS, True,
        "]"),
    Key("sets-sort-previous", "left_square_bracket", "sort(-1)", "sort", "Sort by the column before", Place.SETS,
        False, "["),
    Key("sets-reverse", "backslash", "reverse", "reverse", "Sort the other way round", Place.SETS, True, "\\"),
    Key("sets-details", "i", "details", "details", "All facts of the set, explained; again: the list",
        Place.SETS_SCREEN, True),
    Key("sets-delete", "D", "screen.delete_set", "delete", "Delete the selected set (with --write)", Place.SETS),
    Key("sets-down", "down", "move(1)", "down", "Next set, also while typing", Place.SETS_SCREEN, False, "↓"),
    Key("sets-up", "up", "move(-1)", "up", "Set before, also while typing", Place.SETS_SCREEN, False, "↑"),
    Key("sets-page-down", "pagedown", "page(1)", "page down", "A page down", Place.SETS_SCREEN, False, "pgdn"),
    Key("sets-page-up", "pageup", "page(-1)", "page up", "A page up", Place.SETS_SCREEN, False, "pgup"),
    Key("sets-line", "tab", "app.focus_next", "list", "Between the line and the list", Place.SETS_SCREEN, True),
    Key("sets-stop", "ctrl+s", "stop", "stop", "Stop looking for further sets", Place.SETS_SCREEN),
    Key("sets-again", "ctrl+r", "look", "refresh", "Look for sets again", Place.SETS_SCREEN, True),
    Key("sets-refresh", "r", "screen.look", "refresh", "Look for sets again", Place.SETS),
    Key("browse-open", "enter", "open_element", "open", "Open the selected element", Place.BROWSE, True, "⏎"),
    Key("browse-columns-right", "l,right", "scroll_columns(1)", "columns", "Further columns", Place.BROWSE, False,
        "l →"),
    Key("browse-columns-left", "h,left", "scroll_columns(-1)", "columns", "Columns before", Place.BROWSE, False,
        "h ←"),
    Key("browse-jump", "slash", "jump", "jump", "Go to a name, or to how it begins", Place.BROWSE_SCREEN, True,
        "/"),
    Key("browse-first", "g,home", "screen.first", "first", "First element; on old servers: another sample",
        Place.BROWSE, True, "g"),
    Key("browse-last", "G,end", "screen.last", "last", "Last element", Place.BROWSE, True, "G"),
    Key("browse-sort-next", "right_square_bracket", "sort(1)", "sort", "Sort by the next column", Place.BROWSE,
        False, "]"),
    Key("browse-sort-previous", "left_square_bracket", "sort(-1)", "sort", "Sort by the column before",
        Place.BROWSE, False, "["),
    Key("browse-reverse", "backslash", "reverse", "reverse", "Sort the other way round", Place.BROWSE, False,
        "\\"),
    Key("browse-refresh", "r,ctrl+r", "refresh", "refresh", "Read the elements again, from the first",
        Place.BROWSE_SCREEN, False, "r"),
    Key("browse-columns", "c", "show_columns", "columns", "Choose, widen and move the columns", Place.BROWSE_SCREEN,
        True),
    Key("browse-similar", "s", "similar", "similar", "Elements like the selected one", Place.BROWSE_SCREEN, True),
    Key("browse-mark", "x,space", "mark", "mark", "Mark the selected element", Place.BROWSE_SCREEN, False, "x"),
    Key("browse-copy", "y", "take", "copy", "Copy the name, the attributes or the vector", Place.BROWSE_SCREEN,
        True),
    Key("element-similar", "s", "similar", "similar", "More like this element", Place.ELEMENT, True),
    Key("element-copy", "y", "take", "copy", "Copy the name, the attributes or the vector", Place.ELEMENT, True),
    Key("element-panes", "tab", "panes", "neighbours", "From the attributes to the neighbours and back",
        Place.ELEMENT, True),
    Key("element-previous", "backspace,left_square_bracket,alt+left", "step(-1)", "back", "Back along the trail",
        Place.ELEMENT, True, "["),
    Key("element-next", "right_square_bracket,alt+right", "step(1)", "forward", "Forward along the trail again",
        Place.ELEMENT, True, "]"),
    Key("element-find", "slash", "find", "find", "Find something in the attributes", Place.ELEMENT, True, "/"),
    Key("element-raw", "J", "raw", "raw", "The attributes as they are stored, or as a tree", Place.ELEMENT, True),
    Key("element-edit", "e", "edit_attributes", "edit", "Edit the attributes (with --write)", Place.ELEMENT, True),
    Key("element-rename", "R", "rename_element", "rename", "Rename the element (with --write)", Place.ELEMENT),
    Key("element-refresh", "r,ctrl+r", "look", "refresh", "Read the element again", Place.ELEMENT, False, "r"),
    Key("element-delete", "d", "delete_element", "delete", "Delete the element (with --write)", Place.ELEMENT),
    Key("element-undo", "u", "undo_change", "undo", "Undo the last change (with --write)", Place.ELEMENT),
    Key("element-mark", "x", "mark", "mark", "Mark the element, to compare others with it", Place.ELEMENT, True),
    Key("tree-down", "j", "cursor_down", "down", "Next line", Place.TREE),
    Key("tree-up", "k", "cursor_up", "up", "Line before", Place.TREE),
    Key("tree-fold", "space,enter,l,right,h,left", "toggle_node", "fold", "Fold or unfold", Place.TREE, False,
        "space"),
    Key("tree-find-next", "n", "find_again(1)", "next", "Next part that holds what was looked for", Place.TREE),
    Key("tree-find-previous", "N", "find_again(-1)", "previous", "The part before that holds it", Place.TREE),
    Key("links-walk", "enter,l,right", "walk", "walk", "Go to the neighbour", Place.LINKS, False, "⏎"),
    Key("columns-toggle", "space,enter", "screen.show_or_hide", "show", "Show or hide the column", Place.COLUMNS,
        False, "space"),
    Key("columns-wider", "plus,equals_sign,l,right", "screen.widen(1)", "wider", "A wider column", Place.COLUMNS,
        False, "+"),
    Key("columns-narrower", "minus,h,left", "screen.widen(-1)", "narrower", "A narrower column", Place.COLUMNS,
        False, "-"),
    Key("columns-down", "J,shift+down", "screen.shift(1)", "down", "Move the column down", Place.COLUMNS, False,
        "J"),
    Key("columns-up", "K,shift+up", "screen.shift(-1)", "up", "Move the column up", Place.COLUMNS, False, "K"),
    Key("columns-reset", "0", "screen.reset", "reset", "All columns as at first", Place.COLUMNS, False, "0"),
    Key("columns-leave", "escape,c,q", "dismiss", "leave", "Return to the elements", Place.COLUMNS_SCREEN, False,
        "esc"),
    Key("history-keep", "ctrl+s", "keep", "favourite", "Keep the search under a name, or no longer",
        Place.HISTORY),
    Key("history-forget", "ctrl+x", "forget", "forget", "Forget the search", Place.HISTORY),
    Key("options-leave", "escape", "leave", "leave", "Return to the results", Place.OPTIONS),
    Key("form-accept", "ctrl+s", "accept", "go on", "Go on with what was typed; the commands are shown next",
        Place.FORM),
    Key("form-editor", "ctrl+o", "editor", "editor", "Edit the attributes in $EDITOR", Place.FORM),
    Key("form-leave", "escape", "leave", "leave", "Leave without changing anything", Place.FORM),
    Key("load-start", "ctrl+s", "load", "load", "Load the file as shown", Place.LOAD),
    Key("load-leave", "escape", "leave", "leave", "Leave without loading", Place.LOAD),
    Key("files-down", "j", "cursor_down", "down", "Next file", Place.FILES),
    Key("files-up", "k", "cursor_up", "up", "File before", Place.FILES),
    Key("files-top", "g,home", "edge(-1)", "first", "First file", Place.FILES, False, "g"),
    Key("files-bottom", "G,end", "edge(1)", "last", "Last file", Place.FILES, False, "G"),
    Key("back", "escape", "screen.back", "back", "Back: out of a line, an element, a search for similar ones",
        Place.EVERYWHERE, True, "esc"),
    Key("help", "question_mark", "help", "help", "All keys", Place.EVERYWHERE, True, "?"),
    Key("palette", "ctrl+p", "app.command_palette", "commands", "All commands by name", Place.EVERYWHERE, True),
    Key("theme", "ctrl+t", "app.change_theme", "theme", "Choose the colours", Place.EVERYWHERE),
    Key("suspend", "ctrl+z", "app.suspend_process", "suspend", "To the shell; its fg comes back", Place.EVERYWHERE),
    Key("quit", "q", "app.quit", "quit", "Quit", Place.EXPLORER, True),
    Key("quit-always", "ctrl+q,ctrl+c", "app.quit", "quit", "Quit, also while typing", Place.EVERYWHERE, True,
        "ctrl+q"),
)  # fmt: skip


_FIRST = ("quit-always", "history-forget", "form-leave")
"""Bindings that come before those of a line of text."""


def keys_at(*places: Place) -> list[Key]:
    """The keys of some places, in the order of the list."""
    return [key for key in KEYMAP if key.place in places]


def keys_named(ids: Sequence[str]) -> list[Key]:
    """The keys with some ids, in the order of the ids."""
    return [key for id in ids for key in KEYMAP if key.id == id]


def bindings(*places: Place) -> list[BindingType]:
    """Textual's bindings for some places; each keeps its id, so that a configuration can move it."""
    return [
        Binding(key.keys, key.action, key.help, show=False, id=key.id, priority=key.id in _FIRST)
        for key in keys_at(*places)
    ]


def own_bindings(node: object) -> Iterator[Binding]:
    """Yield the bindings of a widget's, screen's or application's class and its base classes."""
    for kind in type(node).__mro__:
        for binding in vars(kind).get("BINDINGS", ()):
            if isinstance(binding, Binding):
                yield binding


def checked(remapped: Mapping[str, str]) -> dict[str, str]:
    """The configuration's keys.

    Raises:
        UsageError: a name is not that of a binding.
    """
    known = [key.id for key in KEYMAP]
    for name in remapped:
        if name not in known:
            import difflib

            near = difflib.get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(known)}."
            raise UsageError(f"The configuration's [keys] names an unknown binding: {name}.", hint)
    return dict(remapped)


def shown(key: Key, remapped: Mapping[str, str]) -> str:
    """How the key of a binding reads on the screen."""
    if key.id in remapped:
        return remapped[key.id].replace(",", " ")
    return key.shown or key.keys.replace(",", " ")
