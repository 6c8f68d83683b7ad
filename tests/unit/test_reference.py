"""The reference pages that are made from the code."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["keys.md", "command-line.md"])
def test_a_page_says_what_the_code_does(name: str) -> None:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert reference.PAGES[name]() == written, "make reference writes the pages anew"
