"""What a map shows over its points: groups, results, matches, neighbours and a selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vsexplorer.core.attributes import Json, fields
from vsexplorer.core.text import decode
from vsexplorer.core.values import Hit
from vsexplorer.insight.colouring import Colouring, colouring, groupable, ungrouped
from vsexplorer.insight.distinctive import Description, Vocabulary, describe, texts_of
from vsexplorer.insight.landmarks import landmarks
from vsexplorer.insight.layout import Nearest, placed
from vsexplorer.insight.set_map import SetMap
from vsexplorer.language.dialect import Dialect
from vsexplorer.language.evaluator import compiled

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Floats, Mask

_LABELLED = 8
_AROUND = 30
"""Points around one whose words are looked at."""
_WORDS = 6
_NEIGHBOURS = 10


class MapContents:
    """The elements of one map and what is known of them; independent of any screen.

    Args:
        shown: The map; its points may still move, its elements do not change.
    """

    def __init__(self, shown: SetMap) -> None:
        self.shown = shown
        self.described: Sequence[Mapping[str, Json]] = [fields(raw) for raw in shown.attributes]
        self.fields = groupable(self.described)
        """The fields by which elements can be grouped."""
        self.grouping: Colouring = ungrouped(len(self.described))
        self.hits: Mapping[int, Hit] = {}
        """The results of the search that are on the map, the best first."""
        self.off_map = 0
        """Number of results that are not on the map."""
        self.passing: Mask | None = None
        """The elements that pass the filter; ``None`` without a filter."""
        self.selection: tuple[int, ...] = ()
        self.near: int | None = None
        """The element whose neighbours are highlighted; ``None`` for no element."""
        self._vocabulary: Vocabulary | None = None
        self._places: dict[bytes, int] = {name: place for place, name in enumerate(shown.names)}

    def colour_by(self, field: str) -> None:
        """Group the elements by a field; by none if it is empty."""
        self.grouping = colouring(self.described, field) if field else ungrouped(len(self.described))

    def next_field(self) -> str:
        """Return the field after the one by which elements are grouped; empty after the last."""
        choices = ["", *self.fields]
        return choices[(choices.index(self.grouping.field) + 1) % len(choices)]

    def show_results(self, hits: Sequence[Hit]) -> None:
        """Highlight the results of a search."""
        self.hits = {self._places[hit.element]: hit for hit in hits if hit.element in self._places}
        self.off_map = len(hits) - len(self.hits)

    def matches(self, expression: str, dialect: Dialect) -> Mask:
        """Return the elements that pass a filter.

        Raises:
            Refusal: the server would not accept the expression.
        """
        import numpy as np

        filter_ = compiled(expression, dialect)
        return np.array([filter_.matches(raw) for raw in self.shown.attributes], np.bool_)

    def mask(self, names: Sequence[bytes]) -> Mask:
        """Return which elements are among some names."""
        import numpy as np

        wanted = set(names)
        return np.array([name in wanted for name in self.shown.names], np.bool_)

    @property
    def lit(self) -> Mask | None:
        """The highlighted elements: neighbours, else a selection, else results, else matches; ``None`` for none."""
        import numpy as np

        chosen: Sequence[int]
        if self.near is not None:
            chosen = [self.near, *self.neighbours(self.near)]
        elif self.selection:
            chosen = self.selection
        elif self.hits or self.off_map:
            chosen = list(self.hits)
        else:
            return self.passing
        found = np.zeros(len(self.shown.names), np.bool_)
        found[list(chosen)] = True
        return found

    @property
    def lit_names(self) -> tuple[bytes, ...]:
        """The names of the highlighted elements."""
        lit = self.lit
        return tuple(self.shown.names[place] for place in lit.nonzero()[0].tolist()) if lit is not None else ()

    def neighbours(self, element: int) -> dict[int, float]:
        """Return the nearest elements of an element by vector, with their similarity from 0 to 1."""
        near = self.shown.neighbours
        pairs = zip(near.places[element].tolist(), near.cosines[element].tolist(), strict=True)
        return {place: (1 + cosine) / 2 for place, cosine in list(pairs)[:_NEIGHBOURS] if cosine > -1.5}

    def labels(self, visible: Mask | None) -> dict[int, str]:
        """Return the names to write: of neighbours with their similarity, of results, or of typical elements.

        Args:
            visible: The elements in the shown part of the plane; ``None`` for all.
        """
        if self.near is not None:
            return {place: f"{score:.2f} {self.name(place)}" for place, score in self.neighbours(self.near).items()}
        if self.hits and not self.selection:
            return {place: self.name(place) for place in list(self.hits)[:_LABELLED]}
        lit = self.lit
        shown = visible if lit is None else lit if visible is None else lit & visible
        found = landmarks(self.shown.points, self.shown.neighbours, _LABELLED, shown)
        return {place: self.name(place) for place in found}

    def name(self, element: int) -> str:
        """The name of an element; not sanitized."""
        return decode(self.shown.names[element])

    def facts(self, element: int) -> list[str]:
        """Return what is shown of an element besides its attributes: its rank, score and group; not sanitized."""
        grouping, hit = self.grouping, self.hits.get(element)
        found = [f".{grouping.field}: {grouping.label(element)}"] if grouping.field else []
        if hit is not None and hit.score is not None:
            found.insert(0, f"result {hit.rank} · score {hit.score:.4f}")
        return found

    @property
    def query_place(self) -> tuple[float, float] | None:
        """The place of the query, between its nearest results; ``None`` without results that have scores."""
        import numpy as np

        scored = [(place, hit.score) for place, hit in self.hits.items() if hit.score is not None][:3]
        if not scored:
            return None
        near = Nearest(
            np.array([[place for place, _ in scored]], np.int64),
            np.array([[2 * score - 1 for _, score in scored]], np.float32),
        )
        x, y = placed(self.shown.points, near)[0].tolist()
        return x, y

    def words_around(self, element: int) -> list[str]:
        """Return the words typical of the elements around one on the map; slow at the first call."""
        import numpy as np

        points: Floats = self.shown.points
        gaps = ((points - points[element]) ** 2).sum(axis=1)
        return self.words_of(np.argsort(gaps)[:_AROUND].tolist())

    def words_of(self, elements: Sequence[int]) -> list[str]:
        """Return the words typical of some elements; slow at the first call."""
        if self._vocabulary is None:
            names = [decode(name) for name in self.shown.names]
            self._vocabulary = Vocabulary(texts_of(self.described, names))
        return self._vocabulary.typical(elements, _WORDS)

    def description(self) -> Description | None:
        """Return the condition that describes the selection best; ``None`` if there is none."""
        chosen = set(self.selection)
        return describe(self.described, [place in chosen for place in range(len(self.described))])
