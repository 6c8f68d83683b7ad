"""The demos: people with the tour's five searches, and the characters of Unicode."""

from __future__ import annotations

from dataclasses import dataclass

from vsexplorer.core import paths
from vsexplorer.core.progress import ProgressCallback, ignore_progress
from vsexplorer.core.values import ByText, Query, SearchOptions
from vsexplorer.services.explorer import Explorer
from vsexplorer.transfer.characters import Characters
from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.plan import LoadPlan, LoadReport, OnExisting
from vsexplorer.transfer.readers import RowFile

PEOPLE, CHARACTERS = b"people", b"unicode"


@dataclass(frozen=True, slots=True)
class Stop:
    """One search of the tour and what it shows."""

    title: str
    query: Query


def _stop(title: str, key: bytes, text: str, filter: str = "", count: int = 8) -> Stop:
    return Stop(title, Query(key, ByText(text), filter, SearchOptions(count)))


TOURS = {
    PEOPLE: (
        _stop("Who is near a word?", PEOPLE, "actors"),
        _stop("Only the nearest two", PEOPLE, "actors", count=2),
        _stop("Another word, another ranking", PEOPLE, "entertainer"),
        _stop("Meaning, not spelling: no description need contain the word", PEOPLE, "science"),
        _stop("The same, narrowed by a filter on the attributes", PEOPLE, "science", ".died < 2000"),
    ),
    CHARACTERS: (
        _stop("A character by what it shows", CHARACTERS, "a face that is about to cry"),
        _stop("Only transport symbols", CHARACTERS, "a way to travel", '.block == "Transport and Map Symbols"'),
        _stop("Numbers by their value", CHARACTERS, "roman", ".numeric >= 50"),
    ),
}


def characters_plan() -> LoadPlan:
    """Return the load plan for the characters; existing ones are skipped."""
    kept = ("character", "code", "category", "block", "numeric")
    mapping = Mapping(id="name", text="text", attributes=kept)
    folder = paths.state_folder() / "loads"
    return LoadPlan(CHARACTERS, mapping, existing=OnExisting.SKIP, checkpoints=folder)


async def load_people(explorer: Explorer, progress: ProgressCallback = ignore_progress) -> LoadReport:
    """Load the people into ``people``."""
    plan = LoadPlan(PEOPLE, Mapping(id="name", text="description"))
    return await explorer.transfers.load([RowFile.at(paths.people_file())], plan, progress)


async def load_characters(explorer: Explorer, progress: ProgressCallback = ignore_progress) -> LoadReport:
    """Load the characters of Unicode into ``unicode``; resume an interrupted load, skip a finished one."""
    return await explorer.transfers.load([Characters()], characters_plan(), progress)
