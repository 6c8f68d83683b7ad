"""How much memory the elements of a vector set take in Redis."""

from __future__ import annotations

from dataclasses import dataclass

_VECTOR = {"f32": 4.0, "int8": 1.0, "bin": 0.125}
"""Bytes of a dimension by quantization."""
_WORD = 8
"""Signs of ``bin`` are stored in words of so many bytes."""
_LINK = 18.75
"""Bytes an element takes for each of M: 2 M links on level 0 and M on a third of the others, 8 bytes each."""
_NODE = 465
"""Bytes of the node, its 32 places for searches, its entry in the dictionary and what the allocator adds."""
_ATTRIBUTES = 28
"""Bytes that attributes take besides their text."""


@dataclass(frozen=True, slots=True)
class ElementMemory:
    """Bytes that an element takes, by part.

    The constants are measured on Redis 8.10.2 (``used_memory``) for 64 to 768 dimensions, all quantizations and M
    from 8 to 32, within 2 %.
    """

    vector: float
    links: float
    node: float
    name: float
    attributes: float

    @property
    def total(self) -> float:
        """All parts together."""
        return self.vector + self.links + self.node + self.name + self.attributes


def element_memory(
    dimension: int, quantization: str, links: int, name: float, attributes: float, share: float = 1.0
) -> ElementMemory:
    """Return what an element takes on average.

    Args:
        dimension: Of the stored vectors, after REDUCE.
        quantization: ``int8``, ``f32`` or ``bin``.
        links: M.
        name: Bytes of a name.
        attributes: Bytes of the attributes of an element that has some.
        share: Share of the elements that have attributes.
    """
    vector = dimension * _VECTOR[quantization]
    if quantization == "bin":
        vector = -(-vector // _WORD) * _WORD
    own = share * (attributes + _ATTRIBUTES) if attributes else 0.0
    return ElementMemory(vector, _LINK * links, _NODE, name, own)
