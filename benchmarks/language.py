"""``python -m benchmarks.language``: checking and explaining filters, in thousandths of a second."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from vsexplorer.language.check import check
from vsexplorer.language.evaluator import Filter

_CLAUSE = '.year > 1950 and not (.name == "Marie" or "chemistry" in .fields) and .x in [1, 2, "three"]'
_ATTRIBUTES = b'{"year": 1967, "name": "Pierre", "fields": ["physics"], "x": 2, "about": "' + b"word " * 40 + b'"}'
_ROUNDS = 300


def main() -> None:
    """Print the medians."""
    for length in (100, 200, 1_000, 10_000):
        expression = " or ".join([_CLAUSE] * max(1, length // len(_CLAUSE)))
        filter_ = Filter(expression)
        print(
            f"{len(expression):>6} characters: check {_median(lambda: check.__wrapped__(expression)):7.3f} ms, "
            f"match one element {_median(lambda: filter_.matches(_ATTRIBUTES)):7.3f} ms"
        )


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
