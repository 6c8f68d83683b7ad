"""The model against an independent implementation, and where its files come from."""

import asyncio
import base64
import json
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import CACHE
from tests.support.hub import Hub
from tests.support.servers import free_port
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.core.errors import ModelUnavailable
from vsexplorer.core.progress import Progress, ignore_progress
from vsexplorer.embedding import packaged
from vsexplorer.embedding.bulk import BulkEmbedder
from vsexplorer.embedding.embedder import Embedder, models_of_dimension
from vsexplorer.embedding.registry import describe
from vsexplorer.embedding.sources import ModelFiles, find, on_this_machine

REFERENCE = json.loads((Path(__file__).parents[1] / "golden" / "minilm_reference.json").read_text())
OTHER_MODEL = "snowflake/snowflake-arctic-embed-xs"
"""Any model of fastembed that no package carries."""


def floats(raw: bytes) -> NDArray[np.float32]:
    return np.frombuffer(raw, "<f4")


def reference() -> NDArray[np.float32]:
    return floats(base64.b64decode(REFERENCE["vectors_base64"])).reshape(REFERENCE["shape"])


@pytest.fixture(scope="session")
def converted(embedder: Embedder) -> Path:
    """The prepared default model."""
    assert embedder.ready
    return packaged.converted_folder(CACHE)


async def test_vectors_equal_those_of_an_independent_implementation(embedder: Embedder) -> None:
    alone = np.array([floats((await embedder.embed(text)).vector) for text in REFERENCE["sentences"]])
    together = np.empty_like(alone)
    async for some in BulkEmbedder(embedder).embed(REFERENCE["sentences"]):
        for place, raw in zip(some.places, some.vectors, strict=True):
            together[place] = floats(raw)
    for vectors in (alone, together):
        assert vectors.shape == tuple(REFERENCE["shape"])
        cosines = (vectors * reference()).sum(axis=1) / np.linalg.norm(vectors, axis=1)
        assert cosines.min() >= 0.99999


def test_the_reference_covers_short_and_long_texts_and_many_scripts() -> None:
    lengths = [len(text.split()) for text in REFERENCE["sentences"]]
    assert min(lengths) <= 1
    assert max(lengths) > 256
    letters = [character for text in REFERENCE["sentences"] for character in text if character.isalpha()]
    assert len({unicodedata.name(letter).split()[0] for letter in letters}) >= 5


async def test_equal_texts_are_embedded_once_and_long_ones_counted(embedder: Embedder) -> None:
    bulk = BulkEmbedder(embedder)
    found: dict[int, bytes] = {}
    async for some in bulk.embed(["same", "other", "same", "word " * 300]):
        found.update(zip(some.places, some.vectors, strict=True))
    assert sorted(found) == [0, 1, 2, 3]
    assert found[0] == found[2] != found[1]
    assert bulk.cut == 1
    assert [some async for some in bulk.embed([])] == []


async def test_a_text_is_embedded_once_and_remembered(embedder: Embedder) -> None:
    first = await embedder.embed("a text nobody else uses")
    again = await embedder.embed("a text nobody else uses")
    assert (first.remembered, again.remembered) == (False, True)
    assert again.vector == first.vector
    assert len(first.vector) == 4 * embedder.dimension


async def test_a_text_beyond_the_limit_is_called_cut(embedder: Embedder) -> None:
    assert (await embedder.embed("word " * 300)).cut_at == 256
    assert (await embedder.embed("word " * 100)).cut_at is None
    assert (await embedder.embed("incomprehensibilities " * 12)).cut_at is None


async def test_the_model_spins_no_thread_while_idle(embedder: Embedder) -> None:
    await embedder.embed("before")
    started, used = time.monotonic(), time.process_time()
    await asyncio.sleep(0.5)
    assert (time.process_time() - used) / (time.monotonic() - started) < 0.5


