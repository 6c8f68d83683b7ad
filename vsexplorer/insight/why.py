"""Explain why an element is missing from the results of a search: the first cause, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from vsexplorer.core.text import count as grouped
from vsexplorer.core.text import decode
from vsexplorer.core.values import DEFAULT_EF, DEFAULT_FILTER_EF, LARGEST_EF, SearchOptions, SetInfo
from vsexplorer.core.vectors import similarity, unpacked
from vsexplorer.language.evaluator import compiled
from vsexplorer.vectorset.projection import project
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.stored_vector import StoredVector

_MARGIN = 1e-3
"""Added to the distance computed here, because the server rounds the query vector as it rounds stored ones."""


class Cause(StrEnum):
    """Why an element is or is not among the results."""

    FOUND = "found"
    MISSING = "missing"
    MODEL = "model"
    FILTER = "filter"
    EPSILON = "epsilon"
    RANK = "rank"
    VARIETY = "variety"
    QUANTIZATION = "quantization"
    SEARCH = "search"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Step:
    """One question on the way to the cause, with its answer."""

    name: str
    passed: bool | None
    """``None`` if it could not be answered."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an element is not among the results, or where it is."""

    cause: Cause
    sentence: str
    mend: str
    """What to do; empty if there is nothing to mend."""
    steps: tuple[Step, ...]
    rank: int | None = None
    """Its exact rank among the elements that pass the filter, from 1."""
    rank_unfiltered: int | None = None
    score: float | None = None
    """Its exact similarity to the query, from 0 to 1."""
    options: SearchOptions | None = None
    """Options with which the search finds it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search, and the element looked for in its results."""

    info: SetInfo
    element: bytes
    filter: str
    options: SearchOptions
    like: bytes | None
    vector: bytes | None
    """The query: an element of the set, or a vector as float32, little-endian."""
    model: str = ""
    """The model that embeds the query; empty if the query has no text."""
    recorded: str = ""
    """The model that the set was made with, as recorded; empty if unknown."""
    original: bytes | None = None
    """The element's vector before quantization, if it can be embedded again from its text."""


class _Ladder:
    """Collects the steps of an explanation."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(self, name: str, passed: bool | None, sentence: str) -> None:
        self.steps.append(Step(name, passed, sentence))

    def end(
        self,
        cause: Cause,
        sentence: str,
        mend: str = "",
        *,
        ranks: tuple[int | None, int | None, float | None] = (None, None, None),
        options: SearchOptions | None = None,
    ) -> Explanation:
        return Explanation(cause, sentence, mend, tuple(self.steps), *ranks, options)


async def explain(store: VectorSetStore, question: Question) -> Explanation:
    """Ask one question after the other until the cause is found.

    Raises:
        FilterRefused: the server cannot parse the filter.
        NotFound: the element that the query names does not exist.
        VsexplorerError: the server or the connection failed.
    """
    ladder, info, name = _Ladder(), question.info, decode(question.element)
    stored, attributes = await _read(store, info, question.element)
    if stored is None:
        ladder.add("exists", False, f"There is no element {name} in the set.")
        close = await store.some_names(info.key, _beginnings(question.element))
        near = f"Names that begin alike: {', '.join(map(decode, close[:5]))}." if close else "Check the name."
        return ladder.end(Cause.MISSING, f"There is no element {name} in the set.", near)
    ladder.add("exists", True, "The element exists.")
    if question.model and question.recorded and question.model != question.recorded:
        sentence = f"The query is embedded with {question.model}; the set was made with {question.recorded}."
        ladder.add("model", False, sentence)
        return ladder.end(Cause.MODEL, sentence, f"Search with --model {question.recorded} (key m).")
    ladder.add("model", True if question.recorded or not question.model else None, _about_model(question))
    place = await _place(store, question, question.options)
    if place is not None:
        sentence = f"The element is result {place} of {grouped(question.options.count)}."
        ladder.add("found", True, sentence)
        return ladder.end(Cause.FOUND, sentence, options=question.options)
    ladder.add("found", False, f"It is not among the {grouped(question.options.count)} results.")
    dialect = store.dialect_of(question.info.key)
    if question.filter.strip() and dialect.engine:
        passes = question.element in await store.passing(question.info, question.filter)
        ladder.add("filter", passes, f"The filter {'lets it pass' if passes else 'rejects it'}.")
        if not passes:
            return ladder.end(Cause.FILTER, "The filter rejects it.", "Change the filter (key f).")
    elif question.filter.strip():
        verdict = compiled(question.filter, dialect).explain(attributes)
        ladder.add("filter", verdict.match, f"The filter: {verdict.because}.")
        if not verdict.match:
            return ladder.end(
                Cause.FILTER, f"The filter rejects it: {verdict.because}.", "Change the filter (key f)."
            )
    return await _by_rank(store, question, ladder, stored)


async def _by_rank(store: VectorSetStore, question: Question, ladder: _Ladder, stored: StoredVector) -> Explanation:
    """Continue with the element's exact rank: it exists and passes the filter."""
    options = question.options
    unfiltered = await exact_rank(store, replace(question, filter=""), stored)
    rank = await exact_rank(store, question, stored) if question.filter.strip() else unfiltered
    if rank is None or unfiltered is None:
        sentence = "An exact search (TRUTH) does not find it either; the set may be changing."
        ladder.add("rank", None, sentence)
        return ladder.end(Cause.UNREACHABLE, sentence, "Try again.")
    place, last, score = rank
    ranks = (place, unfiltered[0], score)
    epsilon = options.epsilon
    among = " among those that pass the filter" if question.filter.strip() else ""
    ladder.add(
        "rank", place <= options.count, f"Its similarity is {score:.4f}, its exact rank {grouped(place)}{among}."
    )
    if epsilon is not None and score < 1 - epsilon:
        sentence = f"Its similarity of {score:.4f} is less than 1 - EPSILON = {1 - epsilon:.4f}."
        ladder.add("epsilon", False, sentence)
        enough = replace(options, epsilon=None, count=max(options.count, place))
        also = f" and --count {place}" if place > options.count else ""
        mend = f"Use --epsilon {_rounded_up(1 - score)}{also}, or leave EPSILON out (key O)."
        return ladder.end(Cause.EPSILON, sentence, mend, ranks=ranks, options=enough)
    if place > options.count:
        return await _out_of_count(store, question, ladder, ranks)
    if last > options.count:
        others = last - place
        sentence = (
            f"{grouped(others)} other elements are exactly as similar, more than fit in {grouped(options.count)}."
        )
        mend = f"Ask for {grouped(last)} results: --count {last} (key O)."
        more = replace(options, count=last)
        return ladder.end(Cause.RANK, sentence, mend, ranks=ranks, options=more)
    return await _missed(store, question, ladder, ranks)


