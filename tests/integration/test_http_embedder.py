"""Embedding with an OpenAI-compatible server: a real one with the real model, which can misbehave."""

from __future__ import annotations

import asyncio
import json
import random
import struct
from asyncio.subprocess import DEVNULL
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.integration.test_interrupted_loads import contents
from tests.support.command import PROGRAM, vsexplorer
from tests.support.embedding_server import LONGEST, EmbeddingServer, serving
from tests.support.servers import RedisServer
from tests.tui.driving import PAGE, load_people
from vsexplorer.core.errors import ModelUnavailable
from vsexplorer.embedding.bulk import BulkEmbedder
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.embedding.http_embedder import HttpEmbedder
from vsexplorer.embedding.prefixes import Prefixes

_JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def served(embedder: Embedder) -> AsyncIterator[EmbeddingServer]:
    await embedder.open()
    with serving(EmbeddingServer(embedder)) as server:
        yield server


@pytest.fixture
async def remote(served: EmbeddingServer, tmp_path: Path) -> AsyncIterator[HttpEmbedder]:
    found = HttpEmbedder(served.url, tmp_path, Prefixes())
    await found.open()
    served.asked.clear()
    yield found
    await found.close()


def answer(*vectors: object) -> tuple[int, dict[str, str], bytes]:
    rows = [{"index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    return 200, _JSON, json.dumps({"data": rows}).encode()


async def test_vectors_are_those_of_the_model(
    served: EmbeddingServer, remote: HttpEmbedder, embedder: Embedder
) -> None:
    assert (remote.name, remote.dimension, remote.ready) == ("minilm", 384, True)
    assert (await remote.embed("science")).vector == (await embedder.embed("science")).vector
    texts = [f"text {number}" for number in range(70)]
    assert await asyncio.to_thread(remote.run_documents, texts) == [
        embedder.run_documents([text])[0] for text in texts
    ]
    assert [len(body["input"]) for body in served.asked] == [1, 32, 32, 6]
    again = await remote.embed("science")
    assert again.remembered
    assert len(served.asked) == 4


async def test_vectors_are_put_in_the_order_of_the_texts(
    served: EmbeddingServer, remote: HttpEmbedder, embedder: Embedder
) -> None:
    served.shuffled = True
    found = await asyncio.to_thread(remote.run_documents, ["one", "two", "three"])
    assert found == [embedder.run_documents([text])[0] for text in ("one", "two", "three")]


async def test_a_server_that_knows_no_base64_answers_numbers(
    served: EmbeddingServer, remote: HttpEmbedder, embedder: Embedder
) -> None:
    served.base64 = False
    found = await asyncio.to_thread(remote.run_documents, ["one"])
    assert np.allclose(np.frombuffer(found[0], "<f4"), np.frombuffer(embedder.run_documents(["one"])[0], "<f4"))
    await asyncio.to_thread(remote.run_documents, ["two"])
    assert ["encoding_format" in body for body in served.asked] == [True, False, False]


async def test_prefixes_go_before_queries_and_documents(served: EmbeddingServer, tmp_path: Path) -> None:
    remote = HttpEmbedder(f"{served.url}#minilm", tmp_path, Prefixes("query: ", "passage: "))
    await remote.open()
    await remote.embed("a")
    await asyncio.to_thread(remote.run_documents, ["b"])
    assert [body["input"] for body in served.asked][-2:] == [["query: a"], ["passage: b"]]
    await remote.close()


async def test_a_busy_server_is_asked_again(served: EmbeddingServer, remote: HttpEmbedder) -> None:
    served.replies = [
        (500, {}, b"a moment"),
        (429, {"Retry-After": "0"}, b"slow down"),
        (503, {"Retry-After": "0"}, b""),
    ]
    assert len(await asyncio.to_thread(remote.run_documents, ["text"])) == 1
    assert len(served.asked) == 4


async def test_a_server_that_stays_busy_is_said(served: EmbeddingServer, remote: HttpEmbedder) -> None:
    served.replies = [(429, {"Retry-After": "0"}, b'{"error": {"message": "quota used up"}}')] * 20
    with pytest.raises(ModelUnavailable, match=r"is busy \(status 429\): quota used up"):
        await asyncio.to_thread(remote.run_documents, ["text"])


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((200, {}, b"<html>hello"), "did not return JSON; the reply begins with <html>hello"),
        ((200, _JSON, b'{"object": "list"}'), "returned no vectors"),
        ((302, {"Location": "http://evil.example/"}, b""), "redirects to http://evil.example/"),
        (answer([1.0] * 384, [1.0] * 384), "returned 2 vectors for 1 texts"),
        (answer([1.0] * 3), "a vector of 3 dimensions instead of 384"),
        (answer([float("nan")] * 384), "a vector with NaN or infinite numbers"),
        (answer(b64encode(struct.pack("<f", float("inf")) * 384).decode()), "with NaN or infinite numbers"),
        (answer([]), "an empty vector"),
        (answer("no base64!"), "something that is not a vector"),
        (answer({"a": 1}), "something that is not a vector"),
        ((200, _JSON, b'{"data": [{"index": 7, "embedding": [1]}]}'), "returned vectors with invalid indexes"),
        ((404, {}, b"no such page"), "has nothing at .*/v1/embeddings"),
        ((403, _JSON, b'{"error": {"message": "not yours"}}'), "refuses access: not yours"),
    ],
)
async def test_a_wrong_answer_is_a_sentence(
    served: EmbeddingServer, remote: HttpEmbedder, reply: tuple[int, dict[str, str], bytes], message: str
) -> None:
    served.replies = [reply]
    with pytest.raises(ModelUnavailable, match=message):
        await asyncio.to_thread(remote.run_documents, ["text"])


