"""Confidence intervals of shares."""

from __future__ import annotations

import math

_QUANTILE = 1.96
"""Quantile of the normal distribution for 95 %."""


def wilson(found: float, number: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share of which ``found`` of ``number`` trials are an example.

    It is Wilson's score interval (E. B. Wilson, JASA 22, 1927), which stays sensible near none and all.
    """
    share, square = found / number, _QUANTILE**2
    middle = (share + square / (2 * number)) / (1 + square / number)
    spread = math.sqrt(share * (1 - share) / number + square / (4 * number**2)) * _QUANTILE / (1 + square / number)
    return max(0.0, middle - spread), min(1.0, middle + spread)
