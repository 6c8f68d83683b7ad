"""Export a set, or part of it, to a file, page by page; an interrupted export can be resumed."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from vsexplorer.core.errors import UsageError
from vsexplorer.core.progress import Progress, ProgressCallback
from vsexplorer.core.tasks import read_ahead
from vsexplorer.core.text import display, json_safe, sanitize
from vsexplorer.core.values import SetInfo
from vsexplorer.language.evaluator import Filter
from vsexplorer.server.failures import no_element
from vsexplorer.transfer.elements import StoredElement, elements
from vsexplorer.transfer.output_file import OutputFile, is_stream, part_of, replace_text
from vsexplorer.transfer.record_writers import CsvFile, JsonLines, ParquetFile, Writer
from vsexplorer.vectorset.store import VectorSetStore

if TYPE_CHECKING:
    from vsexplorer.transfer.npy import ArrayWriter

SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}
"""The format that the end of a file's name stands for."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What to export, and where to."""

    key: bytes
    path: Path | None
    """``None`` is standard output."""
    kind: str = "jsonl"
    """``jsonl``, ``csv`` or ``parquet``."""
    vectors: str = "numbers"
    """``numbers``, ``base64``, ``npy`` (a separate file), or empty for none."""
    attributes: bool = True
    where: str = ""
    """A filter expression that elements must pass; the server must accept it."""
    names: tuple[bytes, ...] | None = None
    """Only these elements, in this order."""
    csv_safe: bool = False
    """Put an apostrophe before cells of a CSV file that a spreadsheet would take for formulas."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The regular files that the export creates or replaces."""
        if self.path is None or is_stream(self.path):
            return ()
        return (self.path, self.path.with_suffix(".npy")) if self.vectors == "npy" else (self.path,)


@dataclass(slots=True)
class ExportReport:
    """What was written."""

    written: int = 0
    resumed_at: int = 0
    """Elements that an earlier run had written."""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Mark:
    """How much is safely in the files, and the last element."""

    written: int = 0
    size: int = 0
    last: bytes | None = None


async def export(
    store: VectorSetStore, info: SetInfo, plan: ExportPlan, filter_: Filter | None, progress: ProgressCallback
) -> ExportReport:
    """Write elements to a file, which appears under its name once it is complete.

    Raises:
        UsageError: the file cannot be written.
        VsexplorerError: the server or the connection failed.
    """
    started = time.monotonic()
    notes: tuple[str, ...] = ()
    if not store.capabilities.vrange and plan.names is None:
        notes = ("this server cannot list in order: the elements are not sorted",)
    if info.reduced and plan.vectors:
        notes += (
            f"the vectors are reduced to {info.dimension:,} dimensions: a set loaded from this file "
            "cannot be searched by text; use vsexplorer copy to keep the projection",
        )
    report = ExportReport(notes=notes)
    with ExitStack() as stack:
        try:
            output = _Output(plan, info, store.capabilities.vrange, stack)
            report.resumed_at = report.written = output.mark.written
            async for page in read_ahead(_pages(store, info, plan, output.mark.last)):
                kept = [one for one in page if filter_ is None or filter_.matches(one.attributes)]
                await asyncio.to_thread(output.write, kept, page[-1].name if page else None)
                report.written += len(kept)
                _tell(plan, info, report, time.monotonic() - started, progress)
            await asyncio.to_thread(output.finish)
        except OSError as error:
            where = plan.path or "standard output"
            raise UsageError(f"Cannot write {where}: {error.strerror or error}.") from error
    report.seconds = time.monotonic() - started
    return report


def _tell(
    plan: ExportPlan, info: SetInfo, report: ExportReport, elapsed: float, progress: ProgressCallback
) -> None:
    total = None if plan.where else (len(plan.names) if plan.names is not None else info.size)
    rate = (report.written - report.resumed_at) / max(1e-3, elapsed)
    left = max(0, total - report.written) / rate if total and rate and elapsed > 2 else None
    progress(Progress(f"exporting {display(plan.key)}", report.written, total, "elements", rate, left))


async def _pages(
    store: VectorSetStore, info: SetInfo, plan: ExportPlan, after: bytes | None
) -> AsyncIterator[list[StoredElement]]:
    vectors = bool(plan.vectors)
    if plan.names is None:
        async for page in elements(store, info, vectors, after):
            yield page
        return
    found = await store.described(info, plan.names, True)
    for name, (_, vector) in zip(plan.names, found, strict=True):
        if vector is None:
            raise no_element(plan.key, name)
    yield [StoredElement(name, *rest) for name, rest in zip(plan.names, found, strict=True)]


