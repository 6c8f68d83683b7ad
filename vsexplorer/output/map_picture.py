"""Write a map of elements: as an SVG or PNG picture, as rows, and as characters for a terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from vsexplorer.core.attributes import Json, fields
from vsexplorer.core.text import decode, fit, sanitize
from vsexplorer.insight.colouring import Colouring
from vsexplorer.insight.layout import bounds
from vsexplorer.insight.set_map import SetMap
from vsexplorer.output.dots import Glyphs, cells, draw
from vsexplorer.output.listing import Listing, attribute_fields, element_fields
from vsexplorer.output.palette import colours

if TYPE_CHECKING:
    from PIL import ImageFont
    from rich.text import Text

_WIDTH, _HEIGHT = 1200, 800
_LEGEND = 240
_FONT = 14
_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial Unicode.ttf", "Arial.ttf")
_LONGEST = 30
_FINER = 3
"""Pixels drawn for each pixel of a PNG picture, each way, to smooth edges."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn."""

    title: str
    shown: SetMap
    grouping: Colouring
    labelled: Sequence[int]
    """Elements that are named in the picture."""

    @property
    def legend(self) -> list[tuple[str, str, int]]:
        """Colour, label and count of each group; empty if the elements are not grouped."""
        if not self.grouping.field:
            return []
        return list(zip(colours(self.grouping), self.grouping.labels, self.grouping.counts, strict=True))


def svg(picture: Picture) -> str:
    """Draw a picture as SVG."""
    wide = _WIDTH + (_LEGEND if picture.legend else 0)
    tints = colours(picture.grouping)
    radius = _radius(len(picture.shown.names))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {_HEIGHT}" '
        f'width="{wide}" height="{_HEIGHT}" font-family="sans-serif" font-size="{_FONT}">',
        f"<title>{_xml(picture.title)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="18">{_xml(picture.title)}</text>',
    ]
    places = _pixels(picture)
    for group, tint in enumerate(tints):
        parts.append(f'<g fill="{tint}" fill-opacity="0.7">')
        for element, ((x, y), own) in enumerate(zip(places, picture.grouping.groups, strict=True)):
            if own == group:
                name = _xml(decode(picture.shown.names[element]))
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}"><title>{name}</title></circle>')
        parts.append("</g>")
    for element in picture.labelled:
        x, y = places[element]
        name = _xml(_short(decode(picture.shown.names[element])))
        anchor = "end" if x > _WIDTH - 200 else "start"
        x += -6 if anchor == "end" else 6
        parts.append(
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}" stroke="#ffffff" stroke-width="3" '
            f'paint-order="stroke">{name}</text>'
        )
    for row, (tint, label, count) in enumerate(picture.legend):
        y = 70 + 24 * row
        parts.append(f'<circle cx="{_WIDTH + 12}" cy="{y - 5}" r="6" fill={quoteattr(tint)}/>')
        parts.append(f'<text x="{_WIDTH + 26}" y="{y}">{_xml(_short(label))} ({count:,})</text>')
    if picture.legend:
        parts.append(f'<text x="{_WIDTH + 4}" y="44">{_xml(_short(picture.grouping.field))}</text>')
    return "\n".join([*parts, "</svg>", ""])


def png(picture: Picture) -> bytes:
    """Draw a picture as PNG."""
    from PIL import Image, ImageDraw

    wide = _WIDTH + (_LEGEND if picture.legend else 0)
    scale = _FINER
    image = Image.new("RGB", (wide * scale, _HEIGHT * scale), "white")
    pen = ImageDraw.Draw(image)
    tints = colours(picture.grouping)
    radius = _radius(len(picture.shown.names)) * scale
    places = _pixels(picture)
    # In an order without groups, so that none hides the others.
    for (x, y), group in zip(places, picture.grouping.groups, strict=True):
        x, y = x * scale, y * scale
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tints[group])
    image = image.resize((wide, _HEIGHT), Image.Resampling.BOX)
    pen = ImageDraw.Draw(image)
    large, small = _font(18), _font(_FONT)
    pen.text((16, 10), sanitize(picture.title), fill="black", font=large)
    for element in picture.labelled:
        x, y = places[element]
        name = _short(decode(picture.shown.names[element]))
        anchor = "rm" if x > _WIDTH - 200 else "lm"
        pen.text(
            (x + (-6 if anchor == "rm" else 6), y),
            name,
            "black",
            small,
            anchor,
            stroke_width=2,
            stroke_fill="white",
        )
    for row, (tint, label, count) in enumerate(picture.legend):
        y = 65 + 24 * row
        pen.ellipse((_WIDTH + 6, y - 6, _WIDTH + 18, y + 6), fill=tint)
        pen.text((_WIDTH + 26, y), f"{_short(label)} ({count:,})", "black", small, "lm")
    if picture.legend:
        pen.text((_WIDTH + 4, 30), _short(picture.grouping.field), "black", small)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return a font of the system with many scripts, else Pillow's own, which has Latin letters only."""
    from PIL import ImageFont

    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def listing(picture: Picture) -> Listing:
    """Convert a map to a listing: a row for each element, with its place and group."""
    shown, grouping = picture.shown, picture.grouping
    records: list[dict[str, Json]] = []
    for element, name in enumerate(shown.names):
        x, y = (round(float(one), 4) for one in shown.points[element])
        records.append(
            {
                **element_fields(name),
                "x": x,
                "y": y,
                "group": grouping.label(element) or None,
                **attribute_fields(shown.attributes[element]),
            }
        )
    document = {"key": decode(shown.info.key), "elements": records, **facts(shown)}
    rows: list[list[Json]] = [[one["element"], one["x"], one["y"], one["group"]] for one in records]
    header = ["element", "x", "y", grouping.field or "group"]
    return Listing(document, records, header, rows, frozenset({1, 2}))


