"""Parquet files, read and written by pyarrow, which is an extra."""

from __future__ import annotations

import base64
import importlib
import io
import math
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from vsexplorer.core.attributes import Json
from vsexplorer.core.errors import UsageError
from vsexplorer.transfer.streams import Stream

_BATCH = 512


def arrow() -> Any:
    """pyarrow with its Parquet part.

    Raises:
        UsageError: it is not installed.
    """
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow.", "pip install 'vsexplorer[parquet]' brings it.") from error


def rows(stream: Stream, name: str) -> Iterator[dict[str, Json]]:
    """The rows of a Parquet file as JSON values.

    Raises:
        UsageError: it is no Parquet file, or pyarrow is not installed.
    """
    pyarrow = arrow()
    with tempfile.TemporaryFile() as spool:
        try:
            file = pyarrow.parquet.ParquetFile(_seekable(stream, spool), pre_buffer=False)
        except (pyarrow.ArrowException, OSError) as error:
            raise UsageError(f"{name} is no Parquet file: {str(error).splitlines()[0]}") from error
        for batch in file.iter_batches(batch_size=_BATCH):
            for values in batch.to_pylist():
                yield {field: _json(value) for field, value in values.items() if value is not None}


def _seekable(stream: Stream, spool: IO[bytes]) -> IO[bytes]:
    """Parquet is read from its end: what cannot be sought is put aside first."""
    if isinstance(stream.content, io.BufferedReader) and stream.size is not None and stream.content.seekable():
        return stream.content
    while chunk := stream.content.read(1 << 20):
        spool.write(chunk)
    spool.seek(0)
    return spool


def _json(value: Any) -> Json:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        return {str(field): _json(item) for field, item in value.items()}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
