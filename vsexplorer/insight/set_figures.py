"""Compare the vector sets of a database, and explain every property of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vsexplorer.core.attributes import Json
from vsexplorer.core.text import byte_size, decode, display, plural, sanitize
from vsexplorer.core.values import SetInfo, SetSummary


@dataclass(frozen=True, slots=True)
class Figure:
    """A property by which sets can be compared."""

    name: str
    title: str
    of: Callable[[SetSummary], Json]
    """The value, for scripts and for sorting; ``None`` if unknown."""
    shown: Callable[[SetSummary], str]
    """The value as sanitized text."""
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
    """Sort sets by a figure; unknown values come last, equal ones are sorted by key."""
    by_key = sorted(summaries, key=lambda one: one.info.key)
    known = [one for one in by_key if by.of(one) is not None]
    unknown = [one for one in by_key if by.of(one) is None]
    return sorted(known, key=lambda one: _sortable(by.of(one)), reverse=reverse) + unknown


def facts(summary: SetSummary) -> list[tuple[str, str, str]]:
    """Return every property of a set: its name, its value, and what it means."""
    info = summary.info
    quantizations = {
        "int8": "one byte per number, scaled to the largest of the vector; recall stays at about 96 %",
        "f32": "four bytes per number; nothing is lost",
        "bin": "one bit per number, its sign; smallest and fastest, but recall drops markedly",
    }
    reduced = (
        "query vectors have more, which a projection (REDUCE) reduces to these"
        if info.reduced
        else "query vectors have as many; the set was created without REDUCE"
    )
    per_element = f", {summary.memory / info.size:,.0f} bytes per element" if summary.memory and info.size else ""
    return [
        ("elements", f"{info.size:,}", "size: number of elements"),
        ("dimension", f"{info.dimension:,}", f"vector-dim: dimensions of a stored vector; {reduced}"),
        (
            "before REDUCE",
            f"{info.input_dimension:,}" if info.reduced else "none",
            "projection-input-dim: dimensions of a vector before it is reduced",
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
            "more links improve recall and take more memory",
        ),
        (
            "levels",
            f"{info.levels:,}",
            "max-level: the highest level of the graph; a search begins there, among few elements, and "
            "descends to level 0, which has all of them",
        ),
        (
            "with attributes",
            f"{info.with_attributes:,}",
            "attributes-count: elements with attributes; those without never match a filter",
        ),
        (
            "uid",
            f"{info.uid:,}",
            "vset-uid: identifies the set while the server runs; it changes if the set is recreated",
        ),
        (
            "newest node",
            f"{info.newest_node:,}",
            "hnsw-max-node-uid: increases with each element added, even if it replaces a removed one",
        ),
        ("memory", _memory(summary.memory), f"MEMORY USAGE: an estimate from a few elements{per_element}"),
        (
            "model",
            sanitize(summary.model) or "unknown",
            "the embedding model of the vectors, if it was recorded",
        ),
    ]


def difference(before: SetInfo, now: SetInfo) -> str:
    """Describe what other clients added and removed between two descriptions of a set; empty if nothing.

    Edited attributes do not show in VINFO, only attributes added to an element or removed from it.
    """
    added = max(0, now.newest_node - before.newest_node)
    removed = max(0, before.size + added - now.size)
    described = now.with_attributes - before.with_attributes
    parts = [plural(added, "new element")] if added else []
    parts += [f"{removed:,} removed" if added else f"{plural(removed, 'element')} removed"] if removed else []
    if not parts and described:
        verb = "added to" if described > 0 else "removed from"
        parts = [f"attributes {verb} {plural(abs(described), 'element')}"]
    return ", ".join(parts)


def _sortable(value: Json) -> tuple[float, str]:
    return (value, "") if isinstance(value, int | float) else (0, str(value).casefold())


def _dimension(info: SetInfo) -> str:
    return f"{info.input_dimension:,}→{info.dimension:,}" if info.reduced else f"{info.dimension:,}"


def _memory(size: int | None) -> str:
    return byte_size(size) if size is not None else "—"


def _model(name: str) -> str:
    return sanitize(name.rpartition("/")[2])
