"""Completions for bash: whatever a key is called, bash reads the completed word as that key and runs nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vsexplorer.cli.completion import quoted


@pytest.mark.parametrize("begun", ["", "'", '"'], ids=["plain", "single", "double"])
def test_a_completed_word_is_read_as_the_key(begun: str, tmp_path: Path) -> None:
    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.text("zé'\"\\ $(){}`;&|<>*?!#~=[]^%-", min_size=1, max_size=10).filter(
                lambda key: key[0] not in "'\""
            ),
            min_size=10,
            max_size=10,
        )
    )
    @example(["zz$(touch${IFS}X)", "`touch X`", "a;touch X", "it's", "a b", "\\"])
    def read_back(keys: list[str]) -> None:
        words = " ".join(f"{begun}{quoted(key, begun)}{begun}" for key in keys)
        command = ["bash", "-c", f"printf '%s\\n' {words}"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert ran.stdout.splitlines() == keys
        assert not (tmp_path / "X").exists()

    read_back()
