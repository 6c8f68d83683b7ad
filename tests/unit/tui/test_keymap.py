from collections import Counter

import pytest

from vsexplorer.core.errors import UsageError
from vsexplorer.tui.app import ExplorerApp
from vsexplorer.tui.keymap import KEYMAP, Key, Place, checked, keys_at, shown
from vsexplorer.tui.main.compare import CompareScreen
from vsexplorer.tui.main.loading import Loading
from vsexplorer.tui.main.map import MapScreen
from vsexplorer.tui.main.navigation import Navigation
from vsexplorer.tui.main.query_bar import QueryBar
from vsexplorer.tui.main.results_pane import ResultsPane
from vsexplorer.tui.main.screen import MainScreen
from vsexplorer.tui.main.search_view import SearchView
from vsexplorer.tui.screens.browse import BrowseScreen
from vsexplorer.tui.screens.columns import ColumnsList, ColumnsScreen
from vsexplorer.tui.screens.element import ElementScreen
from vsexplorer.tui.screens.fit import FitScreen
from vsexplorer.tui.screens.forms import AttributesForm
from vsexplorer.tui.screens.health import HealthScreen
from vsexplorer.tui.screens.history import HistoryScreen
from vsexplorer.tui.screens.load import FileTree, LoadScreen
from vsexplorer.tui.screens.options import OptionsScreen
from vsexplorer.tui.screens.quality import QualityScreen
from vsexplorer.tui.screens.scores import ScoresScreen
from vsexplorer.tui.screens.sets import SetsScreen
from vsexplorer.tui.screens.why import WhyScreen
from vsexplorer.tui.widgets.attribute_tree import AttributeTree
from vsexplorer.tui.widgets.browse_table import BrowseTable
from vsexplorer.tui.widgets.fields_panel import FieldsPanel
from vsexplorer.tui.widgets.line_list import LineList
from vsexplorer.tui.widgets.links import LinksList
from vsexplorer.tui.widgets.map_legend import MapLegend
from vsexplorer.tui.widgets.map_view import MapView
from vsexplorer.tui.widgets.prompt import _PromptInput
from vsexplorer.tui.widgets.results import ResultsTable
from vsexplorer.tui.widgets.sets_table import SetsTable

OWNERS: dict[Place, tuple[type, ...]] = {
    Place.EVERYWHERE: (ExplorerApp,),
    Place.EXPLORER: (SearchView, MainScreen, ExplorerApp),
    Place.SCREENS: (Navigation,),
    Place.LOADING: (Loading,),
    Place.PANE: (ResultsPane,),
    Place.LINE: (QueryBar, ExplorerApp),
    Place.LINE_INPUT: (_PromptInput,),
    Place.LIST: (LineList,),
    Place.RESULTS: (ResultsTable, MainScreen),
    Place.FIELDS: (FieldsPanel,),
    Place.SETS: (SetsTable, SetsScreen),
    Place.SETS_SCREEN: (SetsScreen, ExplorerApp),
    Place.COLUMNS: (ColumnsList, ColumnsScreen),
    Place.COLUMNS_SCREEN: (ColumnsScreen, ExplorerApp),
    Place.HISTORY: (HistoryScreen,),
    Place.BROWSE: (BrowseTable,),
    Place.BROWSE_SCREEN: (BrowseScreen,),
    Place.ELEMENT: (ElementScreen,),
    Place.TREE: (AttributeTree,),
    Place.LINKS: (LinksList,),
    Place.FORM: (AttributesForm,),
    Place.OPTIONS: (OptionsScreen,),
    Place.LOAD: (LoadScreen,),
    Place.FILES: (FileTree,),
    Place.QUALITY: (QualityScreen,),
    Place.WHY: (WhyScreen,),
    Place.HEALTH: (HealthScreen,),
    Place.COMPARE: (CompareScreen,),
    Place.FIT: (FitScreen,),
    Place.SCORES: (ScoresScreen,),
    Place.MAP: (MapView,),
    Place.MAP_SCREEN: (MapScreen,),
    Place.LEGEND: (MapLegend,),
}


def test_names_are_unique() -> None:
    assert [name for name, times in Counter(key.id for key in KEYMAP).items() if times > 1] == []


@pytest.mark.parametrize("place", Place)
def test_no_key_means_two_things_in_one_place(place: Place) -> None:
    keys = [one for key in keys_at(place) for one in key.keys.split(",")]
    assert [one for one, times in Counter(keys).items() if times > 1] == []


@pytest.mark.parametrize("key", KEYMAP, ids=lambda key: key.id)
def test_every_key_does_something(key: Key) -> None:
    name = key.action.removeprefix("app.").removeprefix("screen.").partition("(")[0]
    owners = (
        (MainScreen, ElementScreen, BrowseScreen, SetsScreen, ColumnsScreen)
        if key.action.startswith("screen.")
        else OWNERS[key.place]
    )
    assert any(hasattr(owner, f"action_{name}") for owner in owners)


def test_every_key_is_explained() -> None:
    assert all(key.help and key.label for key in KEYMAP)


def test_keys_can_be_moved_by_name_and_are_shown_so() -> None:
    remapped = checked({"sets": "ctrl+o"})
    key = next(key for key in KEYMAP if key.id == "sets")
    assert shown(key, remapped) == "ctrl+o"
    assert shown(key, {}) == "o"
    with pytest.raises(UsageError, match="unknown binding: stes"):
        checked({"stes": "x"})