async def _out_of_count(
    store: VectorSetStore, question: Question, ladder: _Ladder, ranks: tuple[int, int, float]
) -> Explanation:
    place, _, score = ranks
    options = question.options
    enough = replace(options, count=place)
    if question.original is not None and question.info.quantization == "int8" and not question.like:
        assert question.vector is not None
        original = _similarity(question.original, question.vector, question.info)
        last = await store.ranking(
            question.info, question.filter, replace(options, exact=True), question.like, question.vector
        )
        least = last[-1][1] if last else 0.0
        lost = original > least and score < least
        about = f"Embedded again, its similarity is {original:.4f}; result {options.count} has {least:.4f}."
        ladder.add("quantization", not lost, about)
        if lost:
            sentence = f"Quantization to {question.info.quantization} loses it: {about[0].lower()}{about[1:]}"
            mend = f"Ask for {grouped(place)} results (--count {place}), or rebuild the set with NOQUANT."
            return ladder.end(Cause.QUANTIZATION, sentence, mend, ranks=ranks, options=enough)
    sentence = f"Its rank is {grouped(place)}, but the search asks for only {grouped(options.count)} results."
    mend = f"Ask for {grouped(place)} results: --count {place} (key O)."
    return ladder.end(Cause.RANK, sentence, mend, ranks=ranks, options=enough)


async def _missed(
    store: VectorSetStore, question: Question, ladder: _Ladder, ranks: tuple[int, int, float]
) -> Explanation:
    """Continue with an element that belongs in the results, but is not found by the graph."""
    found = await smallest_that_finds(store, question)
    if found is not None:
        name, value, options = found
        sentence = f"The graph search misses it with the current {name}; it is found with {grouped(value)} or more."
        ladder.add("search", False, sentence)
        also = f" with --ef {options.ef}" if options.ef != question.options.ef and name != "EF" else ""
        mend = f"Use --{name.lower()} {value}{also} (key O), or search exactly: --exact (key t)."
        return ladder.end(Cause.SEARCH, sentence, mend, ranks=ranks, options=options)
    itself = await _place(store, replace(question, filter="", like=question.element, vector=None), SearchOptions(1))
    links = await store.neighbours(question.info.key, question.element)
    number = len(links[0]) if links else 0
    reached = "finds" if itself is not None else "does not find"
    sentence = (
        f"No EF finds it; a search for the element itself {reached} it, and it has {number} links on level 0."
    )
    ladder.add("reachable", False, sentence)
    exact = replace(question.options, exact=True)
    mend = "Search exactly: --exact (key t). Deleting the element and adding it again rebuilds its links."
    return ladder.end(Cause.UNREACHABLE, sentence, mend, ranks=ranks, options=exact)


