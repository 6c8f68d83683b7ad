"""Evaluate a vector set with judged queries, and check that favourites still find what they found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vsexplorer.core.errors import NotFound, UsageError, VsexplorerError
from vsexplorer.core.progress import Progress, ProgressCallback, ignore_progress
from vsexplorer.core.text import display
from vsexplorer.core.values import Everything, Query, SearchOptions
from vsexplorer.insight.evaluation import Ranking, evaluate
from vsexplorer.language.query_source import asked
from vsexplorer.services.search import SearchService
from vsexplorer.services.sets import SetService
from vsexplorer.transfer.judgments import JudgedQuery
from vsexplorer.vectorset.store import VectorSetStore

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class EvaluatedQuery:
    """A judged query with its ranking and measures."""

    query: JudgedQuery
    ranking: Ranking
    measures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of an evaluation."""

    queries: tuple[EvaluatedQuery, ...]
    skipped: tuple[tuple[str, str], ...]
    """Queries that could not be evaluated, by id, with the reason."""
    missing: tuple[str, ...]
    """Judged elements that the set does not have."""

    def mean(self, measure: str) -> float:
        """Return a measure's mean over the queries; 0 if there are none."""
        values = [one.measures[measure] for one in self.queries]
        return sum(values) / len(values) if values else 0.0


class EvaluationService:
    """Runs judged queries on the sets of one database."""

    def __init__(self, store: VectorSetStore, sets: SetService, search: SearchService) -> None:
        self._store = store
        self._sets = sets
        self._search = search

    async def evaluate(
        self,
        key: bytes,
        queries: Sequence[JudgedQuery],
        filter: str,
        options: SearchOptions,
        measures: Sequence[str],
        progress: ProgressCallback = ignore_progress,
    ) -> Evaluation:
        """Run judged queries and measure their rankings.

        Args:
            key: The set.
            queries: The queries; a query's own filter replaces ``filter``.
            filter: A filter for all queries; blank for none.
            options: Options of the searches.
            measures: Names of measures.
            progress: Called with progress.

        Raises:
            NotFound: there is no such set.
            DimensionMismatch: the model does not fit the set.
            FilterRefused: the server would not accept a filter.
            VsexplorerError: the server or the connection failed.
        """
        await self._sets.info(key)
        done: list[EvaluatedQuery] = []
        skipped: list[tuple[str, str]] = []
        for number, one in enumerate(queries, 1):
            reason = await self._unusable(one)
            if reason:
                skipped.append((one.id, reason))
                continue
            try:
                ranking = await self.ranking(Query(key, asked(one.text), one.filter or filter, options))
            except (NotFound, UsageError) as error:
                skipped.append((one.id, error.message))
                continue
            done.append(EvaluatedQuery(one, ranking, evaluate(ranking, one.grades, measures)))
            progress(Progress(f"evaluating {display(key)}", number, len(queries), "queries"))
        return Evaluation(tuple(done), tuple(skipped), tuple(await self._missing(key, queries)))

    async def ranking(self, query: Query) -> Ranking:
        """Return the elements and scores that a search finds.

        Raises:
            VsexplorerError: what ``SearchService.answer`` raises.
        """
        page = await self._search.answer(query)
        return [(name_of(hit.element), hit.score or 0.0) for hit in page.hits]

    async def _unusable(self, query: JudgedQuery) -> str:
        if not any(grade > 0 for grade in query.grades.values()):
            return "no relevant element is judged"
        try:
            source = asked(query.text)
        except VsexplorerError as error:
            return error.message
        return "the query is blank" if isinstance(source, Everything) else ""

    async def _missing(self, key: bytes, queries: Sequence[JudgedQuery]) -> list[str]:
        judged = list(dict.fromkeys(name for one in queries for name in one.grades))
        found: list[str] = []
        for first in range(0, len(judged), _BATCH):
            batch = judged[first : first + _BATCH]
            names = [name.encode("utf-8", "surrogateescape") for name in batch]
            there = await self._store.members(key, names)
            found += [name for name, is_there in zip(batch, there, strict=True) if not is_there]
        return found


def name_of(element: bytes) -> str:
    """Decode a name so that encoding it gives the same bytes; bytes that are not UTF-8 become surrogates."""
    return element.decode("utf-8", "surrogateescape")


def with_count(options: SearchOptions, measures: Sequence[str]) -> SearchOptions:
    """Return options that ask for enough results for the deepest measure."""
    deepest = max((int(one.partition("@")[2] or 0) for one in measures), default=0)
    return replace(options, count=max(options.count, deepest))