def columns(picture: Picture, neighbours: int = 10) -> dict[str, list[Json]]:
    """Return a map as columns, named as embedding-atlas expects them.

    ``neighbors`` holds the row numbers of the nearest elements that were laid out, and their cosine distances.
    """
    shown = picture.shown
    described = [fields(raw) for raw in shown.attributes]
    own = list(dict.fromkeys(name for one in described for name in one))
    found: dict[str, list[Json]] = {
        "element": [decode(name) for name in shown.names],
        "projection_x": shown.points[:, 0].astype(float).tolist(),
        "projection_y": shown.points[:, 1].astype(float).tolist(),
        "neighbors": [
            {"ids": places, "distances": [round(1 - cosine, 6) for cosine in cosines]}
            for places, cosines in zip(
                shown.neighbours.places[:, :neighbours].tolist(),
                shown.neighbours.cosines[:, :neighbours].tolist(),
                strict=True,
            )
        ],
    }
    for name in own:
        found[name if name not in found else f"attribute_{name}"] = [one.get(name) for one in described]
    return found


def facts(shown: SetMap) -> dict[str, Json]:
    """Return how the map was made, and how good it is."""
    quality = shown.quality
    measured: dict[str, Json] | None = None
    if quality is not None:
        measured = {
            "neighbours": quality.neighbours,
            "kept": round(quality.kept, 4),
            "kept_error": round(quality.error, 4),
            "trustworthiness": round(quality.trustworthiness, 4),
            "points": quality.points,
        }
    return {
        "size": shown.info.size,
        "shown": len(shown.names),
        "laid_out": shown.laid_out,
        "uniform": shown.uniform,
        "quality": measured,
    }


def summary(shown: SetMap) -> str:
    """Describe in words how much a map shows, and how well it keeps neighbours."""
    number = len(shown.names)
    words = [f"{number:,} elements" if shown.whole else f"{number:,} of {shown.info.size:,} elements"]
    if not shown.uniform:
        words.append("not a uniform sample")
    if number > shown.laid_out:
        words.append(f"{number - shown.laid_out:,} placed at their neighbours")
    if (quality := shown.quality) is not None:
        spread = f" ± {quality.error:.0%}" if quality.error else ""
        words.append(f"keeps {quality.kept:.0%}{spread} of the {quality.neighbours} nearest")
    return " · ".join(words)


def terminal(picture: Picture, width: int, height: int, glyphs: Glyphs) -> Text:
    """Draw a picture as characters, with the legend below."""
    import numpy as np
    from rich.style import Style
    from rich.text import Text

    shown = picture.shown
    window = bounds(shown.points)
    groups = np.array(picture.grouping.groups, np.int64)
    dots = draw(shown.points, groups, np.zeros(len(groups), np.int64), window, width, height, glyphs)
    tints = [Style(color=tint) for tint in colours(picture.grouping)]
    labels = _labels(picture, window, width, height, glyphs)
    text = Text(no_wrap=True, overflow="crop")
    for row, line in enumerate(dots.lines):
        column = 0
        while column < width:
            if (row, column) in labels:
                label = labels[row, column]
                text.append(label, Style(bold=True))
                column += len(label)
                continue
            group = int(dots.groups[row, column])
            text.append(line[column], tints[group] if group >= 0 else None)
            column += 1
        text.append("\n")
    for tint, label, count in picture.legend:
        text.append("■ " if glyphs is not Glyphs.ASCII else "# ", Style(color=tint))
        text.append(f"{ascii_or(_short(label), glyphs)} {count:,}   ")
    if picture.legend:
        text.append("\n")
    return text


def _labels(
    picture: Picture, window: tuple[float, float, float, float], width: int, height: int, glyphs: Glyphs
) -> dict[tuple[int, int], str]:
    """Return names of labelled elements by the cell at which they begin; none overlaps another."""
    found: dict[tuple[int, int], str] = {}
    rows: set[int] = set()
    across, down = cells(picture.shown.points[list(picture.labelled)], window, width, height, glyphs)
    for element, x, y in zip(picture.labelled, across.tolist(), down.tolist(), strict=True):
        name = ascii_or(sanitize(decode(picture.shown.names[element])), glyphs)
        row, column = y // glyphs.value[1], x // glyphs.value[0]
        # Wide characters would shift what follows.
        if row not in rows and name.isascii() and len(name) < width:
            rows.add(row)
            found[row, min(column, width - len(name))] = name[:_LONGEST]
    return found


def ascii_or(text: str, glyphs: Glyphs) -> str:
    """Return a text with characters that a terminal lacks replaced."""
    return text.encode("ascii", "replace").decode() if glyphs is Glyphs.ASCII else text


def _pixels(picture: Picture) -> list[tuple[float, float]]:
    left, bottom, right, top = bounds(picture.shown.points)
    scale = min((_WIDTH - 40) / (right - left), (_HEIGHT - 80) / (top - bottom))
    middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
    edge = 6.0
    return [
        (
            min(max((x - middle_x) * scale + _WIDTH / 2, edge), _WIDTH - edge),
            min(max((middle_y - y) * scale + _HEIGHT / 2 + 20, 40.0), _HEIGHT - edge),
        )
        for x, y in picture.shown.points.astype(float).tolist()
    ]


def _radius(number: int) -> float:
    return 4.0 if number < 1_000 else 2.5 if number < 10_000 else 1.5


def _short(text: str) -> str:
    return fit(sanitize(text), _LONGEST)


def _xml(text: str) -> str:
    return escape(sanitize(text))
