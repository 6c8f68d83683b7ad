"""The demo: a data set of people and the five searches of the tour."""

from __future__ import annotations

from dataclasses import dataclass

from vsexplorer import paths
from vsexplorer.explorer import Explorer
from vsexplorer.model import ByText, Query, SearchOptions
from vsexplorer.progress import ProgressCallback, ignore_progress
from vsexplorer.transfer.loader import LoadPlan
from vsexplorer.transfer.readers import RowFile

KEY = b"people"


@dataclass(frozen=True, slots=True)
class Stop:
    """One search of the tour and what it shows."""

    title: str
    query: Query


def _stop(title: str, text: str, filter: str = "", count: int = 8) -> Stop:
    return Stop(title, Query(KEY, ByText(text), filter, SearchOptions(count)))


TOUR = (
    _stop("Who is near a word?", "actors"),
    _stop("Only the nearest two", "actors", count=2),
    _stop("Another word, another ranking", "entertainer"),
    _stop("Meaning, not spelling: no description need contain the word", "science"),
    _stop("The same, narrowed by a filter on the attributes", "science", ".died < 2000"),
)


async def load_people(explorer: Explorer, progress: ProgressCallback = ignore_progress) -> None:
    """Load the demo data set into ``people``."""
    plan = LoadPlan(KEY, id_field="name", text_field="description")
    await explorer.load(RowFile.at(paths.people_file()), plan, progress)
