"""What is remembered, for commands: the model of a set, and favourites."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vsexplorer.core.progress import ProgressCallback
    from vsexplorer.services.explorer import Explorer
    from vsexplorer.state.history import PastSearch
    from vsexplorer.state.user_state import UserState


def user_state() -> UserState:
    """What is remembered of this user."""
    from vsexplorer.core import paths
    from vsexplorer.state.user_state import UserState

    return UserState(paths.state_folder())


async def suit_model(explorer: Explorer, key: bytes, progress: ProgressCallback) -> None:
    """Use the model known to be the set's, unless another was named.

    Raises:
        ModelUnavailable: it cannot be had.
    """
    from vsexplorer.core.errors import NotFound, VsexplorerError

    try:
        info = await explorer.sets.info(key)
    except NotFound:
        # A set that is made only now has no model yet; whoever needs it says so.
        return
    try:
        known = user_state().sets.model(explorer.place, key, info.input_dimension)
    except VsexplorerError:
        # Nothing depends on what is remembered.
        known = ""
    await explorer.models.suit(known, (await explorer.sets.record(info)).model, progress)


def favourite(explorer: Explorer, key: bytes, name: str) -> PastSearch:
    """A search that was kept under a name.

    Raises:
        NotFound: none was.
    """
    from vsexplorer.core.errors import NotFound
    from vsexplorer.core.text import display

    history = user_state().history
    found = history.found(explorer.place, key, name)
    if not found:
        kept = ", ".join(past.name for past in history.found(explorer.place, key) if past.name)
        raise NotFound(
            f"No search of {display(key)} was kept as {name!r}.",
            f"Kept are: {kept}." if kept else "* on the screen keeps one; vsexplorer history lists them.",
        )
    return found[0]
