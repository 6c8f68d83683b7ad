"""Check vectors: duplicates, zero and infinite ones, constant dimensions, and how many dimensions are in use."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vsexplorer.insight.health.findings import EXAMPLES, Finding, Severity
from vsexplorer.vectorset.stored_vector import StoredVector, unit_rows

if TYPE_CHECKING:
    from vsexplorer.core.matrix import Matrix, Row

_LEAST = 100
"""Vectors below which nothing is said about dimensions."""
_MANY_DUPLICATES = 0.01
_MANY_CONSTANT = 0.05
_FLAT = 0.05
"""Share of the dimensions in use below which a warning is due."""
_MOST_COVARIANCE = 2_048
"""Dimensions up to which the covariance is collected."""


class VectorChecks:
    """Collects vectors in memory that does not grow with their number, but for a digest of each."""

    def __init__(self, dimension: int, quantization: str) -> None:
        self._dimension = dimension
        self._signs = quantization == "bin"
        self._seen = 0
        self._digests: dict[bytes, bytes | None] = {}
        """The first element with each vector; ``None`` once it has been named among the duplicates."""
        self._duplicates = 0
        self._duplicated: list[bytes] = []
        self._zero: list[bytes] = []
        self._zeros = 0
        self._infinite: list[bytes] = []
        self._low: Row | None = None
        self._high: Row | None = None
        self._sum: Row | None = None
        self._products: Matrix | None = None
        self._step = 0.0
        """The largest step to which numbers were rounded."""

    def add(self, names: Sequence[bytes], vectors: Sequence[StoredVector | None]) -> None:
        """Look at some elements; those without a vector are gone and left out."""
        present = [(name, vector) for name, vector in zip(names, vectors, strict=True) if vector is not None]
        usual = []
        for name, vector in present:
            self._seen += 1
            if not math.isfinite(vector.norm):
                self._infinite.append(name)
                continue
            if vector.is_zero:
                self._zeros += 1
                self._zero = [*self._zero, name][:EXAMPLES]
                continue
            self._note_duplicate(name, vector)
            usual.append(vector)
        if usual:
            self._add_rows(usual)

    def findings(self) -> list[Finding]:
        """Return what was found."""
        return [*self._special(), *self._repeated(), *self._dimensions()]

    @property
    def effective_rank(self) -> float | None:
        """The number of dimensions that the vectors fill evenly; ``None`` if there are too few vectors.

        It is the exponential of the entropy of the covariance's eigenvalues (Roy and Vetterli, EUSIPCO 2007).
        """
        import numpy as np

        if self._products is None or self._sum is None or self._seen < _LEAST:
            return None
        number = self._seen - self._zeros - len(self._infinite)
        mean = self._sum / number
        values = np.linalg.eigvalsh(self._products / number - np.outer(mean, mean))
        values = values[values > 0]
        if not len(values):
            return 0.0
        shares = values / values.sum()
        return float(np.exp(-(shares * np.log(shares)).sum()))

    def _note_duplicate(self, name: bytes, vector: StoredVector) -> None:
        digest = hashlib.blake2b(vector.blob, digest_size=12).digest()
        if digest not in self._digests:
            self._digests[digest] = name
            return
        first = self._digests[digest]
        self._duplicates += 1 if first is None else 2
        if first is not None and len(self._duplicated) < EXAMPLES:
            self._duplicated += [first, name]
        self._digests[digest] = None

    def _add_rows(self, vectors: Sequence[StoredVector]) -> None:
        import numpy as np

        rows = unit_rows(vectors)
        norms = np.array([vector.norm for vector in vectors])
        steps = [vector.range / 127 if vector.quantization == "int8" else 1e-6 for vector in vectors]
        self._step = max(self._step, float((norms * steps).max()))
        given = rows * norms[:, None]
        low, high = given.min(axis=0), given.max(axis=0)
        self._low = low if self._low is None else np.minimum(self._low, low)
        self._high = high if self._high is None else np.maximum(self._high, high)
        if self._dimension <= _MOST_COVARIANCE:
            products: Matrix = rows.T @ rows
            self._products = products if self._products is None else self._products + products
            self._sum = rows.sum(axis=0) if self._sum is None else self._sum + rows.sum(axis=0)

    def _special(self) -> list[Finding]:
        found = []
        if self._infinite:
            found.append(
                Finding(
                    "infinite vectors",
                    Severity.SERIOUS,
                    "Some vectors contain infinite numbers or NaN, so their similarity to anything is meaningless.",
                    "Replace these vectors.",
                    len(self._infinite),
                    self._seen,
                    tuple(self._infinite[:EXAMPLES]),
                )
            )
        if self._zeros:
            found.append(
                Finding(
                    "zero vectors",
                    Severity.SERIOUS,
                    "Some vectors are zero: they have no direction, and every query is equally similar to them.",
                    "Delete them, or give them a vector.",
                    self._zeros,
                    self._seen,
                    tuple(self._zero),
                )
            )
        return found

    def _repeated(self) -> list[Finding]:
        if not self._duplicates:
            return []
        many = self._duplicates > _MANY_DUPLICATES * self._seen
        same = "the same signs" if self._signs else "exactly the same vector"
        return [
            Finding(
                "duplicates",
                Severity.WARNING if many else Severity.NOTE,
                f"Some elements have {same} as another one, and always appear side by side.",
                "Check whether they are the same thing under two names.",
                self._duplicates,
                self._seen,
                tuple(self._duplicated[: EXAMPLES + 1]),
            )
        ]

    def _dimensions(self) -> list[Finding]:
        import numpy as np

        if self._low is None or self._high is None or self._seen < _LEAST:
            return []
        found = []
        # The numbers of a constant dimension differ by rounding, because each vector has its own scale.
        constant = int(np.count_nonzero(self._high - self._low <= self._step))
        # Of signs, many dimensions may be constant because the numbers behind them are mostly positive or negative.
        if constant and not self._signs:
            dimensions = f"{constant} of {self._dimension} dimensions"
            found.append(
                Finding(
                    "constant dimensions",
                    Severity.WARNING if constant > _MANY_CONSTANT * self._dimension else Severity.NOTE,
                    f"{dimensions} have the same value in every vector and distinguish nothing.",
                    "A few are usual: all-MiniLM-L6-v2 has three. Many may be padding.",
                )
            )
        rank = self.effective_rank
        if rank is not None and rank < _FLAT * self._dimension:
            found.append(
                Finding(
                    "few dimensions in use",
                    Severity.WARNING,
                    f"The vectors fill about {rank:.0f} of {self._dimension} dimensions.",
                    "They may come from few different texts, or from a model that was not made for them.",
                )
            )
        return found
