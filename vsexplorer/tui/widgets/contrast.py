"""Colours with sufficient contrast on a background, in any theme."""

from __future__ import annotations

from textual.color import Color

LEAST = 4.5
"""Minimum contrast ratio of text (WCAG 2.2, success criterion 1.4.3)."""
_STEPS = 20


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two opaque colours, 1 to 21, as defined by WCAG 2.2."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def readable(color: Color, background: Color) -> Color:
    """Return a colour, blended towards black or white as far as the background requires."""
    black, white = Color(0, 0, 0), Color(255, 255, 255)
    end = max((black, white), key=lambda one: contrast(one, background))
    for step in range(_STEPS + 1):
        found = color.blend(end, step / _STEPS)
        if contrast(found, background) >= LEAST:
            return found
    return end


def _luminance(color: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.r / 255, color.g / 255, color.b / 255)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