def test_models_of_a_dimension() -> None:
    names = [model.name for model in models_of_dimension(384)]
    assert DEFAULT_MODEL in names
    assert models_of_dimension(7) == []


async def test_a_folder_is_a_model(converted: Path) -> None:
    by_path = Embedder(str(converted), CACHE)
    await by_path.open()
    assert by_path.name == converted.name
    assert converted.name not in {model.name for model in models_of_dimension(384)}, "its name alone opens nothing"
    vector = floats((await by_path.embed(REFERENCE["sentences"][0])).vector)
    assert float((vector * reference()[0]).sum()) >= 0.99999
    await by_path.close()


@pytest.mark.parametrize("model", ["/nowhere", "./nothing"])
def test_a_folder_that_is_not_there(model: str) -> None:
    with pytest.raises(ModelUnavailable, match="no model folder"):
        on_this_machine(model, CACHE)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").touch()
    with pytest.raises(ModelUnavailable, match=r"lacks model\.onnx, tokenizer_config\.json"):
        on_this_machine(str(tmp_path), CACHE)


async def test_a_broken_model_says_what_to_do(tmp_path: Path, converted: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        (tmp_path / name).write_bytes((converted / name).read_bytes())
    (tmp_path / "model.onnx").write_bytes(b"broken")
    broken = Embedder(str(tmp_path), CACHE)
    with pytest.raises(ModelUnavailable, match="cannot be loaded") as caught:
        await broken.open()
    assert "--model" in caught.value.hint
    with pytest.raises(ModelUnavailable):
        await broken.embed("x")


def test_an_unknown_name_gets_similar_ones() -> None:
    with pytest.raises(ModelUnavailable, match="knows no model") as caught:
        on_this_machine("all-MiniLM-L12", CACHE)
    assert "MiniLM" in caught.value.hint


# Packaged weights


@pytest.fixture
def weights() -> Path:
    found = packaged.weights_folder()
    if found is None:
        pytest.skip("the package with the weights is not installed: make sets it up")
    return found


def start_conversion(cache: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "vsexplorer.embedding.prepare", "convert", str(cache)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_conversions_at_once_make_one_model(tmp_path: Path, weights: Path) -> None:
    both = [start_conversion(tmp_path) for _ in range(2)]
    answers = [json.loads(process.communicate()[0]) for process in both]
    assert answers[0] == answers[1] == {"folder": str(packaged.converted_folder(tmp_path))}
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [
        packaged.converted_folder(tmp_path).name,
        "convert.lock",
    ]
    made = packaged.converted_folder(tmp_path) / "model.onnx"
    assert made.read_bytes() == (packaged.converted_folder(CACHE) / "model.onnx").read_bytes()


def test_a_killed_conversion_leaves_nothing_that_counts(tmp_path: Path, weights: Path) -> None:
    process = start_conversion(tmp_path)
    while not list((tmp_path / "models").glob("partial-*/config.json")):
        time.sleep(0.005)
        assert process.poll() is None
    process.kill()
    process.communicate()
    assert not packaged.converted_folder(tmp_path).exists()
    assert packaged.convert(weights, tmp_path).is_dir()
    assert not list((tmp_path / "models").glob("partial-*"))


def test_a_full_disk_is_said_and_cleaned_up(tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_space)
    with pytest.raises(ModelUnavailable, match="No space left on device") as caught:
        packaged.convert(weights, tmp_path)
    assert "92 MB" in caught.value.hint
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["convert.lock"]


def test_other_weights_are_refused(tmp_path: Path, weights: Path) -> None:
    false = tmp_path / "model"
    false.mkdir()
    for path in weights.iterdir():
        if path.is_file():
            (false / path.name).write_bytes(path.read_bytes())
    with (false / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)[0]
        file.seek(50_000_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(ModelUnavailable, match="not the official file"):
        packaged.convert(false, tmp_path / "cache")
    assert not packaged.converted_folder(tmp_path / "cache").exists()


async def test_without_the_package_and_the_hub_all_ways_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaged, "weights_folder", lambda: None)
    monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path / "fastembed"))
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ModelUnavailable, match="cannot be downloaded from http://127") as caught:
        await find(DEFAULT_MODEL, tmp_path, ignore_progress)
    assert packaged.INSTALL in caught.value.hint
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelUnavailable, match="forbids downloads"):
        await find(DEFAULT_MODEL, tmp_path, ignore_progress)


