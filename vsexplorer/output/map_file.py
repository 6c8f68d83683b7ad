"""Write a map to a file, as a whole."""

from __future__ import annotations

from pathlib import Path

from vsexplorer.core.errors import UsageError
from vsexplorer.output.listing import as_csv, as_json
from vsexplorer.output.map_picture import Picture, columns, listing, png, svg
from vsexplorer.transfer.output_file import OutputFile
from vsexplorer.transfer.parquet import arrow, write_columns

_KINDS = (".svg", ".png", ".csv", ".json", ".parquet")


def check(path: Path, force: bool) -> None:
    """Check that a map can be written to a file, before it is made.

    Raises:
        UsageError: the name does not say what to write, the file exists and ``force`` is not given, or pyarrow is
            needed and not installed.
    """
    if path.suffix.lower() not in _KINDS:
        raise UsageError(f"Cannot tell what to write to {path}.", f"Its name must end in {', '.join(_KINDS)}.")
    if path.exists() and not force:
        raise UsageError(f"{path} exists already.", "Name another file.")
    if path.suffix.lower() == ".parquet":
        arrow()


def save(picture: Picture, path: Path, force: bool) -> None:
    """Write a map, in the format that the name of the file says.

    Raises:
        UsageError: ``check`` fails, or the file cannot be written.
    """
    check(path, force)
    try:
        file = OutputFile(path, resume=False)
        try:
            _write(picture, path.suffix.lower(), file)
            file.commit()
        finally:
            file.close()
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}.") from error


def _write(picture: Picture, kind: str, file: OutputFile) -> None:
    if kind == ".parquet":
        write_columns(file.file, columns(picture))
    elif kind == ".png":
        file.file.write(png(picture))
    else:
        text = (
            svg(picture)
            if kind == ".svg"
            else as_csv(listing(picture))
            if kind == ".csv"
            else as_json(listing(picture))
        )
        file.file.write(text.encode("utf-8", "backslashreplace"))
