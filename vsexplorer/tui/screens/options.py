"""The options dialog: VSIM's options with their costs and benefits; each change runs a new search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Input, Static

from vsexplorer.core.text import milliseconds, sanitize
from vsexplorer.core.values import DEFAULT_EF, LARGEST_EF, ResultPage, SearchOptions
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.line_input import LineInput


@dataclass(frozen=True, slots=True)
class _Number:
    """A numeric option; an empty line means the server's default."""

    field: str
    name: str
    least: float
    most: float
    default: str
    sentence: str


_NUMBERS = (
    _Number("count", "COUNT", 1, 100_000, "100", "How many results. A thousand take ten times as long as ten."),
    _Number(
        "ef",
        "EF",
        1,
        LARGEST_EF,
        str(DEFAULT_EF),
        "Exploration factor: candidates kept while walking the graph. More raise recall and take proportionally "
        "longer; useful up to about 500.",
    ),
    _Number(
        "filter_ef",
        "FILTER-EF",
        1,
        1_000_000_000,
        "100 × COUNT",
        "Candidates a filtered search examines before it stops. Raise it if few elements match; TRUTH is exact.",
    ),
    _Number(
        "epsilon",
        "EPSILON",
        0,
        2,
        "none",
        "Only similarity ≥ 1 - EPSILON: 0.2 keeps scores from 0.8 up. Costs nothing; corrected for servers that "
        "halve it.",
    ),
    _Number(
        "diversify",
        "DIVERSIFY",
        0,
        1,
        "none",
        "Results unlike each other, chosen from candidates: 1 is relevance only, 0.5 is varied.",
    ),
    _Number("per_group", "PER-GROUP", 1, 1_000, "1", "How many results of each value of GROUP-BY."),
    _Number("candidates", "CANDIDATES", 1, 100_000, "10 × COUNT", "How many results varied ones are chosen from."),
)
_GROUP_BY = "Show the best of each value of a field, such as genre; chosen from candidates."
_SWITCHES = (
    (
        "exact",
        "TRUTH",
        "Compare with every element: exact; time grows with the set, and writes wait.",
    ),
    (
        "no_thread",
        "NOTHREAD",
        "Search in the server's main thread: saves a thread switch on tiny sets, but blocks all other clients.",
    ),
)
_FLOATS = ("epsilon", "diversify")
_DEFAULTS = {"count": 100, "per_group": 1}
"""Values of options that must have one, for an empty line."""
_SENTENCES = (
    {f"option-{one.field}": one.sentence for one in _NUMBERS}
    | {"option-group_by": _GROUP_BY}
    | {f"option-{field}": sentence for field, _, sentence in _SWITCHES}
)
_ROOMY = 34
"""Rows of the terminal from which every option is described."""
_ON_OFF = ("off", "on")
"""Checkbox labels: the marks alone differ only in colour."""


