"""The options of the next searches: as chosen by the user, and widened for one filter."""

from __future__ import annotations

from dataclasses import replace

from vsexplorer.core.values import DEFAULT_FILTER_EF, SearchOptions, SetInfo

COUNTS = (10, 20, 50, 100, 200, 500, 1000)
_EXACT_GUARD = 500_000
"""Maximum number of elements for an exact search at every keystroke."""
_WIDER = 10
"""Factor by which widening multiplies FILTER-EF."""


class OptionChoice:
    """The chosen options and their widening.

    Widening is for one filter: it ends once the filter changes, so that no later search pays for it.
    """

    def __init__(self, count: int) -> None:
        self._chosen = SearchOptions(count)
        self._widened = SearchOptions()

    @property
    def chosen(self) -> SearchOptions:
        """The options without widening, as kept in the history."""
        return self._chosen

    @property
    def current(self) -> SearchOptions:
        """The options of the next search, including widening."""
        exact = self._chosen.exact or self._widened.exact
        return replace(self._chosen, filter_ef=self._widened.filter_ef or self._chosen.filter_ef, exact=exact)

    def change_count(self, step: int) -> None:
        """Ask for more or fewer results."""
        counts = sorted({*COUNTS, self._chosen.count})
        index = max(0, min(len(counts) - 1, counts.index(self._chosen.count) + step))
        self._chosen = replace(self._chosen, count=counts[index])

    def toggle_exact(self, info: SetInfo | None) -> str:
        """Toggle exact search; returns an error message if the set is too large, else an empty string."""
        if self.current.exact:
            self._chosen, self._widened = replace(self._chosen, exact=False), SearchOptions()
            return ""
        if info is not None and info.size > _EXACT_GUARD:
            size = f"{info.size:,} elements"
            return f"{size} are too many to compare at each keystroke: see vsexplorer query --exact"
        self._chosen = replace(self._chosen, exact=True)
        return ""

    def choose(self, options: SearchOptions, info: SetInfo | None) -> str:
        """Set the options; returns an error message if the set is too large for TRUTH, else an empty string."""
        if options.exact and not self.current.exact and (refused := self.toggle_exact(info)):
            return refused
        self._chosen = options
        self._widened = SearchOptions()
        return ""

    def widen(self, info: SetInfo) -> str:
        """Examine more candidates: first by a larger FILTER-EF, then by comparing with every element.

        Returns:
            A message that says what was widened, or why nothing can be.
        """
        options = self.current
        if options.exact:
            return "already comparing with every element (TRUTH)"
        wider = (options.filter_ef or options.count * DEFAULT_FILTER_EF) * _WIDER
        if wider < info.size:
            self._widened = replace(self._widened, filter_ef=wider)
            return f"examining up to {wider:,} candidates (FILTER-EF)"
        if info.size <= _EXACT_GUARD:
            self._widened = SearchOptions(exact=True)
            return "comparing with every element (TRUTH)"
        if options.filter_ef == info.size:
            return f"already examining all {info.size:,} candidates; see vsexplorer query --exact"
        self._widened = replace(self._widened, filter_ef=info.size)
        return f"examining up to {info.size:,} candidates (FILTER-EF)"

    def reset_widening(self) -> None:
        """Undo widening."""
        self._widened = SearchOptions()
