"""Read queries and judgments, and read and write rankings: TREC, BEIR, and this program's own TOML and JSON."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vsexplorer.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query with the grades of its judged elements."""

    id: str
    text: str
    """The query line."""
    grades: Mapping[str, int] = field(default_factory=dict)
    filter: str = ""


def read_queries(path: Path, judgments: Path | None = None) -> list[JudgedQuery]:
    """Read queries with their judgments.

    Args:
        path: A BEIR folder; a ``.toml`` or ``.json`` file of cases; or queries, as JSON Lines with ``_id`` and
            ``text``, or one a line as ``ID<tab>TEXT``.
        judgments: Judgments of the queries in a file of TREC (``qid 0 doc grade``) or BEIR (with a header); needed
            for queries that come without them.

    Raises:
        UsageError: a file cannot be read, or a line of it is not valid; the message names the line.
    """
    if not path.exists():
        raise UsageError(f"Cannot read {path}: there is no such file or folder.")
    return _distinct(_queries(path, judgments), path)


def _distinct(queries: list[JudgedQuery], path: Path) -> list[JudgedQuery]:
    seen: set[str] = set()
    for one in queries:
        if one.id in seen:
            raise UsageError(f"{path} has two queries with the id {one.id!r}.", "Give each its own id.")
        seen.add(one.id)
    return queries


def _queries(path: Path, judgments: Path | None) -> list[JudgedQuery]:
    if path.is_dir():
        return _with_judgments(_jsonl(path / "queries.jsonl"), read_judgments(judgments or _beir_judgments(path)))
    if path.suffix.lower() in (".toml", ".json"):
        queries = list(_cases(path))
        return _with_judgments(queries, read_judgments(judgments)) if judgments is not None else queries
    if judgments is None:
        raise UsageError(f"The queries of {path} need judgments.", "Name their file with --qrels.")
    queries = _jsonl(path) if path.suffix.lower() == ".jsonl" else list(_tabbed(path))
    return _with_judgments(queries, read_judgments(judgments))


def read_judgments(path: Path) -> dict[str, dict[str, int]]:
    """Read judgments by query.

    Raises:
        UsageError: the file cannot be read, or a line of it is not valid.
    """
    found: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        parts = line.split("\t") if "\t" in line else line.split()
        if number == 1 and parts[-1].lower() in ("score", "grade", "relevance"):
            continue
        try:
            if len(parts) not in (3, 4):
                raise ValueError
            query, document, grade = parts[0], parts[-2], int(parts[-1])
        except ValueError:
            raise UsageError(
                f"{path}, line {number}: not a judgment.",
                "Write: query 0 element grade (TREC), or query<tab>element<tab>grade.",
            ) from None
        found.setdefault(query, {})[document] = grade
    return found


def read_run(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Read rankings by query from a TREC run: ``qid Q0 doc rank score tag``, separated by tabs or spaces.

    Raises:
        UsageError: the file cannot be read, or a line of it is not valid.
    """
    found: dict[str, list[tuple[str, float]]] = {}
    for number, line in _lines(path):
        parts = line.split("\t") if "\t" in line else line.split()
        try:
            query, _, document, _, score, _ = parts
            found.setdefault(query, []).append((document, float(score)))
        except ValueError:
            raise UsageError(f"{path}, line {number}: not a line of a TREC run.") from None
    return found


def write_run(path: Path, rankings: Mapping[str, Sequence[tuple[str, float]]], tag: str) -> None:
    """Write rankings as a TREC run, separated by tabs because names may contain spaces.

    Raises:
        UsageError: the file cannot be written.
    """
    for name in (*rankings, *(document for ranking in rankings.values() for document, _ in ranking)):
        if any(sign in name for sign in "\t\r\n"):
            raise UsageError(f"A run cannot hold the name {name!r}, which has a tab or a line end.")
    lines = [
        f"{query}\tQ0\t{document}\t{rank}\t{score:.7f}\t{tag}\n"
        for query, ranking in rankings.items()
        for rank, (document, score) in enumerate(ranking, 1)
    ]
    try:
        path.write_text("".join(lines), encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}.") from error


def _with_judgments(queries: Sequence[JudgedQuery], judged: Mapping[str, Mapping[str, int]]) -> list[JudgedQuery]:
    return [JudgedQuery(one.id, one.text, judged.get(one.id, one.grades), one.filter) for one in queries]


def _beir_judgments(folder: Path) -> Path:
    files = sorted((folder / "qrels").glob("*.tsv"))
    preferred = [file for name in ("test", "dev", "train") for file in files if file.stem == name]
    if not files:
        raise UsageError(f"{folder} has no qrels/*.tsv.", "Name the judgments with --qrels.")
    return (preferred or files)[0]


def _jsonl(path: Path) -> list[JudgedQuery]:
    found = []
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            found.append(JudgedQuery(str(row["_id"]), str(row["text"])))
        except (ValueError, KeyError, TypeError):
            raise UsageError(f'{path}, line {number}: not a JSON object with "_id" and "text".') from None
    return found


def _tabbed(path: Path) -> Iterator[JudgedQuery]:
    for number, line in _lines(path):
        id, tab, text = line.partition("\t")
        if not (tab and id and text.strip()):
            raise UsageError(f"{path}, line {number}: not a query.", "Write: ID<tab>TEXT.")
        yield JudgedQuery(id, text.strip())


def _cases(path: Path) -> Iterator[JudgedQuery]:
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {path}: {error}.") from error
    cases = document.get("case", document.get("cases")) if isinstance(document, dict) else document
    if not isinstance(cases, list):
        raise UsageError(f"{path} has no cases.", 'Write [[case]] tables (TOML) or {"cases": [...]} (JSON).')
    for number, case in enumerate(cases, 1):
        try:
            yield _case(case)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            reason = f"it has no {error}" if isinstance(error, KeyError) else "a value is of the wrong type"
            raise UsageError(
                f"{path}, case {number} is not valid: {reason}.",
                'A case has a query and relevant: a list of elements, or a table of grades {"element": 2}.',
            ) from error


def _case(case: Any) -> JudgedQuery:
    relevant = case["relevant"]
    grades = {str(name): 1 for name in relevant} if isinstance(relevant, list) else {}
    if isinstance(relevant, dict):
        grades = {str(name): int(grade) for name, grade in relevant.items()}
    elif not isinstance(relevant, list):
        raise TypeError("relevant is neither a list nor a table")
    query, filter = str(case["query"]), str(case.get("filter", ""))
    # The query itself is the id, so that it stays the same when cases are inserted before it.
    return JudgedQuery(str(case.get("id", f"{query} {filter}".strip())), query, grades, filter)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that are not blank, with their numbers."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"Cannot read {path}: {reason}.") from error
