"""Read and write Parquet files with pyarrow, an optional dependency."""

from __future__ import annotations

import base64
import importlib
import io
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import IO, Any

from vsexplorer.core.attributes import Json, to_json
from vsexplorer.core.errors import UsageError
from vsexplorer.transfer.streams import Stream

_BATCH = 512


def arrow() -> Any:
    """Import pyarrow with its Parquet module.

    Raises:
        UsageError: it is not installed.
    """
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow.", "Install it: pip install 'vsexplorer[parquet]'") from error


def rows(stream: Stream, name: str) -> Iterator[dict[str, Json]]:
    """The rows of a Parquet file as JSON values.

    Raises:
        UsageError: the file is not a Parquet file, or pyarrow is not installed.
    """
    pyarrow = arrow()
    with tempfile.TemporaryFile() as spool:
        try:
            file = pyarrow.parquet.ParquetFile(_seekable(stream, spool), pre_buffer=False)
        except (pyarrow.ArrowException, OSError) as error:
            raise UsageError(f"{name} is not a Parquet file: {str(error).splitlines()[0]}") from error
        names = file.schema_arrow.names
        if len(set(names)) < len(names):
            double = next(name for name in names if names.count(name) > 1)
            raise UsageError(f"{name} has two columns named {double!r}.")
        for batch in file.iter_batches(batch_size=_BATCH):
            columns = [_values(pyarrow, column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                found = {field: _json(cell) for field, cell in zip(names, cells, strict=True) if cell is not None}
                yield {field: value for field, value in found.items() if value is not None}


def write_columns(file: IO[bytes], columns: Mapping[str, Sequence[Json]]) -> None:
    """Write columns of equal length; a column whose values have no common type is written as JSON texts.

    Raises:
        UsageError: pyarrow is not installed.
        OSError: the file cannot be written.
    """
    pyarrow = arrow()
    arrays = {name: _array(pyarrow, values) for name, values in columns.items()}
    pyarrow.parquet.write_table(pyarrow.table(arrays), file, compression="zstd")


def _array(pyarrow: Any, values: Sequence[Json]) -> Any:
    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowException, OverflowError, UnicodeEncodeError):
        return pyarrow.array([None if one is None else to_json(one) for one in values], pyarrow.string())


def _values(pyarrow: Any, column: Any) -> list[Any]:
    """Return the values of a column; types that Python lacks become texts or numbers."""
    types, kind = pyarrow.types, column.type
    if types.is_dictionary(kind):
        return _values(pyarrow, column.dictionary_decode())
    if types.is_duration(kind):
        ticks = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]
        return [None if one is None else one / ticks for one in column.cast(pyarrow.int64()).to_pylist()]
    if types.is_timestamp(kind) and kind.unit == "ns":
        texts = column.cast(pyarrow.string()).to_pylist()
        return [None if one is None else one.replace(" ", "T", 1) for one in texts]
    if types.is_time(kind) and kind.unit == "ns":
        found: list[Any] = column.cast(pyarrow.string()).to_pylist()
        return found
    if types.is_float32(kind) or types.is_float16(kind):
        # The shortest form of the float32, which a conversion to 64 bits would not give.
        return [None if one is None else float(str(one)) for one in _numpy_scalars(column)]
    if types.is_map(kind):
        return [None if one is None else {str(name): value for name, value in one} for one in column.to_pylist()]
    values: list[Any] = column.to_pylist()
    return values


def _numpy_scalars(column: Any) -> Iterator[Any]:
    missing = column.is_null().to_pylist()
    for one, none in zip(column.to_numpy(zero_copy_only=False), missing, strict=True):
        yield None if none else one


def _seekable(stream: Stream, spool: IO[bytes]) -> IO[bytes]:
    """Return a seekable file: Parquet is read from its end, so other streams are copied to ``spool`` first."""
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
        # NaN is how data frames write that a number is missing.
        return None if math.isnan(value) else value
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        return {str(field): _json(item) for field, item in value.items()}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
