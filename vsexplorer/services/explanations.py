"""Explain answers: why an element is missing from the results of a search, and why it is among them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vsexplorer.core.attributes import Json
from vsexplorer.core.errors import DimensionMismatch, UsageError
from vsexplorer.core.text import display
from vsexplorer.core.values import ByElement, BySum, Everything, Query, SetInfo
from vsexplorer.core.vectors import norm, packed, similarity, unpacked
from vsexplorer.insight.why import Cause, Explanation, Question, Step, explain
from vsexplorer.insight.words import WordWeights, word_weights
from vsexplorer.language.query_source import embeds, operand_words
from vsexplorer.server.failures import no_element
from vsexplorer.services.fit import text_fields
from vsexplorer.services.models import ModelService
from vsexplorer.services.search import PreparedQuery, SearchService
from vsexplorer.services.sets import SetService
from vsexplorer.transfer.mapping import text_of, values_of
from vsexplorer.vectorset.projection import project
from vsexplorer.vectorset.set_records import SetRecord
from vsexplorer.vectorset.store import VectorSetStore


@dataclass(frozen=True, slots=True)
class TermShare:
    """A term of a sum, and what it adds to the similarity of an element."""

    words: str
    weight: float
    score: float
    """Similarity of the element to the term alone, from 0 to 1."""
    share: float
    """The part of the cosine to the sum that comes from the term."""


class ExplanationService:
    """Explains the answers to searches in the sets of one database."""

    def __init__(
        self, store: VectorSetStore, models: ModelService, sets: SetService, search: SearchService
    ) -> None:
        self._store = store
        self._models = models
        self._sets = sets
        self._search = search

    async def why(self, query: Query, element: bytes, field: str = "") -> Explanation:
        """Explain why an element is not among the results of a search.

        Args:
            query: The search.
            element: The element looked for.
            field: The field or template of the attributes that was embedded; if empty, the recorded one.

        Raises:
            UsageError: the query ranks nothing.
            FilterRefused: the server would not accept the filter.
            NotFound: there is no such set, or an element that the query names does not exist.
            VsexplorerError: the server or the connection failed.
        """
        if not element:
            raise UsageError("The element has no name.", "Give the name of the element to explain.")
        if isinstance(query.source, Everything):
            raise UsageError("Without a query nothing is ranked, so no element is missing.", "Type a query first.")
        if query.options.varied:
            chosen = await self._unchosen(query, element)
            if chosen is not None:
                return chosen
            query = replace(query, options=replace(query.options, diversify=None, group_by=""))
        info = await self._sets.info(query.key)
        try:
            prepared = await self._search.prepare(query)
        except DimensionMismatch as error:
            step = Step("model", False, error.message)
            return Explanation(Cause.MODEL, error.message, error.hint.partition("\n")[0], (step,))
        model = self._models.embedder.name if embeds(query.source) else ""
        record = await self._sets.recorded(info) or SetRecord("", "")
        question = Question(
            info,
            element,
            query.filter,
            query.options,
            _like(prepared),
            prepared.vector,
            model,
            record.model,
            await self._original(info, element, field or record.text, record.model or model),
        )
        return await explain(self._store, question)

    async def _unchosen(self, query: Query, element: bytes) -> Explanation | None:
        """Explain an element that is among the candidates of varied results; ``None`` if it is not among them."""
        shown = await self._search.answer(query)
        place = next((hit.rank for hit in shown.hits if hit.element == element), None)
        if place is not None:
            sentence = f"The element is result {place} of {len(shown.hits):,}."
            return Explanation(Cause.FOUND, sentence, "", (Step("found", True, sentence),), options=query.options)
        plain = replace(query.options, diversify=None, group_by="", count=query.options.asked)
        candidates = await self._search.answer(replace(query, options=plain))
        rank = next((hit.rank for hit in candidates.hits if hit.element == element), None)
        if rank is None:
            return None
        sentence = f"It is candidate {rank:,} of {len(candidates.hits):,}, but GROUP-BY or DIVERSIFY chose others."
        mend = "Leave out --group-by and --diversify, or raise --per-group (key O)."
        step = Step("variety", False, sentence)
        every = replace(plain, count=max(query.options.count, rank))
        return Explanation(Cause.VARIETY, sentence, mend, (step,), options=every)

    async def words(
        self, query: Query, element: bytes, field: str = "", stop: Callable[[], bool] = lambda: False
    ) -> WordWeights:
        """Weigh the words of an element's text by how much of the similarity to a query they carry.

        Args:
            query: The search.
            element: The element.
            field: The field or template that was embedded; if empty, the recorded one, else the longest text.
            stop: Asked between batches whether to stop.

        Raises:
            NotFound: there is no such set or element.
            UsageError: the element has no text, or the query ranks nothing.
            DimensionMismatch: the model does not fit the set.
            VsexplorerError: the server or the connection failed.
        """
        prepared = await self._search.prepare(query)
        info = prepared.info
        vector = await self._vector(prepared)
        values = await self._values(info, element)
        record = await self._sets.record(info)
        pattern = field or record.text or next(iter(text_fields([values])), "")
        try:
            text = text_of(values, pattern)
        except ValueError as error:
            what = "has no text among its attributes" if not pattern else str(error)
            raise UsageError(
                f"{display(element)} {what}, so its words cannot be weighed.",
                "Name the field that was embedded with --field.",
            ) from error
        embedder = self._models.embedder
        await embedder.open()
        self._models.check(info)
        wanted = len(vector) // 4

        def embed(texts: Sequence[str]) -> list[bytes]:
            found = self._embed(texts)
            if len(found[0]) // 4 == wanted:
                return found
            # The query is a stored vector of a set made with REDUCE.
            return [packed(project(unpacked(one), wanted)) for one in found]

        return await asyncio.to_thread(word_weights, text, vector, embed, stop)

    async def terms(self, query: Query, element: bytes) -> list[TermShare]:
        """Divide an element's cosine to a sum among the terms; empty for a query that is no sum.

        Raises:
            NotFound: there is no such set or element.
            VsexplorerError: the server or the connection failed.
        """
        if not isinstance(query.source, BySum):
            return []
        prepared = await self._search.prepare(query)
        total: Sequence[float] = unpacked(prepared.vector or b"")
        stored = (await self._store.vectors(prepared.info, [element]))[0]
        if stored is None:
            raise no_element(query.key, element)
        target = stored.normalized()
        total = _fitted(total, len(target))
        length = norm(target) * norm(total) or 1.0
        # Where a stored vector is among the terms, they were projected before they were normalized.
        input_length = prepared.info.input_dimension
        shares = []
        for term in query.source.terms:
            one = await self._search.prepare(Query(query.key, term.operand))
            numbers: Sequence[float] = unpacked(await self._vector(one))
            fitting = _fitted(numbers, len(target))
            unit = norm(numbers if len(prepared.vector or b"") // 4 == input_length else fitting) or 1.0
            dot = sum(a * b for a, b in zip(fitting, target, strict=True))
            score = similarity(fitting, target)
            shares.append(
                TermShare(operand_words(term.operand), term.weight, score, term.weight * dot / unit / length)
            )
        return shares

    def _embed(self, texts: Sequence[str]) -> list[bytes]:
        return self._models.embedder.run_documents(texts)

    async def _vector(self, prepared: PreparedQuery) -> bytes:
        """Return the query's vector; that of an element is read."""
        if prepared.vector is not None:
            return prepared.vector
        like = _like(prepared)
        if like is None:
            raise UsageError("Without a query nothing is ranked.", "Type a query first.")
        stored = (await self._store.vectors(prepared.info, [like]))[0]
        if stored is None:
            raise no_element(prepared.info.key, like)
        return stored.packed()

    async def _values(self, info: SetInfo, element: bytes) -> dict[str, Json]:
        details = await self._store.element(info, element)
        return values_of(element, details.attributes)

    async def _original(self, info: SetInfo, element: bytes, pattern: str, model: str) -> bytes | None:
        """Embed an element again; ``None`` if its text or model is not known, or its score cannot be compared."""
        embedder = self._models.embedder
        if not pattern or info.quantization != "int8" or not embedder.ready or embedder.name != model:
            return None
        attributes, stored = (await self._store.described(info, [element], vectors=True))[0]
        if stored is None or embedder.dimension != info.input_dimension:
            return None
        try:
            text = text_of(values_of(element, attributes), pattern)
        except ValueError:
            return None
        return (await asyncio.to_thread(self._embed, [text]))[0]


def _fitted(numbers: Sequence[float], dimension: int) -> Sequence[float]:
    """Return a vector of the dimension of the stored ones, projected if need be."""
    return numbers if len(numbers) == dimension else project(numbers, dimension)


def _like(prepared: PreparedQuery) -> bytes | None:
    source = prepared.query.source
    return source.element if isinstance(source, ByElement) else None
