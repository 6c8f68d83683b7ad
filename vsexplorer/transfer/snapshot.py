"""Read and write the saved results of searches, to compare later ones with."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from vsexplorer.core.attributes import to_json
from vsexplorer.core.errors import UsageError

_FORMAT = "vsexplorer snapshot 1"

type Rankings = Mapping[str, Sequence[tuple[str, float]]]
"""Elements and scores by the name of the search."""


def read_snapshot(path: Path) -> dict[str, list[tuple[str, float]]]:
    """Read the results of searches by name.

    Raises:
        UsageError: the file cannot be read, or is no snapshot.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != _FORMAT:
            raise ValueError("another format")
        return {
            str(name): [(str(element), float(score)) for element, score in ranking]
            for name, ranking in document["searches"].items()
        }
    except FileNotFoundError as error:
        raise UsageError(f"There is no snapshot {path}.", "Write one with --update.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is no snapshot of vsexplorer.", "Write one with --update.") from error


def write_snapshot(path: Path, key: str, rankings: Rankings) -> None:
    """Write the results of searches, replacing the file once the new one is complete.

    Raises:
        UsageError: the file cannot be written.
    """
    searches = {name: [[element, round(score, 7)] for element, score in found] for name, found in rankings.items()}
    text = to_json({"format": _FORMAT, "key": key, "searches": searches}, indent=1)
    beside: Path | None = None
    try:
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
        beside.replace(path)
    except (OSError, ValueError) as error:
        if beside is not None:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"Cannot write {path}: {reason}.") from error