async def test_a_reply_that_is_cut_off_is_asked_for_again(served: EmbeddingServer, remote: HttpEmbedder) -> None:
    served.replies = [(200, {**_JSON, "Content-Length": "1000"}, b'{"data": [')]
    assert len(await asyncio.to_thread(remote.run_documents, ["text"])) == 1


async def test_the_text_that_is_refused_is_named(served: EmbeddingServer, remote: HttpEmbedder) -> None:
    texts = [*(f"text {number}" for number in range(9)), "x" * (LONGEST + 1)]
    with pytest.raises(ModelUnavailable, match=r"refuses the text 'xxx.*' of 4,001 characters: input is longer"):
        await asyncio.to_thread(remote.run_documents, texts)


async def test_vectors_of_any_length_rank_the_same(
    served: EmbeddingServer, newest: RedisServer, embedder: Embedder
) -> None:
    await load_people(newest, embedder)
    served.scale = 7.5
    done = vsexplorer("query", "people", "science", "--json", "--embedder", served.url, *newest.options)
    plain = vsexplorer("query", "people", "science", "--json", *newest.options)
    found, expected = (json.loads(one.stdout)["results"] for one in (done, plain))
    assert [one["element"] for one in found] == [one["element"] for one in expected]
    assert [one["score"] for one in found] == pytest.approx([one["score"] for one in expected], abs=1e-4)


@pytest.fixture
def arguments(served: EmbeddingServer, newest: RedisServer) -> list[str]:
    return ["--embedder", served.url, *newest.options]


async def test_the_key_is_taken_from_the_environment(served: EmbeddingServer, arguments: list[str]) -> None:
    served.key = "secret"
    refused = vsexplorer("load", "k", str(PAGE), "--records", "people", *arguments)
    assert refused.returncode == 2
    assert "refuses access: wrong key" in refused.stderr
    assert "VSEXPLORER_EMBEDDER_KEY" in refused.stderr
    wrong = vsexplorer("load", "k", str(PAGE), "--records", "people", *arguments, VSEXPLORER_EMBEDDER_KEY="another")
    assert "Check VSEXPLORER_EMBEDDER_KEY" in wrong.stderr
    assert "another" not in wrong.stderr
    done = vsexplorer("load", "k", str(PAGE), "--records", "people", *arguments, VSEXPLORER_EMBEDDER_KEY="secret")
    assert done.returncode == 0, done.stderr


