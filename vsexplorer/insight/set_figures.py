"""The vector sets of a database side by side: what can be compared of them, and every fact of one in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vsexplorer.core.attributes import Json
from vsexplorer.core.text import byte_size, decode, display, plural, sanitize
from vsexplorer.core.values import SetInfo, SetSummary


@dataclass(frozen=True, slots=True)
class Figure:
    """Something sets can be compared by."""

    name: str
    title: str
    of: Callable[[SetSummary], Json]
    """The value, for scripts and for sorting; ``None`` where it is not known."""
    shown: Callable[[SetSummary], str]
    """The value for a person, harmless."""
    numeric: bool = True


def _number(name: str, title: str, of: Callable[[SetInfo], int]) -> Figure:
    return Figure(name, title, lambda one: of(one.info), lambda one: f"{of(one.info):,}")


FIGURES = (
    Figure("key", "vector set", lambda one: decode(one.info.key), lambda one: display(one.info.key), False),
    _number("elements", "elements", lambda info: info.size),
    Figure("dimension", "dims", lambda one: one.info.dimension, lambda one: _dimension(one.info)),
    _number("input_dimension", "before REDUCE", lambda info: info.input_dimension),
    Figure(
        "quantization",
        "quant",
        lambda one: one.info.quantization,
        lambda one: sanitize(one.info.quantization),
        False,
    ),
    Figure("model", "model", lambda one: one.model or None, lambda one: _model(one.model), False),
    Figure("memory", "memory", lambda one: one.memory, lambda one: _memory(one.memory)),
    _number("with_attributes", "attributes", lambda info: info.with_attributes),
    _number("links", "M", lambda info: info.links),
    _number("levels", "levels", lambda info: info.levels),
)
"""In the order in which they are listed."""


def figure(name: str) -> Figure:
    """A figure by its name."""
    return next(one for one in FIGURES if one.name == name)


def ordered(summaries: Sequence[SetSummary], by: Figure, reverse: bool = False) -> list[SetSummary]:
    """Sets sorted by a figure, those of which it is not known last, equal ones by their key."""
    by_key = sorted(summaries, key=lambda one: one.info.key)
    known = [one for one in by_key if by.of(one) is not None]
    unknown = [one for one in by_key if by.of(one) is None]
    return sorted(known, key=lambda one: _sortable(by.of(one)), reverse=reverse) + unknown


def facts(summary: SetSummary) -> list[tuple[str, str, str]]:
    """Every fact of a set: its name, its value, and what it means."""
    info = summary.info
    quantizations = {
        "int8": "each number takes one byte, scaled to the largest of its vector: recall stays about 96 %",
        "f32": "each number takes four bytes: nothing is lost",
        "bin": "each number keeps its sign alone: smallest and fastest, recall drops markedly",
    }
    reduced = (
        "queries have more, which a random projection (REDUCE) makes into these"
        if info.reduced
        else "queries have as many; the set was made without REDUCE"
    )
    per_element = f", {summary.memory / info.size:,.0f} bytes an element" if summary.memory and info.size else ""
    return [
        ("elements", f"{info.size:,}", "size: names, each with a vector"),
        ("dimension", f"{info.dimension:,}", f"vector-dim: numbers of a stored vector; {reduced}"),
        (
            "before REDUCE",
            f"{info.input_dimension:,}" if info.reduced else "none",
            "projection-input-dim: numbers of a vector before it was reduced",
        ),
        (
            "quantization",
            sanitize(info.quantization),
            f"quant-type: {quantizations.get(info.quantization, 'how the numbers of a vector are stored')}",
        ),
        (
            "M",
            f"{info.links:,}",
            "hnsw-m: links of an element on each level of the graph, twice as many on the lowest; "
            "more find better and take more memory",
        ),
        (
            "levels",
            f"{info.levels:,}",
            "max-level: the highest level of the graph; a search begins there, where few elements are, and "
            "descends to 0, where all are",
        ),
        (
            "with attributes",
            f"{info.with_attributes:,}",
            "attributes-count: elements a filter can say something about; those without never match",
        ),
        (
            "uid",
            f"{info.uid:,}",
            "vset-uid: numbers the sets of a running server; another one means that the set was made anew",
        ),
        (
            "newest node",
            f"{info.newest_node:,}",
            "hnsw-max-node-uid: grows with each element that is added, also in the place of one removed",
        ),
        ("memory", _memory(summary.memory), f"MEMORY USAGE: an estimate from a few elements{per_element}"),
        (
            "model",
            sanitize(summary.model) or "not known",
            "what made the vectors, where that was noted",
        ),
    ]


def difference(before: SetInfo, now: SetInfo) -> str:
    """What others have added and removed between two looks at the same set, in words; empty where nothing.

    Attributes that were edited do not show in VINFO, only those that were given to an element or taken from it.
    """
    added = max(0, now.newest_node - before.newest_node)
    removed = max(0, before.size + added - now.size)
    described = now.with_attributes - before.with_attributes
    parts = [plural(added, "new element")] if added else []
    parts += [f"{removed:,} gone" if added else f"{plural(removed, 'element')} gone"] if removed else []
    if not parts and described:
        parts = [f"attributes {'added to' if described > 0 else 'taken from'} {plural(abs(described), 'element')}"]
    return ", ".join(parts)


def _sortable(value: Json) -> tuple[float, str]:
    return (value, "") if isinstance(value, int | float) else (0, str(value).casefold())


def _dimension(info: SetInfo) -> str:
    return f"{info.input_dimension:,}→{info.dimension:,}" if info.reduced else f"{info.dimension:,}"


def _memory(size: int | None) -> str:
    return byte_size(size) if size is not None else "—"


def _model(name: str) -> str:
    return sanitize(name.rpartition("/")[2])
