"""Each format has a writer, each kind of file a reader."""

from vsexplorer.output.formats import FOR_PROGRAMS, FORMATS
from vsexplorer.output.writer import WRITERS
from vsexplorer.transfer.kinds import KIND_NAMES
from vsexplorer.transfer.readers import READERS


def test_each_format_has_a_writer() -> None:
    assert set(FORMATS) == set(WRITERS)
    assert set(FORMATS) >= FOR_PROGRAMS


def test_each_kind_of_file_has_a_reader() -> None:
    assert set(KIND_NAMES) == set(READERS)
