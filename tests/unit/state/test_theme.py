"""The theme chosen last."""

from pathlib import Path

from vsexplorer.state.theme import remember_theme, remembered_theme


def test_the_last_one_is_remembered(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert remembered_theme(folder) == ""
    remember_theme(folder, "textual-light")
    remember_theme(folder, "nord")
    assert remembered_theme(folder) == "nord"


def test_nothing_is_kept_without_a_folder(tmp_path: Path) -> None:
    remember_theme(None, "nord")
    assert remembered_theme(None) == ""


def test_what_is_no_text_is_no_theme(tmp_path: Path) -> None:
    (tmp_path / "theme").write_bytes(b"\xff\xfe")
    assert remembered_theme(tmp_path) == ""
