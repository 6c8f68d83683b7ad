"""Map the elements of a vector set: read them, lay them out, and place further ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vsexplorer.core.progress import Progress, ProgressCallback
from vsexplorer.core.text import display
from vsexplorer.core.values import SetInfo
from vsexplorer.insight import layout
from vsexplorer.insight.layout import LayoutQuality, Nearest
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.stored_vector import StoredVector, unit_rows

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Floats

LAID_OUT = 10_000
"""Elements that are laid out; further ones are placed at their nearest neighbours among them."""
_PAGE = 500


@dataclass(frozen=True, slots=True, eq=False)
class SetMap:
    """Elements as points of a plane. Compared by identity, so that it is a cheap cache key."""

    info: SetInfo
    """The set when its elements were read."""
    names: tuple[bytes, ...]
    attributes: tuple[bytes | None, ...]
    points: Floats
    """Their places, shape (elements, 2)."""
    neighbours: Nearest
    """For each element its nearest ones among those that were laid out, as indexes of ``names``."""
    vectors: Floats
    """The principal components of the vectors, by which elements are placed, shape (elements, components)."""
    mean: Floats
    components: Floats
    laid_out: int
    """The first elements, which were laid out; the others were placed at their neighbours."""
    whole: bool
    """All elements that were asked for are shown; otherwise a uniform sample of them is, unless ``uniform`` is
    false."""
    uniform: bool
    settled: bool
    quality: LayoutQuality | None = None

    def place_of(self, names: Sequence[bytes]) -> list[int]:
        """Return the indexes of elements that are on the map."""
        index = {name: place for place, name in enumerate(self.names)}
        return [index[name] for name in names if name in index]


async def read_elements(
    store: VectorSetStore, info: SetInfo, names: Sequence[bytes], progress: ProgressCallback
) -> tuple[list[bytes], list[bytes | None], Floats]:
    """Read the attributes and vectors of elements, with the server busy for half of the time at most.

    Returns:
        The names of those that are still there, their attributes, and a vector of length one for each.

    Raises:
        VsexplorerError: the server or the connection failed.
    """
    import numpy as np

    found: list[bytes] = []
    attributes: list[bytes | None] = []
    blocks: list[Floats] = []
    for first in range(0, len(names), _PAGE):
        page = names[first : first + _PAGE]
        started = time.perf_counter()
        described = await store.described(info, page, vectors=True)
        busy = time.perf_counter() - started
        vectors: list[StoredVector] = []
        for name, (raw, vector) in zip(page, described, strict=True):
            if vector is not None:
                found.append(name)
                attributes.append(raw)
                vectors.append(vector)
        if vectors:
            blocks.append(unit_rows(vectors).astype(np.float32))
        progress(Progress(f"reading {display(info.key)}", first + len(page), len(names), "elements"))
        await asyncio.sleep(busy)
    rows = np.concatenate(blocks) if blocks else np.zeros((0, info.dimension), np.float32)
    return found, attributes, rows


async def lay_out(
    store: VectorSetStore,
    info: SetInfo,
    names: Sequence[bytes],
    whole: bool,
    uniform: bool,
    seed: int,
    progress: ProgressCallback,
) -> AsyncGenerator[SetMap]:
    """Lay out elements of a set; the numbers are crunched in a thread.

    Args:
        store: The vector sets.
        info: The set.
        names: The elements; the first ``LAID_OUT`` are laid out, so they should be a uniform sample of all.
        whole: They are all that were asked for.
        uniform: They are all, or a uniform sample.
        seed: The same seed and elements give the same map.
        progress: Called with progress.

    Yields:
        The map as it settles; the last has its quality.

    Raises:
        VsexplorerError: the server or the connection failed.
    """
    found, attributes, rows = await read_elements(store, info, names, progress)
    main = rows[:LAID_OUT]
    progress(Progress("looking for neighbours"))
    mean, components, vectors, begin = await asyncio.to_thread(_begin, rows, seed)
    own = await asyncio.to_thread(
        lambda: (
            layout.joined(
                [*layout.nearest(vectors[:LAID_OUT], vectors[:LAID_OUT], layout.NEIGHBOURS, skip_itself=True)]
            )
            if len(main)
            else None
        )
    )
    if own is None:
        return
    others = await _nearest_of_others(vectors, progress)
    steps = layout.settle(begin, own, seed)
    points = begin
    shown = SetMap(
        info, tuple(found), tuple(attributes), points, own, vectors, mean, components, len(main), whole, uniform,
        settled=False,
    )  # fmt: skip
    everyone = layout.joined([own, others]) if others is not None else own
    while (moved := await asyncio.to_thread(_next, steps)) is not None:
        points = moved
        yield replace(shown, points=_with_others(points, others), neighbours=everyone)
    quality = await asyncio.to_thread(layout.quality, main, points, seed)
    yield replace(shown, points=_with_others(points, others), neighbours=everyone, settled=True, quality=quality)


async def follow(
    store: VectorSetStore, shown: SetMap, info: SetInfo, names: Sequence[bytes], progress: ProgressCallback
) -> SetMap:
    """Bring a map up to date: new elements are placed at their neighbours, gone ones leave, the others stay.

    Args:
        store: The vector sets.
        shown: The map.
        info: The set as it is now.
        names: The elements to show.
        progress: Called with progress.

    Raises:
        VsexplorerError: the server or the connection failed.
    """
    import numpy as np

    wanted = set(names)
    known = {name: place for place, name in enumerate(shown.names)}
    fresh = [name for name in names if name not in known]
    stay = np.array([name in wanted for name in shown.names], bool)
    found, attributes, rows = await read_elements(store, info, fresh, progress)
    vectors = ((rows - shown.mean) @ shown.components).astype(np.float32)
    anchors = shown.vectors[: shown.laid_out]
    near = [*layout.nearest(vectors, anchors, layout.NEIGHBOURS, skip_itself=False)] if len(vectors) else []
    points = [shown.points[stay], *(layout.placed(shown.points, one) for one in near)]
    # Neighbours are indexes of names, which move when elements leave.
    moved = np.cumsum(stay) - 1
    kept = Nearest(shown.neighbours.places[stay], shown.neighbours.cosines[stay])
    width = kept.places.shape[1]
    all_near = layout.joined([kept, *(Nearest(one.places[:, :width], one.cosines[:, :width]) for one in near)])
    present = stay[all_near.places]
    places = np.where(present, moved[all_near.places], 0)
    cosines = np.where(present, all_near.cosines, -np.inf).astype(np.float32)
    return replace(
        shown,
        info=info,
        names=tuple([name for name in shown.names if name in wanted] + found),
        attributes=tuple(
            [raw for name, raw in zip(shown.names, shown.attributes, strict=True) if name in wanted] + attributes
        ),
        points=np.concatenate(points),
        neighbours=Nearest(places, cosines),
        vectors=np.concatenate([shown.vectors[stay], vectors]),
        laid_out=int(stay[: shown.laid_out].sum()),
    )


def _begin(rows: Floats, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the mean, the components, the reduced rows, and where the laid-out elements begin."""
    mean, components, main, begin = layout.start(rows[:LAID_OUT], seed)
    import numpy as np

    others = (rows[LAID_OUT:] - mean) @ components
    return mean, components, np.concatenate([main, others]), begin


async def _nearest_of_others(vectors: Floats, progress: ProgressCallback) -> Nearest | None:
    """Find the neighbours of the elements that are not laid out among those that are, block by block."""
    others, anchors = vectors[LAID_OUT:], vectors[:LAID_OUT]
    if not len(others):
        return None
    blocks = layout.nearest(others, anchors, layout.NEIGHBOURS, skip_itself=False)
    found: list[Nearest] = []
    while (block := await asyncio.to_thread(_next, blocks)) is not None:
        found.append(block)
        done = sum(len(one.places) for one in found)
        progress(Progress("placing elements", done, len(others), "elements"))
    return layout.joined(found)


def _with_others(points: Floats, others: Nearest | None) -> Floats:
    import numpy as np

    return points if others is None else np.concatenate([points, layout.placed(points, others)])


def _next[T](items: Iterator[T]) -> T | None:
    return next(items, None)
