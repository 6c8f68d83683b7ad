"""The load screen: choose a file, preview its first rows, and map its fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import DirectoryTree, Input, Static

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import display, fit, sanitize
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.line_input import LineInput
from vsexplorer.tui.widgets.suggesters import FieldSuggester, PathSuggester

if TYPE_CHECKING:
    from textual.timer import Timer

    from vsexplorer.transfer.plan import LoadPlan
    from vsexplorer.transfer.preview import Look
    from vsexplorer.transfer.rows import RowSource

_LINES = (
    ("file", "file", "path, or choose it on the left"),
    ("key", "vector set", "name; created if it does not exist"),
    ("id", "id", "field, template or hash; empty: automatic"),
    ("text", "text", "field or template such as {title}. {body}; empty: automatic"),
    ("attributes", "attributes", "all, none, or fields separated by commas"),
    ("rename", "rename", "old=new, …; filterable: for filters"),
    ("where", "where", "a filter that rows must pass"),
)
_HINT = "tab: next line · →: complete · ctrl+s: load · esc: cancel"
_FILTERABLE = "filterable"
"""Typed in place of a renaming: renames the fields that filters cannot name."""
_PAUSE = 0.3
"""Seconds after an edit before the rows are mapped again."""


def _can_be_loaded(path: Path) -> bool:
    """Whether a path is a visible folder or a visible file of a supported type."""
    from vsexplorer.transfer.kinds import KINDS
    from vsexplorer.transfer.streams import plain_name

    if path.name.startswith(".") or sanitize(path.name) != path.name:
        return False
    return plain_name(path.name).suffix.lower() in KINDS or path.is_dir()


class FileTree(DirectoryTree):
    """A tree of folders and the files that can be loaded."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.FILES)
    ICON_NODE, ICON_NODE_EXPANDED, ICON_FILE = "▸ ", "▾ ", ""

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Leave out hidden files and those of unsupported types."""
        return [path for path in paths if _can_be_loaded(path)]

    def action_edge(self, side: int) -> None:
        """Go to the first or the last line."""
        self.cursor_line = 0 if side < 0 else self.last_line


@dataclass(frozen=True, slots=True)
class ChosenLoad:
    """The load chosen by the user: a file, its plan and its preview."""

    file: Path
    plan: LoadPlan
    look: Look
    """The file's first rows."""

    @property
    def source(self) -> RowSource:
        """The file as rows."""
        from vsexplorer.transfer.readers import RowFile

        return RowFile(str(self.file))


