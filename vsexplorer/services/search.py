"""Answer queries: embed or read the query vector, let Redis rank, and note what limits the answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vsexplorer.core.attributes import Json, to_json
from vsexplorer.core.attributes import fields as parse_fields
from vsexplorer.core.errors import DimensionMismatch, UsageError
from vsexplorer.core.text import display, plural
from vsexplorer.core.values import (
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
from vsexplorer.core.vectors import norm, packed, unpacked, weighted_sum
from vsexplorer.insight.variety import best_of_groups, most_diverse
from vsexplorer.language.check import require_valid
from vsexplorer.server.failures import no_element
from vsexplorer.services.models import ModelService
from vsexplorer.services.sets import SetService
from vsexplorer.transfer.vector_file import read_vector
from vsexplorer.vectorset.projection import project
from vsexplorer.vectorset.store import Answer, VectorSetStore
from vsexplorer.vectorset.stored_vector import unit_rows

_EXACT_LISTING = 100_000
"""Largest set of which a filtered listing without a query checks all elements, in about 30 ms."""


@dataclass(frozen=True, slots=True)
class PreparedQuery:
    """A query with everything needed to send it to Redis."""

    query: Query
    info: SetInfo
    vector: bytes | None
    """The query vector; ``None`` if the query names an element, or nothing."""
    started: float
    """``time.perf_counter()`` when preparation began."""
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


class SearchService:
    """Answers queries to the vector sets of one database."""

    def __init__(self, store: VectorSetStore, models: ModelService, sets: SetService) -> None:
        self._store = store
        self._models = models
        self._sets = sets

    async def answer(self, query: Query) -> ResultPage:
        """Answer one query: ``prepare`` and ``run`` in one.

        Raises:
            DimensionMismatch: the model does not fit the set; nothing was sent.
            FilterRefused: the server cannot parse the filter.
            NotFound: the set, or the element to compare with, does not exist.
            VsexplorerError: the server or the connection failed.
        """
        return await self.run(await self.prepare(query))

    async def prepare(self, query: Query) -> PreparedQuery:
        """Prepare a query: embed its texts, and read its files and the vectors of its elements.

        Raises:
            FilterRefused: the server would not accept the filter; the message says why and where.
            DimensionMismatch: the model, or a vector given, does not fit the set.
            NotFound: an element of a sum does not exist.
            UsageError: a file contains no vector, or the terms of a sum cancel out.
            ModelUnavailable: the model could not be opened.
        """
        started = time.perf_counter()
        info = await self._sets.known(query.key)
        require_valid(query.filter, self._store.dialect_of(query.key))
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
        """Send a prepared query to Redis.

        Raises:
            FilterRefused: the server cannot parse the filter.
            NotFound: the element to compare with does not exist.
            VsexplorerError: the server or the connection failed.
        """
        query, info = prepared.query, prepared.info
        ranked = not isinstance(query.source, Everything)
        asked = replace(query, options=replace(query.options, count=query.options.asked)) if ranked else query
        if prepared.vector is not None:
            answer = await self._search(info, asked, vector=prepared.vector)
        elif isinstance(query.source, ByElement):
            answer = await self._search(info, asked, like=query.source.element)
        else:
            answer = await self._list(info, query)
        if query.options.varied and not ranked:
            answer = replace(answer, notes=(*answer.notes, "GROUP-BY and DIVERSIFY need a query"))
        elif query.options.varied:
            answer = await self._vary(info, query.options, answer)
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
            # Stored vectors are already reduced, so the other terms must be projected, too.
            terms = [
                (weight, numbers if len(numbers) == info.dimension else project(numbers, info.dimension))
                for weight, numbers in terms
            ]
        total = weighted_sum(terms)
        if norm(total) < 1e-6:
            raise UsageError("The terms of the sum cancel each other out.")
        return packed(total)

    async def _given(self, operand: Operand, info: SetInfo, embedded: _Embedded) -> bytes:
        match operand:
            case ByText(text):
                embedder = self._models.embedder
                await embedder.open()
                self._models.check(info)
                found = await embedder.embed(text)
                embedded.milliseconds += found.milliseconds
                embedded.remembered &= found.remembered
                if found.cut_at:
                    embedded.notes = (f"the text was truncated to the model's limit of {found.cut_at} tokens",)
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

    async def _vary(self, info: SetInfo, options: SearchOptions, answer: Answer) -> Answer:
        """Choose varied results from the candidates of an answer."""
        hits, note = list(answer.hits), f"from {plural(len(answer.hits), 'candidate')}"
        if options.group_by:
            groups = [_group(parse_fields(hit.attributes).get(options.group_by)) for hit in hits]
            each = f"best {options.per_group} of each .{options.group_by}"
            most = len(hits) if options.diversify is not None else options.count
            places = best_of_groups(groups, most, options.per_group)
            found = len({groups[place] for place in places})
            note = f"{each} {note}"
            if hits and not places:
                note = f"no candidate of {len(hits):,} has the field .{options.group_by}"
            elif len(places) < options.count and len(hits) >= options.asked:
                note += f", which have {plural(found, 'value')}: more candidates may find more"
            hits = [hits[place] for place in places]
        if options.diversify is not None and hits:
            stored = await self._store.vectors(info, [hit.element for hit in hits])
            hits = [hit for hit, vector in zip(hits, stored, strict=True) if vector is not None]
            if not hits:
                return replace(answer, hits=())
            rows = unit_rows([vector for vector in stored if vector is not None])
            relevance = [2 * (hit.score or 0.0) - 1 for hit in hits]
            places = await asyncio.to_thread(most_diverse, relevance, rows, options.count, options.diversify)
            note = f"varied by {1 - options.diversify:.0%}, {note}"
            hits = [hits[place] for place in places]
        chosen = tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits[: options.count], 1))
        return replace(answer, hits=chosen, notes=(*answer.notes, note))

    async def _list(self, info: SetInfo, query: Query) -> Answer:
        if not query.filter.strip():
            return await self._store.first(query.key, query.options.count)
        # A zero vector is equally similar to all elements: the reply has those that pass the filter, unranked.
        exact = info.size <= _EXACT_LISTING
        options = SearchOptions(query.options.count, filter_ef=query.options.filter_ef, exact=exact)
        answer = await self._search(info, replace(query, options=options), vector=bytes(4 * info.input_dimension))
        notes = () if exact else ("not all matching elements: the set is too large to check every one",)
        return replace(answer, hits=_unranked(answer), notes=(*answer.notes, *notes))


def _fitting(vector: bytes, info: SetInfo, what: str) -> bytes:
    numbers = len(vector) // 4
    if numbers not in (info.input_dimension, info.dimension):
        either = f" (or {info.dimension}, reduced)" if info.reduced else ""
        raise DimensionMismatch(
            f"{what[0].upper()}{what[1:]} has {numbers:,} dimensions; "
            f"the vectors of {display(info.key)} have {info.input_dimension:,}{either}."
        )
    return vector


def _group(value: Json) -> str | None:
    """Return what tells the groups of a field's values apart; ``None`` for a missing value."""
    return None if value is None else to_json(value)


def _unranked(answer: Answer) -> tuple[Hit, ...]:
    return tuple(replace(hit, score=None) for hit in answer.hits)
