"""``python -m benchmarks.language``: checking, completing and explaining filters, in thousandths of a second."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from vsexplorer.insight.fields import summarise
from vsexplorer.language.check import check
from vsexplorer.language.completion import complete
from vsexplorer.language.dialect import NEWEST
from vsexplorer.language.evaluator import Filter

_CLAUSE = '.year > 1950 and not (.name == "Marie" or "chemistry" in .fields) and .x in [1, 2, "three"]'
_ATTRIBUTES = b'{"year": 1967, "name": "Pierre", "fields": ["physics"], "x": 2, "about": "' + b"word " * 40 + b'"}'
_ROUNDS = 300
_SAMPLED = 1_000


def main() -> None:
    """Print the medians."""
    facts = summarise([_element(place) for place in range(_SAMPLED)])
    for length in (100, 200, 1_000, 10_000):
        expression = " or ".join([_CLAUSE] * max(1, length // len(_CLAUSE)))
        filter_ = Filter(expression)
        typed = f'{expression} and .name == "P'
        print(
            f"{len(expression):>6} characters: "
            f"check {_median(lambda: check.__wrapped__(expression)):7.3f} ms, "
            f"with a sample {_median(lambda: check.__wrapped__(expression, NEWEST, facts)):7.3f} ms, "
            f"completion {_median(lambda: complete(typed, len(typed), facts)):7.3f} ms, "
            f"match one element {_median(lambda: filter_.matches(_ATTRIBUTES)):7.3f} ms"
        )


def _element(place: int) -> bytes:
    fields = {
        "year": 1900 + place % 120,
        "name": f"Person {place}",
        "fields": ["physics", f"f{place % 40}"],
        "x": 2,
    }
    return json.dumps(fields).encode()


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
