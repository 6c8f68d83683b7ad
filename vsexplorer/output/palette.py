"""The colours of groups of elements, distinguishable also with colour blindness."""

from __future__ import annotations

from vsexplorer.insight.colouring import Colouring

CATEGORIES = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8a6d3b", "#7f5fd0")
"""The palette of Okabe and Ito 2008 (https://jfly.uni-koeln.de/color); black and yellow, which dark or light
backgrounds hide, are replaced."""
_SCALE = ("#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725")
"""Steps of viridis (https://doi.org/10.1371/journal.pone.0199239), the darkest left out."""
QUIET = "#8c8c8c"
"""For what belongs to no group, and for what is not highlighted."""


def colours(grouping: Colouring) -> list[str]:
    """Return the colour of each group, as ``#rrggbb``."""
    own = grouping.own
    if grouping.scale:
        found = [_SCALE[round(place * (len(_SCALE) - 1) / max(1, own - 1))] for place in range(own)]
    else:
        found = [CATEGORIES[place % len(CATEGORIES)] for place in range(own)]
    return [*found, *[QUIET] * (len(grouping.labels) - own)]
