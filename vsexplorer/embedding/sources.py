"""Find the files of a model.

Sources, in this order: a folder named by its path; fastembed's cache; weights in an installed package; a
download by fastembed. Only the last uses the network, and it is never started if ``HF_HUB_OFFLINE`` is set.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.core.errors import ModelUnavailable
from vsexplorer.core.progress import Progress, ProgressCallback
from vsexplorer.embedding import packaged
from vsexplorer.embedding.prepare import OFFLINE_WAYS
from vsexplorer.embedding.registry import ModelDescription, cached_folder, describe, quiet_libraries

_NEEDED = ("tokenizer.json", "tokenizer_config.json")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model ready to load."""

    name: str
    folder: Path
    origin: str
    """Where the files come from, in words."""
    custom: bool = False
    """A folder of the user that is not in fastembed's list."""


def is_folder(model: str) -> bool:
    """Whether a model is named by a path."""
    return Path(model).expanduser().is_dir() or model.startswith((".", "/", "~"))


def local_folder(model: str) -> ModelFiles:
    """Check a folder named by its path.

    Raises:
        ModelUnavailable: the folder is missing or incomplete.
    """
    folder = Path(model).expanduser()
    if not folder.is_dir():
        raise ModelUnavailable(f"There is no model folder {folder}.")
    if not (folder / "model.onnx").is_file() and (folder / "onnx" / "model.onnx").is_file():
        raise ModelUnavailable(
            f"{folder} holds its model in onnx/model.onnx, where fastembed does not look.",
            f"Copy it beside the tokenizer: cp {folder}/onnx/model.onnx {folder}/",
        )
    missing = [name for name in ("model.onnx", *_NEEDED) if not (folder / name).is_file()]
    if missing:
        raise ModelUnavailable(
            f"The model folder {folder} lacks {', '.join(missing)}.",
            "It needs model.onnx, tokenizer.json and tokenizer_config.json.",
        )
    return ModelFiles(folder.resolve().name, folder, str(folder), custom=True)


def on_this_machine(model: str, cache: Path) -> ModelFiles | ModelDescription:
    """Find a model without network and without preparing anything; blocks while fastembed is imported.

    Returns:
        The files, or the description of a model whose files must be prepared first.

    Raises:
        ModelUnavailable: no such model or folder.
    """
    quiet_libraries()
    if is_folder(model):
        return local_folder(model)
    description = describe(model)
    if folder := cached_folder(description, cache):
        return ModelFiles(description.name, folder, f"fastembed's cache, {folder}")
    converted = packaged.converted_folder(cache)
    if description.name == DEFAULT_MODEL and packaged.is_intact(converted):
        return ModelFiles(description.name, converted, f"the official weights, converted, {converted}")
    return description


async def find(model: str, cache: Path, progress: ProgressCallback) -> ModelFiles:
    """Find a model's files; convert or download them if they are not ready.

    Cancelling stops a conversion or download cleanly; a download is resumed the next time.

    Raises:
        ModelUnavailable: the model cannot be found or prepared; the hint lists alternatives.
    """
    found = await asyncio.to_thread(on_this_machine, model, cache)
    if isinstance(found, ModelFiles):
        return found
    if found.name == DEFAULT_MODEL and packaged.weights_folder() is not None:
        progress(Progress("preparing the model (only once)", stoppable=True))
        folder = await _prepare(["convert", str(cache)], "", progress)
        return ModelFiles(found.name, folder, f"the official weights, converted, {folder}")
    if os.environ.get("HF_HUB_OFFLINE", "").strip().upper() in {"1", "TRUE", "YES", "ON"}:
        raise ModelUnavailable(
            f"{found.name} is not on this machine, and HF_HUB_OFFLINE forbids downloads.", OFFLINE_WAYS
        )
    progress(Progress(f"downloading {found.name}", 0, found.size, "bytes", stoppable=True))
    folder = await _prepare(["download", found.name, str(cache)], f"downloading {found.name}", progress)
    return ModelFiles(found.name, folder, f"downloaded, {folder}")


async def _prepare(arguments: list[str], what: str, progress: ProgressCallback) -> Path:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "vsexplorer.embedding.prepare", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    started = time.monotonic()
    last: dict[str, str] = {}
    try:
        async for line in process.stdout:
            facts = json.loads(line)
            if "done" in facts:
                rate = facts["done"] / max(1e-3, time.monotonic() - started)
                progress(Progress(what, facts["done"], facts["total"], "bytes", rate, stoppable=True))
            else:
                last = facts
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if "folder" in last:
        return Path(last["folder"])
    raise ModelUnavailable(
        last.get("error", f"Preparing the model failed (exit status {process.returncode})."),
        last.get("hint", OFFLINE_WAYS),
    )