# Downloads


def hub_files(converted: Path) -> dict[str, Path]:
    names = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
    return {"onnx/model.onnx": converted / "model.onnx", **{name: converted / name for name in names}}


@pytest.fixture
def downloading(tmp_path: Path, converted: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub that has the model, and a cache that has not."""
    hub = Hub(describe(OTHER_MODEL).repository, hub_files(converted))
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path / "fastembed"))
    return hub


async def test_a_download_shows_its_progress_and_is_found_afterwards(tmp_path: Path, downloading: Hub) -> None:
    seen: list[Progress] = []
    with downloading:
        files = await find(OTHER_MODEL, tmp_path, seen.append)
        assert (files.folder / "onnx" / "model.onnx").is_file()
        size = (files.folder / "onnx" / "model.onnx").stat().st_size
        counted = [progress for progress in seen if progress.unit == "bytes"]
        assert max(progress.done for progress in counted) >= size
        assert counted[-1].rate
        assert "downloading" in counted[-1].what
        downloaded = downloading.sent
        again = await asyncio.to_thread(on_this_machine, OTHER_MODEL, tmp_path)
        assert isinstance(again, ModelFiles)
        assert downloading.sent == downloaded, "a cached model is not fetched again"
    offline = Embedder(OTHER_MODEL, tmp_path)
    await offline.open()
    assert offline.dimension == 384
    await offline.close()


async def test_a_copy_that_cuts_earlier_than_the_model_reads_as_much(
    tmp_path: Path, converted: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    monkeypatch.setattr(packaged, "weights_folder", lambda: None)
    settings = json.loads((converted / "tokenizer_config.json").read_text())
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({**settings, "max_length": 128, "model_max_length": 128})
    )
    description = describe(DEFAULT_MODEL)
    files = hub_files(converted)
    files = {**files, description.patterns[0]: converted / "model.onnx"}
    hub = Hub(description.repository, {**files, "tokenizer_config.json": tmp_path / "tokenizer_config.json"})
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path / "fastembed"))
    text = " ".join(["the sea"] * 60 + ["a violin"] * 60)
    with hub:
        copied = Embedder(DEFAULT_MODEL, tmp_path)
        await copied.open()
        assert copied.limit == 256
        found = await copied.embed(text)
        await copied.close()
    await embedder.open()
    assert found.vector == (await embedder.embed(text)).vector


async def test_a_cancelled_download_ends_its_process_and_can_be_repeated(tmp_path: Path, downloading: Hub) -> None:
    downloading.pause = 0.02
    with downloading:
        task = asyncio.create_task(find(OTHER_MODEL, tmp_path, ignore_progress))
        await asyncio.to_thread(downloading.wait_until_sent, 5 << 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        downloading.pause = 0.0
        assert not isinstance(await asyncio.to_thread(on_this_machine, OTHER_MODEL, tmp_path), ModelFiles)
        files = await find(OTHER_MODEL, tmp_path, ignore_progress)
        assert (files.folder / "onnx" / "model.onnx").is_file()


def test_a_killed_download_is_no_model(tmp_path: Path, downloading: Hub) -> None:
    downloading.pause = 0.02
    with downloading:
        command = [sys.executable, "-m", "vsexplorer.embedding.prepare", "download", OTHER_MODEL, str(tmp_path)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        downloading.wait_until_sent(5 << 20)
        process.kill()
        process.wait()
        assert not isinstance(on_this_machine(OTHER_MODEL, tmp_path), ModelFiles)
