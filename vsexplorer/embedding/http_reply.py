"""Requests to OpenAI-compatible embedding servers, and what their replies mean."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from vsexplorer.core.errors import ModelUnavailable
from vsexplorer.core.vectors import packed, unpacked

_LONGEST_REASON = 300


def request(model: str, texts: Sequence[str], encoded: bool) -> dict[str, Any]:
    """Return the body of a request for vectors; ``encoded`` asks for base64, which is a quarter as long."""
    body: dict[str, Any] = {"model": model, "input": list(texts)}
    if encoded:
        body["encoding_format"] = "base64"
    return body


def vectors(content: bytes, number: int, dimension: int, where: str) -> list[bytes]:
    """Read the vectors of a reply, in the order of the texts.

    Args:
        content: The body of the reply.
        number: How many texts were sent.
        dimension: The dimension that is expected; 0 if it is not known yet.
        where: The server, for messages.

    Raises:
        ModelUnavailable: the reply is not what was asked for.
    """
    document = parse(content, where)
    rows = document.get("data") if isinstance(document, Mapping) else None
    if not isinstance(rows, list):
        raise ModelUnavailable(f"{where} returned no vectors.", "Is it an OpenAI-compatible embedding server?")
    if len(rows) != number:
        raise ModelUnavailable(f"{where} returned {len(rows):,} vectors for {number:,} texts.")
    found: list[bytes | None] = [None] * number
    for place, row in enumerate(rows):
        index = row.get("index", place) if isinstance(row, Mapping) else place
        if not isinstance(index, int) or not 0 <= index < number or found[index] is not None:
            raise ModelUnavailable(f"{where} returned vectors with invalid indexes.")
        found[index] = _vector(row.get("embedding") if isinstance(row, Mapping) else None, where)
    complete = [one for one in found if one is not None]
    for one in complete:
        if len(one) // 4 != (dimension or len(complete[0]) // 4):
            expected = dimension or len(complete[0]) // 4
            raise ModelUnavailable(
                f"{where} returned a vector of {len(one) // 4:,} dimensions instead of {expected:,}."
            )
    return complete


def tokens(content: bytes, where: str) -> int | None:
    """Read how many tokens a reply counts; ``None`` if it does not say.

    Raises:
        ModelUnavailable: the reply is not JSON.
    """
    document = parse(content, where)
    usage = document.get("usage") if isinstance(document, Mapping) else None
    if not isinstance(usage, Mapping):
        return None
    counted = usage.get("total_tokens", usage.get("prompt_tokens"))
    return counted if isinstance(counted, int) and counted > 0 else None


def models(content: bytes, where: str) -> list[str]:
    """Read the names of the models that a server offers.

    Raises:
        ModelUnavailable: the reply is not a list of models.
    """
    document = parse(content, where)
    rows = document.get("data") if isinstance(document, Mapping) else None
    if not isinstance(rows, list):
        raise ModelUnavailable(f"{where} does not list its models.")
    return [str(row["id"]) for row in rows if isinstance(row, Mapping) and "id" in row]


def parse(content: bytes, where: str) -> Any:
    """Parse a body as JSON.

    Raises:
        ModelUnavailable: it is something else, such as an HTML page.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        begins = content[:40].decode("utf-8", "replace").strip()
        raise ModelUnavailable(
            f"{where} did not return JSON; the reply begins with {begins}.",
            "Check the address: it usually ends in /v1.",
        ) from error


def reason(content: bytes) -> str:
    """Return what an error reply says, shortened."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return content[:_LONGEST_REASON].decode("utf-8", "replace").strip()
    error = document.get("error", document) if isinstance(document, Mapping) else document
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("detail") or json.dumps(error)
    return str(error)[:_LONGEST_REASON]


def _vector(value: object, where: str) -> bytes:
    try:
        if isinstance(value, str):
            vector = base64.b64decode(value, validate=True)
            numbers: Sequence[float] = unpacked(vector)
        else:
            numbers = [float(one) for one in value]  # type: ignore[attr-defined]
            vector = packed(numbers)
    except (ValueError, TypeError, OverflowError) as error:
        raise ModelUnavailable(f"{where} returned something that is not a vector.") from error
    if not numbers:
        raise ModelUnavailable(f"{where} returned an empty vector.")
    if not all(map(math.isfinite, unpacked(vector))):
        raise ModelUnavailable(f"{where} returned a vector with NaN or infinite numbers.")
    return vector
