"""The options of the searches to come: chosen by keys, and widened for one filter."""

from __future__ import annotations

from dataclasses import replace

from vsexplorer.core.values import SearchOptions, SetInfo

COUNTS = (10, 20, 50, 100, 200, 500, 1000)
_EXACT_GUARD = 500_000
"""Elements up to which the screen compares with all of them on every keystroke."""
_WIDER = 10
"""How many times more candidates a widened search examines."""
_DEFAULT_FILTER_EF = 100
"""The server examines that many candidates a result by default."""


class OptionChoice:
    """The options that were chosen, and what widening adds to them.

    Widening is for one filter: it ends once the filter changes, so that no later search pays for it.
    """

    def __init__(self, count: int) -> None:
        self._chosen = SearchOptions(count)
        self._widened = SearchOptions()

    @property
    def chosen(self) -> SearchOptions:
        """What was chosen, without widening: what the history keeps."""
        return self._chosen

    @property
    def current(self) -> SearchOptions:
        """What the next search asks for."""
        exact = self._chosen.exact or self._widened.exact
        return replace(self._chosen, filter_ef=self._widened.filter_ef or self._chosen.filter_ef, exact=exact)

    def change_count(self, step: int) -> None:
        """Ask for more or fewer results."""
        counts = sorted({*COUNTS, self._chosen.count})
        index = max(0, min(len(counts) - 1, counts.index(self._chosen.count) + step))
        self._chosen = replace(self._chosen, count=counts[index])

    def toggle_exact(self, info: SetInfo | None) -> str:
        """Compare with every element, or walk the graph again; returns why not, where the set is too large."""
        if self.current.exact:
            self._chosen, self._widened = replace(self._chosen, exact=False), SearchOptions()
            return ""
        if info is not None and info.size > _EXACT_GUARD:
            size = f"{info.size:,} elements"
            return f"{size} are too many to compare at each keystroke: see vsexplorer query --exact"
        self._chosen = replace(self._chosen, exact=True)
        return ""

    def choose(self, options: SearchOptions, info: SetInfo | None) -> str:
        """Search with these options from now on; returns why not, where the set is too large for TRUTH."""
        if options.exact and not self.current.exact and (refused := self.toggle_exact(info)):
            return refused
        self._chosen = options
        self._widened = SearchOptions()
        return ""

    def widen(self, info: SetInfo) -> str:
        """Examine more candidates: first by a larger FILTER-EF, then by comparing with every element.

        Returns:
            What will be done, or why nothing can be.
        """
        options = self.current
        if options.exact:
            return "every element is compared already"
        wider = (options.filter_ef or options.count * _DEFAULT_FILTER_EF) * _WIDER
        if wider < info.size:
            self._widened = replace(self._widened, filter_ef=wider)
            return f"examining up to {wider:,} candidates (FILTER-EF)"
        if info.size <= _EXACT_GUARD:
            self._widened = SearchOptions(exact=True)
            return "comparing with every element (TRUTH)"
        if options.filter_ef == info.size:
            return f"all of {info.size:,} candidates are examined already; see vsexplorer query --exact"
        self._widened = replace(self._widened, filter_ef=info.size)
        return f"examining up to {info.size:,} candidates (FILTER-EF)"

    def narrow(self) -> None:
        """Take widening back."""
        self._widened = SearchOptions()
