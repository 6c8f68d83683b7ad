"""Find the words of a text that carry its similarity to a query, by leaving them out and embedding again.

This is leave-one-out attribution, as in Li, Monroe and Jurafsky 2016 (https://arxiv.org/abs/1612.08220).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vsexplorer.core.vectors import similarity, unpacked

_WORD = re.compile(r"\S+")
MOST_PIECES = 60
"""Largest number of pieces of a text: more words are joined to phrases."""
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or phrase of a text, at characters ``start`` to before ``end``."""

    start: int
    end: int
    text: str
    weight: float = 0.0
    """How much similarity is lost without it; negative if the text is more similar without it."""


@dataclass(frozen=True, slots=True)
class WordWeights:
    """The words of a text with their weights."""

    text: str
    score: float
    """Similarity of the whole text to the query, from 0 to 1."""
    pieces: tuple[Piece, ...]


def pieces(text: str, most: int = MOST_PIECES) -> list[Piece]:
    """Split a text into words, or into phrases of equal numbers of words if there are too many."""
    words = list(_WORD.finditer(text))
    length = -(-len(words) // most) if words else 1
    found = []
    for first in range(0, len(words), length):
        start, end = words[first].start(), words[min(first + length, len(words)) - 1].end()
        found.append(Piece(start, end, text[start:end]))
    return found


def word_weights(
    text: str,
    query: bytes,
    embed: Callable[[Sequence[str]], list[bytes]],
    stop: Callable[[], bool] = lambda: False,
) -> WordWeights:
    """Weigh the words of a text; blocks while the variants of the text are embedded in batches.

    Args:
        text: The text that was embedded.
        query: The query's vector: float32, little-endian, of the model's dimension.
        embed: Embeds texts as float32 vectors.
        stop: Asked before each batch; if it returns true, the remaining words get no weight.

    Returns:
        The weights. A text of one word has no weights: without it nothing is left to embed.
    """
    split = pieces(text)
    wanted = unpacked(query)
    score = similarity(unpacked(embed([text])[0]), wanted)
    weighed: list[Piece] = []
    for first in range(0, len(split), _BATCH):
        batch = split[first : first + _BATCH]
        if len(split) < 2 or stop():
            weighed += batch
            continue
        vectors = embed([f"{text[: one.start]}{text[one.end :]}".strip() for one in batch])
        weighed += [
            Piece(one.start, one.end, one.text, score - similarity(unpacked(vector), wanted))
            for one, vector in zip(batch, vectors, strict=True)
        ]
    return WordWeights(text, score, tuple(weighed))
