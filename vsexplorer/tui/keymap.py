"""All key bindings: help, palette, footer and Textual bindings are generated from this list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from vsexplorer.core.errors import UsageError


class Place(StrEnum):
    """Where a key works; the values are the headings of the help screen."""

    EVERYWHERE = "Everywhere"
    PANE = "On the selected or marked elements"
    EXPLORER = "Outside the query and filter lines"
    SCREENS = "To other screens"
    LOADING = "Loading files"
    LINE = "In the query and filter lines"
    LINE_INPUT = "While typing in the query or filter line"
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
    QUALITY = "In the search quality"
    WHY = "While explaining an element"
    HEALTH = "In the health of a set"
    FIT = "While comparing models"
    SCORES = "In the scores of a search"
    COMPARE = "While comparing two searches"
    MAP = "On a map"
    MAP_SCREEN = "Beside a map"
    LEGEND = "In the groups of a map"
    LOAD = "While choosing a file to load"
    FILES = "In the list of files"


@dataclass(frozen=True, slots=True)
class Key:
    """A key binding.

    ``action`` is the Textual action, ``label`` the text in the footer, ``help`` the text in help and palette.
    """

    id: str
    keys: str
    action: str
    label: str
    help: str
    place: Place
    footer: bool = False
    shown: str = ""
    """The keys as displayed; empty to display their Textual names."""

    @property
    def offered(self) -> bool:
        """Whether the command palette lists the key; keys that only move a cursor or edit text are left out."""
        return self.place in _COMMAND_PLACES and not self.action.startswith(_MOVES) and self.id not in _OBVIOUS


_COMMAND_PLACES = frozenset(
    [
        Place.EVERYWHERE,
        Place.PANE,
        Place.EXPLORER,
        Place.SCREENS,
        Place.LOADING,
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
    Key("fields", "F", "toggle_fields", "fields", "Show the attribute fields: types, ranges, values to filter by",
        Place.EXPLORER, True),
    Key("widen", "w", "widen", "widen", "Examine more candidates of a filtered search (FILTER-EF, then TRUTH)",
        Place.EXPLORER),
    Key("open", "enter", "open_element", "open", "Open the selected element", Place.RESULTS, True, "⏎"),
    Key("similar", "s", "similar", "similar", "Find elements like the selected one; esc: back", Place.PANE, True),
    Key("sets", "o", "choose_set", "sets", "Switch to another vector set", Place.SCREENS, True),
    Key("more", "plus,equals_sign", "change_count(1)", "more", "Ask for more results", Place.EXPLORER, False, "+"),
    Key("fewer", "minus", "change_count(-1)", "fewer", "Ask for fewer results", Place.EXPLORER, False, "-"),
    Key("exact", "t", "toggle_exact", "exact", "Compare with every element (TRUTH) or walk the graph again",
        Place.EXPLORER),
    Key("browse", "b", "browse", "browse", "Browse all elements in name order", Place.SCREENS, True),
    Key("options", "O", "show_options", "options", "Search options: COUNT, EF, FILTER-EF, EPSILON, TRUTH, NOTHREAD",
        Place.SCREENS, True),
    Key("history", "H", "show_history", "history", "Earlier searches of this set, favourites first", Place.SCREENS,
        True),
    Key("favourite", "asterisk", "keep_favourite", "favourite", "Save this search as a favourite", Place.SCREENS,
        False, "*"),
    Key("columns", "c", "show_columns", "columns", "Show, hide, resize and move columns", Place.PANE),
    Key("mark", "x,space", "mark", "mark", "Mark the selected element", Place.PANE, False, "x"),
    Key("copy", "y", "copy", "copy", "Copy the element, its vector, the rows, or the search as code",
        Place.PANE, True),
    Key("copy-command", "Y", "copy_command", "copy command", "Copy the command that was sent", Place.PANE),
    Key("add", "a", "add_element", "add", "Add an element (with --write)", Place.SCREENS),
    Key("edit", "e", "edit_attributes", "edit", "Edit the selected element's attributes (with --write)",
        Place.PANE),
    Key("rename", "R", "rename_element", "rename", "Rename the selected element (with --write)", Place.PANE),
    Key("delete", "d", "delete_elements", "delete", "Delete the marked elements, or the selected (with --write)",
        Place.PANE),
    Key("delete-set", "D", "delete_set", "delete set", "Delete the open vector set (with --write)", Place.SCREENS),
    Key("undo", "u", "undo_change", "undo", "Undo the last change (with --write)", Place.SCREENS),
    Key("load", "L", "load_file", "load", "Load a file into a vector set (with --write), or stop loading",
        Place.LOADING),
    Key("open-loaded", "ctrl+l", "open_loaded", "open loaded", "Open the set that was loaded last", Place.LOADING),
    Key("quality", "M", "measure_quality", "quality", "Measure recall, and see which EF is enough", Place.SCREENS,
        True),
    Key("why", "W", "explain_why", "why", "Explain why an element is missing, or which of its words count",
        Place.SCREENS, True),
    Key("health", "I", "examine_set", "health", "Examine the set for what makes answers wrong", Place.SCREENS),
    Key("compare", "C", "compare_searches", "compare", "Compare this search with another, side by side",
        Place.SCREENS),
    Key("scores", "S", "show_scores", "scores", "See where the results lie among the scores of all elements",
        Place.SCREENS),
    Key("map", "v", "show_map", "map", "See the elements as points: similar ones lie near each other",
        Place.SCREENS, True),
    Key("rate-relevant", "1", "rate(2)", "relevant", "Rate the selected result as relevant", Place.EXPLORER),
    Key("rate-partly", "2", "rate(1)", "partly", "Rate the selected result as partly relevant", Place.EXPLORER),
    Key("rate-not", "3", "rate(0)", "not relevant", "Rate the selected result as not relevant", Place.EXPLORER),
    Key("rate-clear", "0", "rate(-1)", "unrate", "Remove the rating of the selected result", Place.EXPLORER),
    Key("model", "m", "choose_model", "model", "Choose among the models that fit the set", Place.SCREENS),
    Key("fit", "T", "test_models", "which model", "Find out which model the set was made with", Place.SCREENS),
    Key("refresh", "r,ctrl+r", "screen.refresh_results", "refresh", "Search again, or retry what failed",
        Place.EXPLORER, False, "r"),
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
    Key("sort-previous", "left_square_bracket", "sort(-1)", "sort", "Sort by the previous column", Place.RESULTS,
        False, "["),
    Key("sort-reverse", "backslash", "reverse", "reverse", "Reverse the sort order", Place.RESULTS, False, "\\"),
    Key("columns-right", "l,right", "scroll_columns(1)", "columns", "Next columns", Place.RESULTS, False, "l →"),
    Key("columns-left", "h,left", "scroll_columns(-1)", "columns", "Previous columns", Place.RESULTS, False, "h ←"),
    Key("line-down", "down", "move_selection(1)", "next", "Select the next element while typing", Place.LINE_INPUT,
        False, "↓"),
    Key("line-up", "up", "move_selection(-1)", "history",
        "Select the previous element while typing; in an empty line: earlier searches",
        Place.LINE_INPUT, True, "↑"),
    Key("line-results", "enter", "leave", "results", "Go to the results", Place.LINE_INPUT, True, "⏎"),
    Key("line-correct", "ctrl+y", "correct", "correct", "Apply the suggested correction",
        Place.LINE),
    Key("line-heavier", "ctrl+up,alt+up", "reweigh(0.25)", "heavier",
        "More weight for the term at the cursor", Place.LINE, False, "ctrl+↑"),
    Key("line-lighter", "ctrl+down,alt+down", "reweigh(-0.25)", "lighter",
        "Less weight for the term at the cursor; a negative weight searches away from it",
        Place.LINE, False, "ctrl+↓"),
    Key("line-clear", "ctrl+u", "clear_line", "clear", "Clear the line", Place.LINE_INPUT),
    Key("line-complete", "ctrl+@,ctrl+space", "propose", "complete", "Show completions",
        Place.LINE, False, "ctrl+space"),
    Key("line-other", "tab", "complete", "next",
        "Accept the completion, or go to the next pane", Place.LINE, True),
    Key("fields-choose", "enter,space", "choose", "choose",
        "Add or remove a condition on the value; on a field: show more or fewer values", Place.FIELDS, True, "⏎"),
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
    Key("sets-sort-previous", "left_square_bracket", "sort(-1)", "sort", "Sort by the previous column", Place.SETS,
        False, "["),
    Key("sets-reverse", "backslash", "reverse", "reverse", "Reverse the sort order", Place.SETS, True, "\\"),
    Key("sets-details", "i", "details", "details", "Show all facts of the set, explained, or the list again",
        Place.SETS_SCREEN, True),
    Key("sets-delete", "D", "screen.delete_set", "delete", "Delete the selected set (with --write)", Place.SETS),
    Key("sets-down", "down", "move(1)", "down", "Next set, also while typing", Place.SETS_SCREEN, False, "↓"),
    Key("sets-up", "up", "move(-1)", "up", "Previous set, also while typing", Place.SETS_SCREEN, False, "↑"),
    Key("sets-page-down", "pagedown", "page(1)", "page down", "A page down", Place.SETS_SCREEN, False, "pgdn"),
    Key("sets-page-up", "pageup", "page(-1)", "page up", "A page up", Place.SETS_SCREEN, False, "pgup"),
    Key("sets-line", "tab", "app.focus_next", "list", "Switch between the line and the list",
        Place.SETS_SCREEN, True),
    Key("sets-stop", "ctrl+s", "stop", "stop", "Stop scanning for vector sets", Place.SETS_SCREEN),
    Key("sets-again", "ctrl+r", "look", "refresh", "Scan for vector sets again", Place.SETS_SCREEN, True),
    Key("sets-refresh", "r", "screen.look", "refresh", "Scan for vector sets again", Place.SETS),
    Key("browse-open", "enter", "open_element", "open", "Open the selected element", Place.BROWSE, True, "⏎"),
    Key("browse-columns-right", "l,right", "scroll_columns(1)", "columns", "Next columns", Place.BROWSE, False,
        "l →"),
    Key("browse-columns-left", "h,left", "scroll_columns(-1)", "columns", "Previous columns", Place.BROWSE, False,
        "h ←"),
    Key("browse-jump", "slash", "jump", "jump", "Go to a name or prefix", Place.BROWSE_SCREEN, True,
        "/"),
    Key("browse-first", "g,home", "screen.first", "first", "First element; on servers before 8.4: another sample",
        Place.BROWSE, True, "g"),
    Key("browse-last", "G,end", "screen.last", "last", "Last element", Place.BROWSE, True, "G"),
    Key("browse-sort-next", "right_square_bracket", "sort(1)", "sort", "Sort by the next column", Place.BROWSE,
        False, "]"),
    Key("browse-sort-previous", "left_square_bracket", "sort(-1)", "sort", "Sort by the previous column",
        Place.BROWSE, False, "["),
    Key("browse-reverse", "backslash", "reverse", "reverse", "Reverse the sort order", Place.BROWSE, False,
        "\\"),
    Key("browse-refresh", "r,ctrl+r", "refresh", "refresh", "Reload the elements, from the first",
        Place.BROWSE_SCREEN, False, "r"),
    Key("browse-columns", "c", "show_columns", "columns", "Show, hide, resize and move columns",
        Place.BROWSE_SCREEN, True),
    Key("browse-similar", "s", "similar", "similar", "Find elements like the selected one",
        Place.BROWSE_SCREEN, True),
    Key("browse-mark", "x,space", "mark", "mark", "Mark the selected element", Place.BROWSE_SCREEN, False, "x"),
    Key("browse-edit", "e", "edit_attributes", "edit", "Edit the selected element's attributes (with --write)",
        Place.BROWSE_SCREEN),
    Key("browse-rename", "R", "rename_element", "rename", "Rename the selected element (with --write)",
        Place.BROWSE_SCREEN),
    Key("browse-delete", "d", "delete_elements", "delete",
        "Delete the marked elements, or the selected (with --write)", Place.BROWSE_SCREEN),
    Key("browse-undo", "u", "undo_change", "undo", "Undo the last change (with --write)", Place.BROWSE_SCREEN),
    Key("browse-copy", "y", "copy", "copy", "Copy the name, the attributes or the vector", Place.BROWSE_SCREEN,
        True),
    Key("element-similar", "s", "similar", "similar", "Find elements like this one", Place.ELEMENT, True),
    Key("element-copy", "y", "copy", "copy", "Copy the name, the attributes or the vector", Place.ELEMENT, True),
    Key("element-panes", "tab", "panes", "neighbours", "Switch between attributes and neighbours",
        Place.ELEMENT, True),
    Key("element-previous", "backspace,left_square_bracket,alt+left", "step(-1)", "back",
        "Go back along the breadcrumb", Place.ELEMENT, True, "["),
    Key("element-next", "right_square_bracket,alt+right", "step(1)", "forward", "Go forward along the breadcrumb",
        Place.ELEMENT, True, "]"),
    Key("element-find", "slash", "find", "find", "Find text in the attributes", Place.ELEMENT, True, "/"),
    Key("element-raw", "J", "raw", "raw", "Show the attributes as stored, or as a tree", Place.ELEMENT, True),
    Key("element-edit", "e", "edit_attributes", "edit", "Edit the attributes (with --write)", Place.ELEMENT, True),
    Key("element-rename", "R", "rename_element", "rename", "Rename the element (with --write)", Place.ELEMENT),
    Key("element-refresh", "r,ctrl+r", "look", "refresh", "Reload the element", Place.ELEMENT, False, "r"),
    Key("element-delete", "d", "delete_element", "delete", "Delete the element (with --write)", Place.ELEMENT),
    Key("element-undo", "u", "undo_change", "undo", "Undo the last change (with --write)", Place.ELEMENT),
    Key("element-mark", "x", "mark", "mark", "Mark the element, to compare others with it", Place.ELEMENT, True),
    Key("tree-down", "j", "cursor_down", "down", "Next line", Place.TREE),
    Key("tree-up", "k", "cursor_up", "up", "Previous line", Place.TREE),
    Key("tree-fold", "space,enter,l,right,h,left", "toggle_node", "fold", "Fold or unfold", Place.TREE, False,
        "space"),
    Key("tree-find-next", "n", "find_again(1)", "next", "Next match", Place.TREE),
    Key("tree-find-previous", "N", "find_again(-1)", "previous", "Previous match", Place.TREE),
    Key("links-walk", "enter,l,right", "walk", "walk", "Go to the neighbour", Place.LINKS, False, "⏎"),
    Key("columns-toggle", "space,enter", "screen.show_or_hide", "show", "Show or hide the column", Place.COLUMNS,
        False, "space"),
    Key("columns-wider", "plus,equals_sign,l,right", "screen.widen(1)", "wider", "Widen the column", Place.COLUMNS,
        False, "+"),
    Key("columns-narrower", "minus,h,left", "screen.widen(-1)", "narrower", "Narrow the column", Place.COLUMNS,
        False, "-"),
    Key("columns-down", "J,shift+down", "screen.shift(1)", "down", "Move the column down", Place.COLUMNS, False,
        "J"),
    Key("columns-up", "K,shift+up", "screen.shift(-1)", "up", "Move the column up", Place.COLUMNS, False, "K"),
    Key("columns-reset", "0", "screen.reset", "reset", "Reset all columns", Place.COLUMNS, False, "0"),
    Key("columns-leave", "escape,c,q", "dismiss", "leave", "Return to the elements", Place.COLUMNS_SCREEN, False,
        "esc"),
    Key("history-keep", "ctrl+s", "keep", "favourite", "Add the search to the favourites, or remove it",
        Place.HISTORY),
    Key("history-forget", "ctrl+x", "forget", "forget", "Remove the search from the history", Place.HISTORY),
    Key("options-leave", "escape", "leave", "leave", "Return to the results", Place.OPTIONS),
    Key("form-accept", "ctrl+s", "accept", "accept", "Accept; the commands are shown before anything is sent",
        Place.FORM),
    Key("form-editor", "ctrl+o", "editor", "editor", "Edit the attributes in $EDITOR", Place.FORM),
    Key("form-leave", "escape", "leave", "cancel", "Cancel without changing anything", Place.FORM),
    Key("quality-use", "a", "use(0.95)", "use 0.95", "Search with the smallest value that reaches a recall of 0.95",
        Place.QUALITY, True),
    Key("quality-use-best", "A", "use(0.99)", "use 0.99",
        "Search with the smallest value that reaches a recall of 0.99", Place.QUALITY, True),
    Key("quality-kind", "n", "kind", "other queries",
        "Measure with elements, with mixtures of elements, or with your searches", Place.QUALITY, True),
    Key("quality-stop", "ctrl+s", "stop", "stop", "Stop measuring; what is measured stays", Place.QUALITY, True),
    Key("quality-again", "r,ctrl+r", "measure", "again", "Measure again", Place.QUALITY, True, "r"),
    Key("quality-panes", "tab", "panes", "worst queries", "Switch between the figures and the worst queries",
        Place.QUALITY, True),
    Key("why-use", "ctrl+s", "use", "use", "Search with the options that find the element", Place.WHY, True),
    Key("health-again", "r,ctrl+r", "examine", "again", "Examine the set again", Place.HEALTH, True, "r"),
    Key("health-panes", "tab", "panes", "explanation", "Switch between the findings and the explanation",
        Place.HEALTH, True),
    Key("compare-side", "ctrl+w,ctrl+o", "other_side", "other side", "Go to the other search", Place.COMPARE, True,
        "ctrl+w"),
    Key("compare-set", "o", "choose_set", "other set", "Search another set on this side", Place.COMPARE, True),
    Key("compare-model", "m", "choose_model", "other model", "Search with another model on this side",
        Place.COMPARE, True),
    Key("compare-freeze", "z", "freeze", "freeze", "Keep the results of this side, to compare them with later ones",
        Place.COMPARE, True),
    Key("compare-use", "ctrl+s", "use", "use", "Return with the search of this side", Place.COMPARE, True),
    Key("fit-use", "ctrl+s", "use", "use", "Search with the model that made the set (with --write, record it)",
        Place.FIT, True),
    Key("scores-use", "ctrl+s", "use", "use", "Search with the EPSILON at the gap between the results",
        Place.SCORES, True),
    Key("map-left", "left,h", "walk(-1, 0)", "walk", "The next point to the left", Place.MAP, False, "← h"),
    Key("map-right", "right,l", "walk(1, 0)", "walk", "The next point to the right", Place.MAP, False, "→ l"),
    Key("map-up", "up,k", "walk(0, 1)", "walk", "The next point upwards", Place.MAP, False, "↑ k"),
    Key("map-down", "down,j", "walk(0, -1)", "walk", "The next point downwards", Place.MAP, False, "↓ j"),
    Key("map-open", "enter", "choose", "open", "Open the selected element, or close the box", Place.MAP, True, "⏎"),
    Key("map-in", "plus,equals_sign", "zoom(1)", "zoom in", "Zoom in around the point, or grow the box", Place.MAP,
        True, "+"),
    Key("map-out", "minus", "zoom(-1)", "zoom out", "Zoom out, or shrink the box", Place.MAP, False, "-"),
    Key("map-fit", "0", "fit", "all", "Show the whole map", Place.MAP, True),
    Key("map-pan-left", "shift+left,H", "pan(-1, 0)", "pan", "Move the view to the left", Place.MAP, False, "H"),
    Key("map-pan-right", "shift+right,L", "pan(1, 0)", "pan", "Move the view to the right", Place.MAP, False, "L"),
    Key("map-pan-up", "shift+up,K", "pan(0, 1)", "pan", "Move the view upwards", Place.MAP, False, "K"),
    Key("map-pan-down", "shift+down,J", "pan(0, -1)", "pan", "Move the view downwards", Place.MAP, False, "J"),
    Key("map-box", "x", "box", "box", "Begin a box, then select what it holds", Place.MAP, True),
    Key("map-query", "slash", "focus_query", "query", "Type what to look for", Place.MAP_SCREEN, True, "/"),
    Key("map-filter", "f", "focus_filter", "filter", "Edit the filter: what passes it is highlighted",
        Place.MAP_SCREEN, True),
    Key("map-colour", "c", "colour", "colour", "Colour by the next field", Place.MAP_SCREEN, True),
    Key("map-neighbours", "n", "neighbours", "neighbours", "Highlight the neighbours of the selected point",
        Place.MAP_SCREEN, True),
    Key("map-similar", "s", "similar", "similar", "Find elements like the selected one", Place.MAP_SCREEN, True),
    Key("map-make-filter", "F", "make_filter", "make filter", "Make a filter that describes the selection",
        Place.MAP_SCREEN),
    Key("map-only", "o", "only", "only these", "Map only what is selected or highlighted, or everything again",
        Place.MAP_SCREEN, True),
    Key("map-export", "E", "export", "export", "Write what is selected or highlighted to a file", Place.MAP_SCREEN),
    Key("map-save", "p", "save_picture", "save", "Write the map to a picture or a table", Place.MAP_SCREEN),
    Key("map-refresh", "r", "refresh_map(False)", "refresh", "Place the elements that are new", Place.MAP_SCREEN),
    Key("map-again", "ctrl+r", "refresh_map(True)", "lay out again", "Lay out all elements anew",
        Place.MAP_SCREEN),
    Key("map-panes", "tab", "panes", "groups", "Switch between the map and its groups",
        Place.MAP_SCREEN, True),
    Key("legend-toggle", "space,enter", "select", "hide", "Hide the group, or show it again", Place.LEGEND, False,
        "space"),
    Key("legend-down", "j", "cursor_down", "down", "Next group", Place.LEGEND),
    Key("legend-up", "k", "cursor_up", "up", "Previous group", Place.LEGEND),
    Key("map-use", "ctrl+s", "use", "use", "Return to the results with this search", Place.MAP_SCREEN, True),
    Key("load-start", "ctrl+s", "load", "load", "Load the file as shown", Place.LOAD),
    Key("load-leave", "escape", "leave", "cancel", "Cancel without loading", Place.LOAD),
    Key("files-down", "j", "cursor_down", "down", "Next file", Place.FILES),
    Key("files-up", "k", "cursor_up", "up", "Previous file", Place.FILES),
    Key("files-top", "g,home", "edge(-1)", "first", "First file", Place.FILES, False, "g"),
    Key("files-bottom", "G,end", "edge(1)", "last", "Last file", Place.FILES, False, "G"),
    Key("back", "escape", "screen.back", "back",
        "Go back: leave a line, an element, or a search for similar elements", Place.EVERYWHERE, True, "esc"),
    Key("help", "question_mark", "help", "help", "All keys", Place.EVERYWHERE, True, "?"),
    Key("palette", "ctrl+p", "app.command_palette", "commands", "All commands by name", Place.EVERYWHERE, True),
    Key("theme", "ctrl+t", "app.change_theme", "theme", "Choose a colour theme", Place.EVERYWHERE),
    Key("suspend", "ctrl+z", "app.suspend_process", "suspend", "Suspend to the shell; fg resumes",
        Place.EVERYWHERE),
    Key("quit", "q", "app.quit", "quit", "Quit", Place.EXPLORER, True),
    Key("quit-always", "ctrl+q,ctrl+c", "app.quit", "quit", "Quit, also while typing", Place.EVERYWHERE, True,
        "ctrl+q"),
)  # fmt: skip


_FIRST = ("quit-always", "history-forget", "form-leave", "compare-side")
"""Bindings that take priority over those of a text input."""


def keys_at(*places: Place) -> list[Key]:
    """Return the keys of the given places, in keymap order."""
    return [key for key in KEYMAP if key.place in places]


def keys_named(ids: Sequence[str]) -> list[Key]:
    """Return the keys with the given ids, in the order of the ids."""
    return [key for id in ids for key in KEYMAP if key.id == id]


def bindings(*places: Place) -> list[BindingType]:
    """Return the Textual bindings of the given places; each has its id, so that a configuration can remap it."""
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
    """Check that the configuration remaps known bindings only, and return its keys.

    Raises:
        UsageError: the configuration names an unknown binding.
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
    """Return the key of a binding as displayed."""
    if key.id in remapped:
        return remapped[key.id].replace(",", " ")
    return key.shown or key.keys.replace(",", " ").replace("escape", "esc")