async def test_the_key_is_printed_by_a_command(
    served: EmbeddingServer, arguments: list[str], tmp_path: Path
) -> None:
    served.key = "secret"
    (tmp_path / "vsexplorer").mkdir()
    config = tmp_path / "vsexplorer" / "config.toml"
    config.write_text('embedder_key_command = "echo secret"\n')
    done = vsexplorer("load", "k", str(PAGE), "--records", "people", *arguments, XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    config.write_text('embedder_key_command = "false"\n')
    failed = vsexplorer("load", "k", str(PAGE), "--records", "people", *arguments, XDG_CONFIG_HOME=str(tmp_path))
    assert (failed.returncode, "that prints the key" in failed.stderr) == (2, True)


async def test_a_load_records_the_model_but_no_address(
    served: EmbeddingServer, arguments: list[str], newest: RedisServer
) -> None:
    done = vsexplorer("load", "k", str(PAGE), "--records", "people", "--document-prefix", "doc: ", *arguments)
    assert done.returncode == 0, done.stderr
    stored = newest.client().hget("vsexplorer:sets", "k")
    record = json.loads(stored)
    assert (record["model"], record["provider"], record["version"]) == ("minilm", "http", 2)
    assert (record["query_prefix"], record["document_prefix"]) == ("", "doc: ")
    assert served.url.encode() not in stored
    assert all(text.startswith("doc: ") for body in served.asked for text in body["input"] if text != "warm up")
    served.asked.clear()
    without = vsexplorer("query", "k", "science", *newest.options)
    assert without.returncode == 0, "a record never makes anything contact an address"
    assert not served.asked


async def test_which_model_is_asked_for(served: EmbeddingServer, arguments: list[str]) -> None:
    served.names = ("one", "two:latest")
    several = vsexplorer("load", "k", str(PAGE), "--records", "people", *arguments)
    assert "offers several models" in several.stderr
    assert "one, two:latest" in several.stderr
    unknown = vsexplorer("load", "k", str(PAGE), "--records", "people", "--model", "three", *arguments)
    assert "does not offer the model 'three'" in unknown.stderr
    assert vsexplorer("load", "k", str(PAGE), "--records", "people", "--model", "one", *arguments).returncode == 0
    served.names = ()
    unnamed = vsexplorer("load", "k", str(PAGE), "--records", "people", *arguments)
    assert "does not list its models" in unnamed.stderr


def test_a_server_that_is_not_there_is_said(newest: RedisServer) -> None:
    done = vsexplorer(
        "load", "k", str(PAGE), "--records", "people", "--embedder", "http://127.0.0.1:9/v1", *newest.options
    )
    assert done.returncode == 2
    assert "The embedding server 127.0.0.1:9 cannot be reached" in done.stderr
    wrong = vsexplorer("load", "k", str(PAGE), "--records", "people", "--embedder", "127.0.0.1:9", *newest.options)
    assert (wrong.returncode, "begins with http://" in wrong.stderr) == (2, True)


async def test_another_model_is_refused_for_a_set(served: EmbeddingServer, arguments: list[str]) -> None:
    assert vsexplorer("load", "k", str(PAGE), "--records", "people", *arguments).returncode == 0
    again = vsexplorer("load", "k", str(PAGE), "--records", "queries", "--text", "text", *arguments)
    assert "was made with" not in again.stderr
    served.names = ("other",)
    done = vsexplorer("load", "k", str(PAGE), "--records", "people", *arguments)
    assert (done.returncode, "k was made with minilm; vectors of other" in done.stderr) == (1, True)


async def test_a_load_keeps_several_requests_under_way(served: EmbeddingServer, remote: HttpEmbedder) -> None:
    served.pause = 0.05
    bulk = BulkEmbedder(remote)
    found = 0
    async for embedded in bulk.embed([f"text {number}" for number in range(200)]):
        found += len(embedded.places)
    bulk.close()
    assert found == 200
    assert 2 <= served.most_running <= 4


async def test_no_message_repeats_a_password(served: EmbeddingServer, tmp_path: Path) -> None:
    address = served.url.replace("://", "://me:hidden@")
    for wrong in ("http://me:hidden@127.0.0.1:1/v1#minilm", f"{address}#missing"):
        remote = HttpEmbedder(wrong, tmp_path, Prefixes())
        with pytest.raises(ModelUnavailable) as caught:
            await remote.open()
        assert "hidden" not in f"{caught.value.message} {caught.value.hint} {remote.name} {remote.origin}"
        await remote.close()


async def test_a_key_with_a_line_end_is_a_sentence(served: EmbeddingServer, tmp_path: Path) -> None:
    remote = HttpEmbedder(f"{served.url}#minilm", tmp_path, Prefixes(), "one\ntwo")
    with pytest.raises(ModelUnavailable, match="characters that a key cannot have"):
        await remote.open()
    await remote.close()


@pytest.mark.parametrize("address", ["http://", "http://[::1", "http://host:port/v1"])
def test_an_address_that_is_not_valid_is_a_sentence(newest: RedisServer, address: str) -> None:
    done = vsexplorer("query", "k", "x", "--embedder", address, *newest.options)
    assert (done.returncode, "--embedder: the address has no valid host or port" in done.stderr) == (2, True)


async def test_texts_to_measure_are_embedded_as_queries(
    served: EmbeddingServer, arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / "texts").write_text("science\nmusic\n")
    assert vsexplorer("load", "people", str(PAGE), "--records", "people", *arguments).returncode == 0
    prefixes = ["--query-prefix", "query: ", "--document-prefix", "passage: "]
    done = vsexplorer("recall", "people", "--queries", str(tmp_path / "texts"), *prefixes, *arguments)
    assert done.returncode == 0, done.stderr
    assert [body["input"] for body in served.asked][-2:] == [["query: science"], ["query: music"]]


@pytest.mark.parametrize("counts", [True, False])
async def test_a_dry_run_says_what_the_server_has_to_do(
    served: EmbeddingServer, newest: RedisServer, tmp_path: Path, counts: bool
) -> None:
    served.counts = counts
    rows = [{"name": f"n{number:03}", "text": f"text {number:03}"} for number in range(70)]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    done = vsexplorer(
        *("load", "k", str(tmp_path / "rows.jsonl"), "--id", "name", "--text", "text", "--dry-run"),
        *("--embedder", served.url, *newest.options),
    )
    assert done.returncode == 0, done.stderr
    tokens = "about 560 tokens" if counts else "tokens unknown"
    assert f"embedding server: 70 texts in 3 requests, {tokens}" in done.stdout
    assert not newest.client().exists("k")


class _Remembering(EmbeddingServer):
    """Embeds each text once, so that a second load of the same texts is fast."""

    known: dict[str, np.ndarray[Any, Any]]

    def vectors(self, texts: Sequence[str]) -> list[np.ndarray[Any, Any]]:
        for text in texts:
            if text not in self.known:
                self.known[text] = super().vectors([text])[0]
        return [self.known[text] for text in texts]


@pytest.mark.slow
async def test_a_load_killed_twenty_times_equals_an_undisturbed_one(
    embedder: Embedder, newest: RedisServer, tmp_path: Path
) -> None:
    number, chance = 20_000, random.Random(7)
    rows = [{"name": f"n{place:05}", "text": f"thing {place} of {place % 89} kinds"} for place in range(number)]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    await embedder.open()
    server = _Remembering(embedder)
    server.known = {}
    with serving(server):
        arguments = [str(tmp_path / "rows.jsonl"), "--id", "name", "--text", "text", "--embedder", server.url]
        kills = 0
        while kills < 20:
            before = newest.client().execute_command("VCARD", "k") if newest.client().exists("k") else 0
            loading = await asyncio.create_subprocess_exec(
                PROGRAM, "load", "k", *arguments, *newest.options, stdout=DEVNULL, stderr=DEVNULL
            )
            while loading.returncode is None:
                await asyncio.sleep(0.05)
                written = newest.client().execute_command("VCARD", "k") if newest.client().exists("k") else 0
                if written > before + chance.randrange(400, 900):
                    loading.kill()
                    kills += 1
                    break
            await loading.wait()
            if loading.returncode == 0:
                break
        assert kills >= 15
        for key in ("k", "plain"):
            done = await asyncio.create_subprocess_exec(
                PROGRAM, "load", key, *arguments, *newest.options, stdout=DEVNULL, stderr=DEVNULL
            )
            assert await done.wait() == 0
    assert contents(newest, "k") == contents(newest, "plain")
    assert newest.client().execute_command("VCARD", "k") == number
