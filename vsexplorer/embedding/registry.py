"""Look up models in fastembed's list and cache, without network access."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vsexplorer.core.errors import ModelUnavailable


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """One text model fastembed can run."""

    name: str
    dimension: int
    repository: str
    """On the model hub; empty where fastembed has another source."""
    patterns: tuple[str, ...]
    """The model's own files inside the repository."""
    size: float
    """Bytes to download, roughly."""


def quiet_libraries() -> None:
    """Keep fastembed, onnxruntime and the hub client from writing to the terminal."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    import onnxruntime
    from loguru import logger

    logger.disable("fastembed")
    onnxruntime.set_default_logger_severity(4)


def describe(name: str) -> ModelDescription:
    """Find a model by name, ignoring case, with or without its organisation.

    Raises:
        ModelUnavailable: fastembed knows no such model; the message names similar ones.
    """
    wanted = name.casefold()
    models = supported_models()
    for model in models:
        if wanted in (model.name.casefold(), model.name.casefold().rpartition("/")[2]):
            return model
    import difflib

    near = difflib.get_close_matches(name, [model.name for model in models], 3, 0.4)
    hint = f"Similar: {', '.join(near)}." if near else "To use a folder with a model.onnx, give its path."
    raise ModelUnavailable(f"fastembed knows no model {name!r}, and there is no such folder.", hint)


def supported_models() -> list[ModelDescription]:
    """Return all text models of fastembed, without folders that were registered with it to be opened."""
    from fastembed import TextEmbedding
    from fastembed.text.custom_text_embedding import CustomTextEmbedding

    registered = {model.model for model in CustomTextEmbedding.SUPPORTED_MODELS}
    return [
        _description(entry) for entry in TextEmbedding.list_supported_models() if entry["model"] not in registered
    ]


def _description(entry: dict[str, Any]) -> ModelDescription:
    return ModelDescription(
        name=entry["model"],
        dimension=entry["dim"],
        repository=entry["sources"].get("hf") or "",
        patterns=(entry["model_file"], *entry.get("additional_files", ())),
        size=entry.get("size_in_GB", 0.0) * 1e9,
    )


def cached_folder(model: ModelDescription, cache: Path) -> Path | None:
    """Return the folder of a model in fastembed's cache or ours; ``None`` if it is not there completely."""
    from fastembed import TextEmbedding

    for folder in cache_folders(cache):
        if not (model.repository and folder.is_dir()):
            continue
        try:
            found = Path(
                TextEmbedding.download_files_from_huggingface(
                    model.repository, str(folder), list(model.patterns), local_files_only=True
                )
            )
        except (OSError, ValueError):
            continue
        if all((found / name).exists() for name in (*model.patterns, "tokenizer.json")):
            return found
    return None


def cache_folders(cache: Path) -> list[Path]:
    """Return the possible cache folders: ``FASTEMBED_CACHE_PATH``, ours, and fastembed's default."""
    chosen = os.environ.get("FASTEMBED_CACHE_PATH")
    default = Path(tempfile.gettempdir()) / "fastembed_cache"
    return [*([Path(chosen)] if chosen else []), download_folder(cache), default]


def download_folder(cache: Path) -> Path:
    """Return the folder for downloads: ``FASTEMBED_CACHE_PATH``, else our cache, which survives a reboot."""
    chosen = os.environ.get("FASTEMBED_CACHE_PATH")
    return Path(chosen) if chosen else cache / "fastembed"
