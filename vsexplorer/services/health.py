"""Examine a vector set and its server, within a budget of the server's time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from random import Random
from shlex import quote

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import Progress, ProgressCallback, ignore_progress
from vsexplorer.core.text import byte_size, display, plural
from vsexplorer.core.values import SetInfo
from vsexplorer.insight.drawing import WHOLE, draw
from vsexplorer.insight.fit import Verdict
from vsexplorer.insight.health.attributes import AttributeChecks, NameChecks
from vsexplorer.insight.health.findings import Finding, Severity, by_severity
from vsexplorer.insight.health.graph import GraphChecks
from vsexplorer.insight.health.server import settings_findings, version_findings
from vsexplorer.insight.health.vectors import VectorChecks
from vsexplorer.services.fit import FitService
from vsexplorer.services.sets import SetService
from vsexplorer.vectorset.store import VectorSetStore

_PAGE = 100
_GRAPH_PAGE = 5
GRAPH_SAMPLE = 300
"""Elements whose links are read and that are searched for."""
_TEXTS = 100
"""Texts that are embedded again."""
_LEAST_ORDER = 0.9


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The result of an examination."""

    info: SetInfo
    findings: tuple[Finding, ...]
    """The most severe first."""
    looked_at: int
    """Elements whose vectors and attributes were read."""
    searched_for: int
    """Elements that were searched for in the graph."""
    uniform: bool
    """They are a uniform sample, or all."""
    effective_rank: float | None
    memory: int | None
    """Bytes as estimated by MEMORY USAGE."""

    @property
    def facts(self) -> list[str]:
        """What was looked at and measured, in words."""
        found = [f"{self.looked_at:,} of {plural(self.info.size, 'element')} looked at"]
        if self.effective_rank:
            found.append(f"vectors fill about {self.effective_rank:.0f} dimensions")
        if self.memory is not None:
            found.append(byte_size(self.memory))
        return [*found, *([] if self.uniform else ["not a uniform sample"])]

    @property
    def serious(self) -> bool:
        """Whether something is seriously wrong."""
        return any(one.severity is Severity.SERIOUS for one in self.findings)


class HealthService:
    """Examines the sets of one database."""

    def __init__(self, store: VectorSetStore, sets: SetService, fit: FitService) -> None:
        self._store = store
        self._sets = sets
        self._fit = fit

    async def examine(
        self,
        key: bytes,
        number: int,
        random: Random,
        full: bool = False,
        budget: float = 0.2,
        progress: ProgressCallback = ignore_progress,
    ) -> HealthReport:
        """Examine a set.

        Args:
            key: The set.
            number: How many elements to look at.
            random: Source of randomness.
            full: Look at every element instead; what is searched for in the graph stays a sample.
            budget: Share of the time for which the server may be kept busy, above 0 and at most 1.
            progress: Called with progress.

        Raises:
            NotFound: there is no such set.
            VsexplorerError: the server or the connection failed.
        """
        info = await self._sets.info(key)
        drawn = await draw(self._store, info, number, random)
        vectors, attributes, names = (
            VectorChecks(info.dimension, info.quantization),
            AttributeChecks(),
            NameChecks(),
        )
        looked_at, total = 0, info.size if full else len(drawn.names)
        async for page in self._pages(info, drawn.names, full):
            started = time.perf_counter()
            described = await self._store.described(info, page, vectors=True)
            busy = time.perf_counter() - started
            vectors.add(page, [vector for _, vector in described])
            attributes.add(page, [raw for raw, _ in described])
            names.add(page)
            looked_at += len(page)
            progress(Progress(f"examining {display(key)}", looked_at, total, "elements"))
            await asyncio.sleep(busy * (1 / budget - 1))
        # The query engine does not show the graph of an index.
        searched = [] if info.is_index else drawn.names[:GRAPH_SAMPLE]
        graph = GraphChecks(self._store, info)
        for first in range(0, len(searched), _GRAPH_PAGE):
            started = time.perf_counter()
            await graph.add(searched[first : first + _GRAPH_PAGE])
            progress(Progress(f"searching {display(key)}", first + _GRAPH_PAGE, len(searched), "elements"))
            await asyncio.sleep((time.perf_counter() - started) * (1 / budget - 1))
        found = [*vectors.findings(), *attributes.findings(), *names.findings(), *graph.findings()]
        found += [
            Finding("indexing", Severity.WARNING, f"{limit}.", "Mend those documents, or wait for the index.")
            for limit in self._store.connection.limits(key)
        ]
        found += await self._about_model(info, random, progress)
        found += [*version_findings(self._store.capabilities), *await settings_findings(self._store.connection)]
        memory = (await self._store.memory([key]))[0]
        return HealthReport(
            info,
            tuple(by_severity(found)),
            looked_at,
            len(searched),
            drawn.uniform or full,
            vectors.effective_rank,
            memory,
        )

    async def _pages(self, info: SetInfo, names: Sequence[bytes], full: bool) -> AsyncIterator[list[bytes]]:
        if full and info.size > WHOLE:
            async for page in self._store.names(info, _PAGE):
                yield page
            return
        for first in range(0, len(names), _PAGE):
            yield list(names[first : first + _PAGE])

    async def _about_model(self, info: SetInfo, random: Random, progress: ProgressCallback) -> list[Finding]:
        found = []
        if info.quantization == "bin":
            found.append(
                Finding(
                    "quantization",
                    Severity.NOTE,
                    "Vectors are stored with one bit per dimension, which loses much of their ranking.",
                    "Ask for more results, or use Q8 if there is memory.",
                )
            )
        record = await self._sets.recorded(info)
        if record is None or not record.model:
            sentence = "The model that the set was made with is not recorded."
            advice = f"Run vsexplorer fit {quote(display(info.key))} --write to find and record it."
            return [*found, Finding("model record", Severity.NOTE, sentence, advice)]
        if not record.text:
            return found
        try:
            report = await self._fit.check(info.key, _TEXTS, random, record.text, progress=progress)
        except VsexplorerError:
            # Without the model or the texts, nothing can be compared.
            return found
        of_model = next((one.fit for one in report.tried if one.model == record.model), None)
        if of_model is None:
            return found
        if of_model.verdict is Verdict.OTHER:
            sentence = f"The set is recorded as made with {record.model}, but its vectors are not of that model."
            found.append(
                Finding(
                    "model record",
                    Severity.SERIOUS,
                    sentence,
                    f"Run vsexplorer fit {quote(display(info.key))} to find out which model fits.",
                )
            )
        if of_model.order_kept is not None and of_model.order_kept < _LEAST_ORDER and info.quantization != "bin":
            sentence = f"Quantization keeps only {of_model.order_kept:.0%} of the ten nearest elements in a sample."
            found.append(Finding("quantization", Severity.WARNING, sentence, "Build the set again with NOQUANT."))
        return found
