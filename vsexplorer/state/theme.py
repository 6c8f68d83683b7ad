"""The theme chosen last, in a small file of its own that is fast to read before the first frame."""

from __future__ import annotations

from pathlib import Path

_FILE = "theme"
_LONGEST = 100


def remembered_theme(folder: Path | None) -> str:
    """Return the name of the theme chosen last; empty if there is none, or if it cannot be read."""
    if folder is None:
        return ""
    try:
        with (folder / _FILE).open(encoding="utf-8") as file:
            return file.read(_LONGEST).strip()
    except (OSError, ValueError):
        return ""


def remember_theme(folder: Path | None, name: str) -> None:
    """Write the name of a theme for the next run; does nothing without a folder.

    Raises:
        OSError: the folder cannot be written to.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / _FILE).write_text(f"{name}\n", encoding="utf-8")