class OptionsScreen(ModalScreen[None]):
    """A form over the results, which update with every change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.OPTIONS),
        Binding("down,enter", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    OptionsScreen {
        align: left bottom;
        & > Vertical {
            width: 100%; height: auto; max-height: 100%;
            background: $surface; border-top: solid $primary; padding: 0 1; overflow-y: auto;
            scrollbar-size-vertical: 1;
        }
        & .options--row { height: auto; }
        & .options--label { width: 11; text-style: bold; }
        & Input { border: none; height: 1; padding: 0; width: 14; background: $background; }
        & Input.-invalid { color: $text-error; }
        & Checkbox { border: none; padding: 0; width: 14; background: $surface; }
        & .options--sentence { width: 1fr; padding: 0 0 0 1; color: $text-muted; }
        & #took { height: auto; }
        & #meaning { display: none; height: auto; color: $text-muted; }
        &.-brief .options--sentence, &.-narrow .options--sentence { display: none; }
        &.-brief #meaning, &.-narrow #meaning { display: block; }
    }
    """

    def __init__(
        self, options: SearchOptions, page: ResultPage | None, change: Callable[[SearchOptions], str]
    ) -> None:
        super().__init__()
        self._options = options
        self._page = page
        self._change = change

    def compose(self) -> ComposeResult:
        """Compose a row for each option, and the time of the last search."""
        with Vertical():
            for one in _NUMBERS:
                if one.field == "per_group":
                    yield from self._group_by()
                with Horizontal(classes="options--row"):
                    yield Static(one.name, classes="options--label", markup=False)
                    value = getattr(self._options, one.field)
                    text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
                    yield LineInput(text, placeholder=one.default, id=f"option-{one.field}")
                    yield Static(one.sentence, classes="options--sentence", markup=False)
            for field, name, sentence in _SWITCHES:
                with Horizontal(classes="options--row"):
                    yield Static(name, classes="options--label", markup=False)
                    yield Checkbox(
                        _ON_OFF[getattr(self._options, field)],
                        getattr(self._options, field),
                        id=f"option-{field}",
                        compact=True,
                    )
                    yield Static(sentence, classes="options--sentence", markup=False)
            yield Static(id="meaning", markup=False)
            yield Static(id="took", markup=False)

    def _group_by(self) -> ComposeResult:
        with Horizontal(classes="options--row"):
            yield Static("GROUP-BY", classes="options--label", markup=False)
            yield LineInput(self._options.group_by, placeholder="none", id="option-group_by")
            yield Static(_GROUP_BY, classes="options--sentence", markup=False)

    def on_mount(self) -> None:
        """Show how long the last search took."""
        # The results stay visible behind the form.
        self.styles.background = "transparent"
        self.show_time(self._page)

    def on_resize(self) -> None:
        """Describe only the focused option where all descriptions would cover the results."""
        self.set_class(self.size.height < _ROOMY, "-brief")

    def show_time(self, page: ResultPage | None) -> None:
        """Show how long a search took, and its options."""
        if page is None:
            return
        times = page.timings
        self._say(
            f"last search: redis {milliseconds(times.redis)} ms, {len(page.hits):,} results · "
            f"COUNT {page.query.options.count}{' · TRUTH' if page.query.options.exact else ''}"
        )

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the description of the focused option, for narrow terminals."""
        self.query_one("#meaning", Static).update(_SENTENCES.get(str(event.widget.id), ""))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "option-group_by":
            self._set("group_by", event.value.strip().lstrip("."))
            return
        number = next(one for one in _NUMBERS if event.input.id == f"option-{one.field}")
        value = _value(number, event.value)
        event.input.set_class(value is _WRONG, "-invalid")
        if value is _WRONG:
            self._say(f"{number.name} is a number from {number.least:,} to {number.most:,}, or empty", error=True)
            return
        if value is None:
            value = _DEFAULTS.get(number.field)
        self._set(number.field, value)

    @on(Checkbox.Changed)
    def _switched(self, event: Checkbox.Changed) -> None:
        event.stop()
        field = str(event.checkbox.id).removeprefix("option-")
        if not self._set(field, event.value):
            with event.checkbox.prevent(Checkbox.Changed):
                event.checkbox.value = not event.value
        event.checkbox.label = _ON_OFF[event.checkbox.value]

    def _set(self, field: str, value: object) -> bool:
        changed = replace(self._options, **{field: value})  # type: ignore[arg-type]
        if changed == self._options:
            return True
        refused = self._change(changed)
        if refused:
            self._say(refused, error=True)
            return False
        self._options = changed
        return True

    def _say(self, words: str, error: bool = False) -> None:
        style = "$text-error" if error else "$text-accent"
        self.query_one("#took", Static).update(Content.styled(sanitize(words), style))

    def action_leave(self) -> None:
        """Return to the results."""
        self.dismiss(None)


_WRONG = object()


def _value(number: _Number, text: str) -> object:
    if not text.strip():
        return None
    try:
        value = float(text) if number.field in _FLOATS else int(text)
    except ValueError:
        return _WRONG
    if number.field == "epsilon" and value == 0:
        return _WRONG
    return value if number.least <= value <= number.most else _WRONG
