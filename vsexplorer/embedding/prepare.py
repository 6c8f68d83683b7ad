"""Process that prepares a model's files: downloads them, or converts packaged weights.

Run as ``python -m vsexplorer.embedding.prepare download MODEL CACHE`` or ``... convert CACHE``. As a separate
process it can be stopped at any time, frees its memory, and never blocks the screen. It writes one
JSON line per step on standard output: ``{"done": bytes, "total": bytes}``, and last ``{"folder": path}`` or
``{"error": sentence, "hint": sentence}``.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from vsexplorer.core.errors import ModelUnavailable
from vsexplorer.embedding import packaged
from vsexplorer.embedding.registry import ModelDescription, describe, download_folder

_ATTEMPTS = 2
OFFLINE_WAYS = (
    f"Without a network: {packaged.INSTALL} (all-MiniLM-L6-v2 with its official weights), "
    "or use a folder with a model.onnx: --model PATH."
)


def main(arguments: list[str]) -> int:
    """Do one job and report; return the exit status."""
    try:
        if arguments[0] == "convert":
            source = packaged.weights_folder()
            if source is None:
                raise ModelUnavailable(f"The package {packaged.PACKAGE} is not installed.", packaged.INSTALL)
            folder = packaged.convert(source, Path(arguments[1]))
        else:
            folder = download(describe(arguments[1]), Path(arguments[2]))
    except ModelUnavailable as error:
        _say(error=error.message, hint=error.hint)
        return 1
    _say(folder=str(folder))
    return 0


def download(model: ModelDescription, cache: Path) -> Path:
    """Download a model from the hub with fastembed; an interrupted download is resumed.

    Raises:
        ModelUnavailable: the hub cannot be reached, or has no such files.
    """
    from fastembed import TextEmbedding
    from loguru import logger

    logger.disable("fastembed")
    if not model.repository:
        raise ModelUnavailable(f"fastembed has no download source on the model hub for {model.name}.", OFFLINE_WAYS)
    folder = download_folder(cache)
    failure: Exception | None = None
    for _ in range(_ATTEMPTS):
        try:
            return Path(
                TextEmbedding.download_files_from_huggingface(
                    model.repository, str(folder), list(model.patterns), tqdm_class=_reporting_bar()
                )
            )
        except Exception as error:  # the hub client raises types of its HTTP library
            failure = error
    reason = str(failure).strip().splitlines() or [type(failure).__name__]
    hub = os.environ.get("HF_ENDPOINT", "the model hub")
    raise ModelUnavailable(f"{model.name} cannot be downloaded from {hub}: {reason[0]}", OFFLINE_WAYS)


def _reporting_bar() -> type[Any]:
    """Return a progress bar class for the hub client that writes JSON lines instead of drawing."""
    from tqdm import tqdm

    class ReportingBar(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            self._counts_bytes = options.get("unit") == "B"
            options.pop("name", None)
            super().__init__(*args, **{**options, "file": io.StringIO()})

        def update(self, n: float | None = 1) -> None:
            super().update(n)
            if self._counts_bytes and self.total:
                _say(done=self.n, total=self.total)

    return ReportingBar


_speaking = threading.Lock()


def _say(**facts: object) -> None:
    # The hub client reports from several threads; lines must not be mixed.
    with _speaking:
        sys.stdout.write(f"{json.dumps(facts)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
