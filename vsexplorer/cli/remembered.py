"""Saved state for commands: the model of a set, and favourites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vsexplorer.core.progress import ProgressCallback
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.state.history import PastSearch
    from vsexplorer.state.user_state import UserState
    from vsexplorer.transfer.judgments import JudgedQuery


@contextmanager
def user_state() -> Iterator[UserState]:
    """Open the user's saved state, and close it after the block."""
    from vsexplorer.core import paths
    from vsexplorer.state.user_state import UserState

    state = UserState(paths.state_folder())
    try:
        yield state
    finally:
        state.close()


async def suit_model(explorer: Explorer, key: bytes, progress: ProgressCallback) -> None:
    """Switch to the model known for a set, unless another one was named.

    Raises:
        ModelUnavailable: the model cannot be found, fetched or loaded.
    """
    from vsexplorer.core.errors import NotFound, VsexplorerError

    try:
        info, record = await explorer.sets.described(key)
    except NotFound:
        # A new set has no model yet; the caller reports a missing set if it needs one.
        return
    try:
        with user_state() as state:
            known = state.sets.model(explorer.place, key, info.input_dimension)
    except VsexplorerError:
        # The saved state is not essential.
        known = ""
    await explorer.models.suit(known, record, progress)


async def open_model(explorer: Explorer, key: bytes) -> None:
    """Load the model known for a set, with the progress on standard error.

    Raises:
        ModelUnavailable: the model cannot be found, fetched or loaded.
    """
    from vsexplorer.cli.progress import shown_on_stderr

    with shown_on_stderr() as progress:
        await suit_model(explorer, key, progress)
        await explorer.models.embedder.open(progress)


def rated_queries(explorer: Explorer, key: bytes) -> list[JudgedQuery]:
    """Return the searches of a set whose results were rated on the screen, as judged queries.

    Raises:
        NotFound: there are none.
    """
    from vsexplorer.core.errors import NotFound
    from vsexplorer.core.text import display
    from vsexplorer.services.evaluation import name_of
    from vsexplorer.transfer.judgments import JudgedQuery

    with user_state() as state:
        found = state.ratings.of_set(explorer.place, key)
    if not found:
        raise NotFound(f"No results of {display(key)} are rated.", "On the screen, 1, 2 and 3 rate a result.")
    return [
        JudgedQuery(
            f"{line} {filter}".strip() if filter else line,
            line,
            {name_of(element): grade for element, grade in grades.items()},
            filter,
        )
        for (line, filter), grades in found.items()
    ]


def favourites(explorer: Explorer, key: bytes) -> list[PastSearch]:
    """Return the favourites of a set, by name.

    Raises:
        NotFound: there are none.
    """
    from vsexplorer.core.errors import NotFound
    from vsexplorer.core.text import display

    with user_state() as state:
        found = [one for one in state.history.found(explorer.place, key) if one.name]
    if not found:
        raise NotFound(f"There is no favourite for {display(key)}.", "Press * on the screen to save a search.")
    return sorted(found, key=lambda one: one.name)


def favourite(explorer: Explorer, key: bytes, name: str) -> PastSearch:
    """Return the favourite of a name.

    Raises:
        NotFound: there is none.
    """
    from vsexplorer.core.errors import NotFound
    from vsexplorer.core.text import display

    with user_state() as state:
        found = state.history.found(explorer.place, key, name)
        others = state.history.found(explorer.place, key) if not found else []
    if not found:
        kept = ", ".join(past.name for past in others if past.name)
        raise NotFound(
            f"There is no favourite {name!r} for {display(key)}.",
            f"Favourites: {kept}." if kept else "Press * on the screen to save one; vsexplorer history lists them.",
        )
    return found[0]