async def exact_rank(
    store: VectorSetStore, question: Question, stored: StoredVector
) -> tuple[int, int, float] | None:
    """Return an element's exact rank, from 1, the rank of the last element that is as similar, and its similarity;
    ``None`` if the server does not find it.

    An exact search with EPSILON returns the elements that are at least as similar, so the reply is as long as the
    rank, not as the set.
    """
    info = question.info
    if question.like is not None:
        other, _ = await _read(store, info, question.like)
        given = other.packed() if other is not None else b""
    else:
        given = question.vector or b""
    distance, margin = 1.0, _MARGIN
    if given and info.quantization != "bin":
        distance = 1 - _similarity(stored.packed(), given, info)
    while True:
        limit = min(2.0, distance + margin)
        # EPSILON is left out where it would exclude nothing.
        options = SearchOptions(max(1, info.size), epsilon=limit if limit < 1 else None, exact=True)
        ranking = await store.ranking(info, question.filter, options, question.like, question.vector)
        score = next((score for name, score in ranking if name == question.element), None)
        if score is not None:
            # Elements that are as similar share the rank.
            first = sum(other > score for _, other in ranking) + 1
            return first, sum(other >= score for _, other in ranking), score
        if options.epsilon is None:
            return None
        margin *= 8


async def smallest_that_finds(store: VectorSetStore, question: Question) -> tuple[str, int, SearchOptions] | None:
    """Return the option, the smallest value found by halving intervals, and the options that find the element."""
    options, most = question.options, max(1, min(question.info.size, LARGEST_EF))
    filtered = bool(question.filter.strip())
    name = "FILTER-EF" if filtered else "EF"
    least = (
        (options.filter_ef or DEFAULT_FILTER_EF * options.count)
        if filtered
        else max(options.ef or DEFAULT_EF, options.count)
    )

    def with_value(value: int) -> SearchOptions:
        if not filtered:
            return replace(options, ef=value, exact=False)
        # A filtered search also stops once it holds EF matches.
        return replace(options, filter_ef=value, ef=max(options.ef or 0, min(value, LARGEST_EF)), exact=False)

    low, high = least, least
    while await _place(store, question, with_value(high)) is None:
        if high >= most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > max(1, low // 20):
        middle = (low + high) // 2
        if await _place(store, question, with_value(middle)) is None:
            low = middle
        else:
            high = middle
    return name, high, with_value(high)


async def _place(store: VectorSetStore, question: Question, options: SearchOptions) -> int | None:
    """Return the element's place in the results of a search, from 1."""
    found = await store.ranking(question.info, question.filter, options, question.like, question.vector)
    return next((place for place, (name, _) in enumerate(found, 1) if name == question.element), None)


async def _read(store: VectorSetStore, info: SetInfo, element: bytes) -> tuple[StoredVector | None, bytes | None]:
    attributes, vector = (await store.described(info, [element], vectors=True))[0]
    return vector, attributes


def _similarity(one: bytes, other: bytes, info: SetInfo) -> float:
    """Return the similarity of two vectors as VSIM defines it; those of another dimension are projected first."""
    vectors = []
    for raw in (one, other):
        numbers = unpacked(raw)
        vectors.append(numbers if len(numbers) == info.dimension else project(numbers, info.dimension))
    return similarity(*vectors)


def _about_model(question: Question) -> str:
    if not question.model:
        return "The query has no text, so no model matters."
    if question.recorded:
        return f"The query is embedded with {question.model}, as the set was."
    return f"The query is embedded with {question.model}; how the set was made is not recorded."


def _beginnings(element: bytes) -> list[bytes]:
    """Return beginnings of a name in its usual capitalizations, the longer first."""
    text = element.decode("utf-8", "surrogateescape")
    found = [
        form[:size].encode("utf-8", "surrogateescape")
        for size in (len(text) // 2, 3)
        for form in (text, text.title(), text.lower(), text.upper())
    ]
    return list(dict.fromkeys(one for one in found if one))


def _rounded_up(number: float) -> str:
    return f"{number + 5e-5:.4f}"
