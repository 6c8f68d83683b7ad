"""From a query to an answer: what is asked becomes a vector, Redis ranks, and what must be known of it is noted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vsexplorer.embedding.embedder import Embedder
from vsexplorer.errors import DimensionMismatch, FilterRefused, UsageError
from vsexplorer.language.check import caret, check
from vsexplorer.language.dialect import Dialect
from vsexplorer.model import (
    ByElement,
    ByFile,
    BySum,
    ByText,
    ByVector,
    Everything,
    Hit,
    Operand,
    Query,
    ResultPage,
    SearchOptions,
    SetInfo,
    Timings,
)
from vsexplorer.text import display
from vsexplorer.transfer.vector_file import read_vector
from vsexplorer.vectorset.arithmetic import norm, packed, unpacked, weighted_sum
from vsexplorer.vectorset.failures import no_element
from vsexplorer.vectorset.projection import project
from vsexplorer.vectorset.store import Answer, VectorSetStore

_EXACT_LISTING = 100_000
"""Elements up to which a filtered listing without a query compares all of them: some 30 ms of the server."""


@dataclass(frozen=True, slots=True)
class PreparedQuery:
    """A query with everything it takes to ask Redis."""

    query: Query
    info: SetInfo
    vector: bytes | None
    """What to be near to; ``None`` where the query names an element, or nothing."""
    started: float
    """``time.perf_counter()`` when the query was taken up."""
    embed: float = 0.0
    """Milliseconds of embedding."""
    remembered: bool = True
    """Nothing had to be embedded."""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Embedded:
    milliseconds: float = 0.0
    remembered: bool = True
    notes: tuple[str, ...] = ()


class Searcher:
    """Answers queries to the sets of one store."""

    def __init__(self, store: VectorSetStore, embedder: Embedder, check_model: Callable[[SetInfo], None]) -> None:
        self._store = store
        self._embedder = embedder
        self._check_model = check_model

    async def prepare(self, query: Query, info: SetInfo, started: float) -> PreparedQuery:
        """Do what a query needs before Redis ranks: embed its texts, read its files and its elements' vectors.

        Raises:
            DimensionMismatch: the model, or a vector given, does not fit the set.
            NotFound: an element of a sum does not exist.
            UsageError: a file holds no vector, or a sum comes to nothing.
            ModelUnavailable: the model could not be opened.
        """
        if isinstance(query.source, Everything | ByElement):
            return PreparedQuery(query, info, None, started)
        embedded = _Embedded()
        if isinstance(query.source, BySum):
            vector = await self._sum(query.source, info, embedded)
        else:
            vector = await self._given(query.source, info, embedded)
        return PreparedQuery(
            query, info, vector, started, embedded.milliseconds, embedded.remembered, embedded.notes
        )

    async def run(self, prepared: PreparedQuery) -> ResultPage:
        """Ask Redis.

        Raises:
            FilterRefused: the server cannot parse the filter.
            NotFound: the element to compare with does not exist.
            VsexplorerError: of the kind that fits what happened.
        """
        query, info = prepared.query, prepared.info
        if prepared.vector is not None:
            answer = await self._search(info, query, vector=prepared.vector)
        elif isinstance(query.source, ByElement):
            answer = await self._search(info, query, like=query.source.element)
        else:
            answer = await self._list(info, query)
        timings = Timings(
            embed=prepared.embed,
            redis=answer.milliseconds,
            total=(time.perf_counter() - prepared.started) * 1000,
            embed_cached=prepared.remembered,
        )
        return ResultPage(
            query, answer.hits, answer.command, timings, (*prepared.notes, *answer.notes), answer.argv
        )

    async def _sum(self, source: BySum, info: SetInfo, embedded: _Embedded) -> bytes:
        elements = [term.operand.element for term in source.terms if isinstance(term.operand, ByElement)]
        stored = dict(zip(elements, await self._store.vectors(info, elements), strict=True))
        terms: list[tuple[float, Sequence[float]]] = []
        for term in source.terms:
            if isinstance(term.operand, ByElement):
                found = stored[term.operand.element]
                if found is None:
                    raise no_element(info.key, term.operand.element)
                terms.append((term.weight, found.normalized()))
            else:
                terms.append((term.weight, unpacked(await self._given(term.operand, info, embedded))))
        if len({len(numbers) for _, numbers in terms}) > 1:
            # Stored vectors are reduced; the server would reduce the others, were they alone.
            terms = [
                (weight, numbers if len(numbers) == info.dimension else project(numbers, info.dimension))
                for weight, numbers in terms
            ]
        total = weighted_sum(terms)
        if norm(total) < 1e-6:
            raise UsageError("The terms of the sum cancel each other out: nothing is left to be near to.")
        return packed(total)

    async def _given(self, operand: Operand, info: SetInfo, embedded: _Embedded) -> bytes:
        match operand:
            case ByText(text):
                await self._embedder.open()
                self._check_model(info)
                found = await self._embedder.embed(text)
                embedded.milliseconds += found.milliseconds
                embedded.remembered &= found.remembered
                if found.cut_at:
                    embedded.notes = (f"the text was cut at the model's {found.cut_at} tokens",)
                return found.vector
            case ByVector(vector):
                return _fitting(vector, info, "the vector")
            case ByFile(path):
                return _fitting(await asyncio.to_thread(read_vector, path), info, f"the vector in {path}")
            case ByElement():
                raise AssertionError("elements are read together")

    async def _search(
        self, info: SetInfo, query: Query, *, like: bytes | None = None, vector: bytes | None = None
    ) -> Answer:
        if info.size == 0:
            return Answer((), "", 0.0)
        return await self._store.search(info, query.filter, query.options, like=like, vector=vector)

    async def _list(self, info: SetInfo, query: Query) -> Answer:
        if not query.filter.strip():
            return await self._store.first(query.key, query.options.count)
        # A zero vector is equally far from everything: what comes back is what passes the filter, unranked.
        exact = info.size <= _EXACT_LISTING
        options = SearchOptions(query.options.count, filter_ef=query.options.filter_ef, exact=exact)
        answer = await self._search(info, replace(query, options=options), vector=bytes(4 * info.input_dimension))
        notes = () if exact else ("some of the elements that match: a set this large is not searched whole",)
        return replace(answer, hits=_unranked(answer), notes=(*answer.notes, *notes))


def accepted(expression: str, dialect: Dialect) -> None:
    """Make sure that the server will accept a filter.

    Raises:
        FilterRefused: with the reason, and the expression with a caret under the place.
    """
    report = check(expression, dialect)
    if not report.ok:
        finding = report.findings[0]
        hint = caret(expression, finding)
        if finding.correction:
            hint += f"\nPerhaps: {finding.correction.apply(expression)}"
        raise FilterRefused(f"The filter is not valid: {finding.sentence}.", hint, expression[finding.start :])


def _fitting(vector: bytes, info: SetInfo, what: str) -> bytes:
    numbers = len(vector) // 4
    if numbers not in (info.input_dimension, info.dimension):
        either = f" (or {info.dimension}, reduced)" if info.reduced else ""
        raise DimensionMismatch(
            f"{what[0].upper()}{what[1:]} has {numbers:,} numbers; "
            f"{display(info.key)} holds vectors of {info.input_dimension:,}{either}."
        )
    return vector


def _unranked(answer: Answer) -> tuple[Hit, ...]:
    return tuple(replace(hit, score=None) for hit in answer.hits)
