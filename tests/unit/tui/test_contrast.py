"""Every part of a filter can be read in every theme."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from vsexplorer.tui.widgets.contrast import LEAST, contrast, readable
from vsexplorer.tui.widgets.filter_line import FilterHighlighter

_colors = st.builds(Color, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


def test_black_on_white_is_the_strongest_contrast() -> None:
    assert contrast(Color(0, 0, 0), Color(255, 255, 255)) == pytest.approx(21)
    assert contrast(Color(7, 7, 7), Color(7, 7, 7)) == 1


@given(_colors, _colors)
def test_a_colour_is_made_readable_and_left_alone_where_it_is(color: Color, background: Color) -> None:
    found = readable(color, background)
    assert contrast(found, background) >= LEAST
    assert contrast(color, background) < LEAST or found == color


async def test_a_filter_is_readable_in_every_theme() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        highlighter = FilterHighlighter(lambda: app.theme_variables)
        for name in BUILTIN_THEMES:
            app.theme = name
            await pilot.pause()
            assert_readable(app, highlighter, name)


def assert_readable(app: App[None], highlighter: FilterHighlighter, name: str) -> None:
    text = Text('.year > 1950 and .t in ["a"] or .x == null and .y == "b" ?')
    highlighter.highlight(text)
    background = Color.parse(app.theme_variables["background"])
    for span in text.spans:
        assert not isinstance(span.style, str)
        assert span.style.color is not None
        if background.ansi is None:
            triplet = span.style.color.get_truecolor()
            assert contrast(Color(*triplet), background) >= LEAST - 0.05, (name, span)
    assert len({str(span.style) for span in text.spans}) >= 4