class _Output:
    """The files of a running export, with a mark of what is safely in them."""

    def __init__(self, plan: ExportPlan, info: SetInfo, ordered: bool, stack: ExitStack) -> None:
        self._plan = plan
        self._array: ArrayWriter | None = None
        self._beside: OutputFile | None = None
        self._whole: OutputFile | None = None
        self._same = {
            "uid": info.uid,
            "plan": repr((plan.key, plan.kind, plan.vectors, plan.attributes, plan.where, plan.csv_safe)),
        }
        path = plan.path if plan.path is None or not is_stream(plan.path) else None
        self._part = part_of(path) if path is not None else None
        self._meta = self._part.with_name(f"{self._part.name}.json") if self._part is not None else None
        self._resumable = path is not None and ordered and plan.names is None and plan.kind != "parquet"
        self.mark = self._read() if self._resumable else _Mark()
        self._file = self._opened(path, stack)
        if plan.vectors == "npy":
            if path is None:
                raise UsageError("A NumPy file needs a FILE to be named after, not standard output or a pipe.")
            from vsexplorer.transfer.npy import ArrayWriter

            self._beside = OutputFile(path.with_suffix(".npy"), bool(self.mark.written))
            stack.callback(self._beside.close)
            self._array = ArrayWriter(self._beside.file, info.dimension, self.mark.written)
        self._writer = self._made()

    def _opened(self, path: Path | None, stack: ExitStack) -> IO[bytes]:
        if path is not None:
            self._whole = OutputFile(path, bool(self.mark.written))
            stack.callback(self._whole.close)
            self._whole.file.seek(self.mark.size)
            self._whole.file.truncate()
            return self._whole.file
        stream = sys.stdout.buffer
        if self._plan.path is not None:
            stream = stack.enter_context(self._plan.path.open("wb"))
        if not stream.isatty():
            return stream
        return cast(IO[bytes], _TerminalFile(stream, json_safe if self._plan.kind == "jsonl" else _harmless))

    def _made(self) -> Writer:
        plan = self._plan
        if plan.kind == "csv":
            fresh = not self.mark.written
            return CsvFile(self._file, plan.vectors, plan.attributes, header=fresh, safe=plan.csv_safe)
        if plan.kind == "parquet":
            return ParquetFile(self._file, "" if plan.vectors == "npy" else plan.vectors, plan.attributes)
        return JsonLines(self._file, plan.vectors, plan.attributes)

    def _read(self) -> _Mark:
        if self._meta is None or self._part is None or not (self._meta.is_file() and self._part.is_file()):
            return _Mark()
        try:
            found: dict[str, Any] = json.loads(self._meta.read_text())
            if {name: found.get(name) for name in self._same} != self._same:
                return _Mark()
            return _Mark(int(found["written"]), int(found["bytes"]), bytes.fromhex(found["last"]))
        except (OSError, ValueError, KeyError, TypeError):
            return _Mark()

    def write(self, kept: Sequence[StoredElement], last: bytes | None) -> None:
        """Write a page, then mark it as safe."""
        if self._array is not None and self._beside is not None:
            self._array.write(kept)
            self._beside.file.flush()
        self._writer.write(kept)
        self._file.flush()
        self.mark.written += len(kept)
        if self._resumable and self._meta is not None and last is not None:
            mark = {"written": self.mark.written, "bytes": self._file.tell(), "last": last.hex()}
            replace_text(self._meta, json.dumps(self._same | mark))

    def finish(self) -> None:
        """Rename the files to their final names, the main file last."""
        self._writer.close()
        if self._array is not None and self._beside is not None:
            self._array.close()
            self._beside.commit()
        if self._whole is not None and self._meta is not None:
            self._whole.commit()
            self._meta.unlink(missing_ok=True)
        else:
            self._file.flush()


class _TerminalFile:
    """Writes sanitized text to a terminal.

    Args:
        file: The terminal.
        harmless: Sanitizes a text.
    """

    def __init__(self, file: IO[bytes], harmless: Callable[[str], str]) -> None:
        self._file = file
        self._harmless = harmless

    def write(self, raw: bytes) -> int:
        """Write whole lines."""
        self._file.write(self._harmless(raw.decode("utf-8", "backslashreplace")).encode())
        return len(raw)

    def flush(self) -> None:
        """Write what is buffered."""
        self._file.flush()


def _harmless(text: str) -> str:
    return sanitize(text.replace("\r\n", "\n"), keep_newlines=True)