class LoadScreen(ModalScreen[ChosenLoad | None]):
    """Dismisses with the load to run, or with ``None``."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.LOAD)
    DEFAULT_CSS = """
    LoadScreen {
        align: center middle;
        & > Vertical {
            width: 110; max-width: 100%; height: 90%; max-height: 100%;
            background: $surface; border: round $primary; padding: 0 1;
        }
        & Horizontal { height: 1fr; }
        & FileTree { width: 40%; height: 1fr; background: $surface; padding: 0; scrollbar-size: 1 1; }
        & #form { width: 1fr; height: 1fr; padding: 0 0 0 1; }
        & .load--line { height: 1; }
        & .load--label { width: 12; color: $text-muted; }
        & Input { border: none; height: 1; padding: 0; width: 1fr; background: $background; }
        & #look { height: 1fr; margin: 1 0 0 0; }
        & #hint { height: 1; color: $text-muted; }
    }
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.file: Path | None = None
        """The chosen file."""
        self._look: Look | None = None
        self._fields: Sequence[str] = ()
        """The fields of the file, also while the mapping is wrong."""
        self._stale = self._reading = False
        self._waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        """Compose the files on the left, the mapping and the first rows on the right."""
        with Vertical():
            with Horizontal():
                yield FileTree(self._folder)
                with Vertical(id="form"):
                    suggesters = self._suggesters()
                    for name, label, hint in _LINES:
                        with Horizontal(classes="load--line"):
                            yield Static(label, classes="load--label", markup=False)
                            yield LineInput(id=f"load-{name}", placeholder=hint, suggester=suggesters.get(name))
                    yield Static("", id="look", markup=False)
            yield Static(_HINT, id="hint", markup=False)

    def _suggesters(self) -> dict[str, Suggester]:
        def fields() -> Sequence[str]:
            return self._fields

        return {
            "file": PathSuggester(self._folder, _can_be_loaded),
            "id": FieldSuggester(fields, "{", "}"),
            "text": FieldSuggester(fields, "{", "}"),
            "attributes": FieldSuggester(fields, ","),
            "rename": FieldSuggester(fields, ","),
            "where": FieldSuggester(fields, "."),
        }

    def on_mount(self) -> None:
        """Focus the files and preset the attributes to all."""
        self.query_one("#load-attributes", Input).value = "all"
        self.query_one(FileTree).focus()

    @property
    def edited(self) -> bool:
        """Whether a file was chosen, so that closing would lose input."""
        return self.file is not None

    @on(DirectoryTree.FileSelected)
    def _picked(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        path = event.path
        shown = path.relative_to(self._folder) if path.is_relative_to(self._folder) else path
        self.query_one("#load-file", Input).value = str(shown)

    @on(Input.Changed, "#load-file")
    def _file_named(self, event: Input.Changed) -> None:
        path = self._folder / Path(event.value).expanduser()
        key = self.query_one("#load-key", Input)
        # A typed name stays; a name derived from the previous file is replaced.
        named = bool(key.value) and (self.file is None or key.value != _stem(self.file))
        try:
            self.file = path if path.is_file() else None
        except (OSError, ValueError):
            self.file = None
        if self.file is None:
            self._look = None
            words = Content.styled("no such file", "$text-muted") if event.value else Content("")
            self.query_one("#look", Static).update(words)
        elif not named:
            key.value = _stem(self.file)

    @on(Input.Changed)
    def _edited(self) -> None:
        if self.file is not None:
            if self._waiting is not None:
                self._waiting.stop()
            self._waiting = self.set_timer(_PAUSE, self._look_again)

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    def _look_again(self) -> None:
        """Read the first rows again, or once more after a read that is under way."""
        self._stale = True
        if not self._reading:
            self._reading = True
            self.run_worker(self._peek(), group="look", description="reading the first rows")

    async def _peek(self) -> None:
        try:
            while self._stale:
                self._stale = False
                await self._read_first_rows()
        finally:
            self._reading = False

    async def _read_first_rows(self) -> None:
        import asyncio

        from vsexplorer.transfer.preview import look
        from vsexplorer.transfer.readers import RowFile

        if self.file is None:
            return
        shown = self.query_one("#look", Static)
        try:
            self._look = await asyncio.to_thread(look, [RowFile(str(self.file))], self._plan())
        except VsexplorerError as error:
            self._look = None
            shown.update(Content.styled(sanitize(str(error), keep_newlines=True), "$text-error"))
            return
        self._fields = self._look.fields
        shown.update(_drawn(self._look, shown.size.width))

    def _value(self, name: str) -> str:
        return self.query_one(f"#load-{name}", Input).value.strip()

    def _plan(self) -> LoadPlan:
        from vsexplorer.core import paths
        from vsexplorer.transfer.mapping import Mapping, parse_renames
        from vsexplorer.transfer.plan import LoadPlan
        from vsexplorer.transfer.rejects import default_path

        wanted = self._value("attributes")
        names = tuple(filter(None, (one.strip() for one in wanted.split(","))))
        kept = {"all": None, "": None, "none": ()}.get(wanted, names)
        renames = [one for one in map(str.strip, self._value("rename").split(",")) if one]
        mapping = Mapping(
            self._value("id"),
            self._value("text"),
            attributes=kept,
            where=self._value("where"),
            rename=parse_renames([one for one in renames if one != _FILTERABLE]),
            filterable=_FILTERABLE in renames,
        )
        rejects = default_path(self.file.name) if self.file else None
        key = self._value("key").encode("utf-8", "surrogateescape")
        return LoadPlan(key, mapping, rejects=rejects, checkpoints=paths.state_folder() / "loads")

    def action_load(self) -> None:
        """Dismiss with the load, if a file and a set are given."""
        shown = self.query_one("#look", Static)
        if self.file is None:
            shown.update("Choose a file first: type its path, or use arrow keys and enter in the list on the left.")
        elif not self._value("key"):
            shown.update("Enter the name of the vector set to load into.")
        elif self._look is not None:
            self.dismiss(ChosenLoad(self.file, self._plan(), self._look))

    def action_leave(self) -> None:
        """Leave without loading."""
        self.dismiss(None)


def _stem(file: Path) -> str:
    return file.name.partition(".")[0]


def _drawn(found: Look, width: int) -> Content:
    width = max(20, width)
    mapping = found.mapping
    source = "as exported" if mapping.exported else f"id: {mapping.id} · text: {mapping.text}"
    content = Content.styled(fit(sanitize(f"{found.words} · {source}"), width), "bold")
    for note in mapping.notes:
        content += Content.styled("\n" + fit(sanitize(note), 3 * width), "$text-warning")
    if found.fields:
        names = ", ".join(f"{name} {found.types.get(name, '')}".strip() for name in found.fields)
        content += Content.styled(f"\n{fit(sanitize(f'fields: {names}'), 3 * width)}", "$text-muted")
    for item in found.items:
        content += Content("\n\n") + Content.styled(fit(display(item.name), width), "$text-accent")
        if item.text is not None:
            content += Content("\n" + fit(sanitize(item.text), width))
        if item.attributes:
            content += Content.styled("\n" + fit(display(item.attributes), width), "$text-muted")
    for _, row in found.bad[:3]:
        content += Content.styled("\n\n" + fit(sanitize(f"{row.place}: {row.reason}"), width), "$text-warning")
    return content
