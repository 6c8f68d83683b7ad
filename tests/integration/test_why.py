"""Why an element is missing from the results: each cause is built on a real server, and found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill
from tests.tui.driving import GOLDEN, load_people
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.core.errors import UsageError
from vsexplorer.core.values import ByElement, ByText, Query, SearchOptions
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.insight.why import Cause, Explanation
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer


async def explain(
    server: RedisServer, embedder: Embedder, query: Query, element: bytes, field: str = ""
) -> Explanation:
    explorer = Explorer(Where(server.target), embedder)
    await explorer.connect()
    try:
        return await explorer.explanations.why(query, element, field)
    finally:
        await explorer.close()


def fill_clusters(server: RedisServer, options: Sequence[object] = ("NOQUANT", "M", 4, "EF", 4)) -> list[bytes]:
    """A set of tight clusters with so few links that searches miss much of it; returns what no EF reaches."""
    random = np.random.default_rng(3)
    number, dimension = 1_500, 8
    vectors = random.normal(size=(15, dimension))[random.integers(0, 15, number)]
    vectors += 0.02 * random.normal(size=vectors.shape)
    pipe = server.client().pipeline(transaction=False)
    for place, vector in enumerate(vectors.astype("<f4")):
        attributes = json.dumps({"n": place, "rare": int(place % 50 == 0)})
        pipe.execute_command("VADD", "k", "FP32", vector.tobytes(), f"e{place}", *options, "SETATTR", attributes)
    pipe.execute()
    found = server.client().execute_command("VSIM", "k", "ELE", "e0", "COUNT", number, "EF", 1_000_000)
    return sorted({f"e{place}".encode() for place in range(number)} - set(found))


def fill_random(server: RedisServer) -> None:
    """A set without structure and with few links, in which a narrow search misses something."""
    vectors = np.random.default_rng(4).normal(size=(2_000, 24)).astype("<f4")
    pipe = server.client().pipeline(transaction=False)
    for place, vector in enumerate(vectors):
        attributes = json.dumps({"rare": int(place % 50 == 0)})
        pipe.execute_command(
            "VADD", "k", "FP32", vector.tobytes(), f"e{place}", "M", 4, "EF", 4, "SETATTR", attributes
        )
    pipe.execute()


async def test_an_element_that_does_not_exist(server: RedisServer, embedder: Embedder) -> None:
    await load_people(server, embedder)
    found = await explain(server, embedder, Query(b"people", ByText("science")), b"Marie Curry")
    assert found.cause is Cause.MISSING
    assert "Marie Curie" in found.mend


async def test_a_set_of_another_model(server: RedisServer, embedder: Embedder) -> None:
    await load_people(server, embedder)
    record = json.loads(server.client().hget("vsexplorer:sets", "people"))
    server.client().hset("vsexplorer:sets", "people", json.dumps({**record, "model": "another/model"}))
    found = await explain(server, embedder, Query(b"people", ByText("science")), b"Linus Pauling")
    assert found.cause is Cause.MODEL
    assert f"embedded with {DEFAULT_MODEL}; the set was made with another/model" in found.sentence
    like = await explain(server, embedder, Query(b"people", ByElement(b"Marie Curie")), b"Linus Pauling")
    assert like.cause is Cause.FOUND, "the model does not matter for an element"


async def test_a_set_of_another_dimension(newest: RedisServer, embedder: Embedder) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    found = await explain(newest, embedder, Query(b"k", ByText("science")), b"a")
    assert found.cause is Cause.MODEL
    assert "vectors of 2 dimensions" in found.sentence


async def test_a_filter_names_the_clause_that_rejects(server: RedisServer, embedder: Embedder) -> None:
    await load_people(server, embedder)
    query = Query(b"people", ByText("science"), ".born > 1800 and .died > 2000")
    found = await explain(server, embedder, query, b"Marie Curie")
    assert (found.cause, found.rank) == (Cause.FILTER, None)
    assert ".died > 2000 is false, died is 1934" in found.sentence


async def test_what_is_among_the_results_is_said_with_its_place(server: RedisServer, embedder: Embedder) -> None:
    await load_people(server, embedder)
    found = await explain(server, embedder, Query(b"people", ByText("science")), b"Marie Curie")
    assert (found.cause, found.sentence) == (Cause.FOUND, "The element is result 1 of 10.")


@pytest.mark.parametrize("quantization", ["NOQUANT", "Q8", "BIN"])
@pytest.mark.parametrize("filter_", ["", ".rare == 1"])
async def test_the_exact_rank_is_that_of_a_complete_ranking(
    server: RedisServer, embedder: Embedder, quantization: str, filter_: str
) -> None:
    fill_clusters(server, (quantization, "M", 16))
    asked = ["VSIM", "k", "ELE", "e7", "WITHSCORES", "COUNT", 1_500, "TRUTH"]
    reply = server.client().execute_command(*asked, *(["FILTER", filter_] if filter_ else []))
    scores = {name: float(score) for name, score in zip(reply[::2], reply[1::2], strict=True)}
    for element in sorted(scores)[:: max(1, len(scores) // 8)]:
        rank = 1 + sum(score > scores[element] for score in scores.values())
        query = Query(b"k", ByElement(b"e7"), filter_, SearchOptions(3, exact=True))
        found = await explain(server, embedder, query, element)
        if found.cause is Cause.RANK:
            assert found.rank == rank
            assert found.score == pytest.approx(scores[element], abs=1e-6)
            assert found.options is not None
            mended = await explain(server, embedder, Query(b"k", query.source, filter_, found.options), element)
            assert mended.cause is Cause.FOUND or rank == found.rank
        else:
            assert found.cause is Cause.FOUND
            assert rank <= 3


async def test_a_distance_beyond_epsilon(server: RedisServer, embedder: Embedder) -> None:
    await load_people(server, embedder)
    query = Query(b"people", ByText("science"), "", SearchOptions(8, epsilon=0.3))
    found = await explain(server, embedder, query, b"Freddie Mercury")
    assert found.cause is Cause.EPSILON
    value = float(found.mend.partition("--epsilon ")[2].partition(",")[0].partition(" ")[0])
    again = Query(b"people", ByText("science"), "", SearchOptions(8, epsilon=value))
    assert (await explain(server, embedder, again, b"Freddie Mercury")).cause is Cause.FOUND


async def test_the_smallest_effort_that_finds_it_is_named(server: RedisServer, embedder: Embedder) -> None:
    fill_random(server)
    for filter_, option, options in (
        ("", "--ef", SearchOptions(5, ef=5)),
        (".rare == 1", "--filter-ef", SearchOptions(10, filter_ef=20)),
    ):
        asked = ["VSIM", "k", "ELE", "e7", "COUNT", options.count, "TRUTH"]
        exact = server.client().execute_command(*asked, *(["FILTER", filter_] if filter_ else []))
        missed = 0
        for element in exact:
            found = await explain(server, embedder, Query(b"k", ByElement(b"e7"), filter_, options), element)
            if found.cause is Cause.FOUND:
                continue
            assert found.options is not None
            mended = Query(b"k", ByElement(b"e7"), filter_, found.options)
            assert (await explain(server, embedder, mended, element)).cause is Cause.FOUND
            if found.cause is Cause.UNREACHABLE:
                continue
            missed += 1
            assert found.cause is Cause.SEARCH
            assert found.mend.startswith(f"Use {option} ")
            assert not found.options.exact
        assert missed, option


async def test_an_element_that_the_graph_does_not_reach(server: RedisServer, embedder: Embedder) -> None:
    unreachable = fill_clusters(server)
    assert unreachable
    query = Query(b"k", ByElement(b"e0"), "", SearchOptions(1_500))
    found = await explain(server, embedder, query, unreachable[0])
    assert found.cause is Cause.UNREACHABLE
    assert "links on level 0" in found.sentence
    assert found.options is not None
    again = Query(b"k", query.source, "", found.options)
    assert (await explain(server, embedder, again, unreachable[0])).cause is Cause.FOUND


async def test_what_quantization_loses(newest: RedisServer, embedder: Embedder) -> None:
    texts = [f"a note about {thing} number {number}" for thing in ("wine", "beer") for number in range(60)]
    await embedder.open()
    pipe = newest.client().pipeline(transaction=False)
    originals = [embedder.run_documents([text])[0] for text in texts]
    for text, vector in zip(texts, originals, strict=True):
        attributes = json.dumps({"text": text})
        pipe.execute_command("VADD", "k", "FP32", vector, text, "SETATTR", attributes)
    pipe.execute()
    matrix = np.array([np.frombuffer(one, "<f4") for one in originals])
    lost = 0
    for query in ("a drink from grapes", "fermented apples", "breakfast", "honey", "pirates", "note 7", "wine 31"):
        vector = (await embedder.embed(query)).vector
        order = np.argsort(-(matrix @ np.frombuffer(vector, "<f4")), kind="stable")
        for count in (1, 3, 5, 10, 20, 30):
            element = texts[int(order[count - 1])].encode()
            question = Query(b"k", ByText(query), "", SearchOptions(count, exact=True))
            found = await explain(newest, embedder, question, element, "text")
            assert found.cause in (Cause.FOUND, Cause.QUANTIZATION, Cause.RANK)
            lost += found.cause is Cause.QUANTIZATION
    assert lost, "elements so close to each other change places when they are rounded"


async def test_the_words_that_carry_the_similarity(newest: RedisServer, embedder: Embedder) -> None:
    text = "The ship crossed a stormy ocean while the crew sang"
    await embedder.open()
    pipe = newest.client()
    pipe.execute_command(
        "VADD", "k", "FP32", embedder.run_documents([text])[0], "a", "SETATTR", json.dumps({"text": text, "n": 1})
    )
    explorer = Explorer(Where(newest.target), embedder)
    await explorer.connect()
    found = await explorer.explanations.words(Query(b"k", ByText("a rough sea")), b"a")
    weights = {one.text: one.weight for one in found.pieces}
    assert max(weights, key=lambda word: weights[word]) in ("ocean", "stormy")
    without = (await embedder.embed(text.replace("ocean", "").replace("  ", "  "))).vector
    query = np.frombuffer((await embedder.embed("a rough sea")).vector, "<f4")
    whole = np.frombuffer(embedder.run_documents([text])[0], "<f4")
    drop = float(whole @ query - np.frombuffer(without, "<f4") @ query) / 2
    assert weights["ocean"] == pytest.approx(drop, abs=2e-3)
    await explorer.close()


def command(server: RedisServer, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = vsexplorer("why", *arguments, "--json", *server.options)
    return done.returncode, json.loads(done.stdout)


async def test_the_command(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    code, found = command(newest, "people", "science", "Freddie Mercury", "--count", "3")
    assert (code, found["cause"], found["mend"].split(":")[0]) == (1, "rank", f"Ask for {found['rank']} results")
    assert [one["step"] for one in found["steps"]] == ["exists", "model", "found", "rank"]
    code, found = command(newest, "people", "science", "Marie Curie")
    assert (code, found["cause"]) == (0, "found")
    description = next(one["description"] for one in GOLDEN["people"] if one["name"] == "Marie Curie")
    newest.client().execute_command("VSETATTR", "people", "Marie Curie", json.dumps({"description": description}))
    code, found = command(newest, "people", "= science + @Linus Pauling", "Marie Curie", "--words")
    assert code == 0
    assert " ".join(one["word"] for one in found["words"]) == description
    assert [one["term"] for one in found["terms"]] == ["“science”", "@Linus Pauling"]
    assert sum(one["share"] for one in found["terms"]) == pytest.approx(2 * found["score"] - 1, abs=5e-3)
    table = vsexplorer("why", "people", "science", "Freddie Mercury", "--format", "table", *newest.options).stdout
    assert "✓ exists: The element exists." in table
    nothing = vsexplorer("why", "people", " ", "Marie Curie", *newest.options)
    assert (nothing.returncode, "Without a query" in nothing.stderr) == (2, True)


async def test_varied_results_leave_out_an_element_for_a_better_one(
    newest: RedisServer, embedder: Embedder
) -> None:
    await load_people(newest, embedder)
    client = newest.client()
    for place, element in enumerate(client.execute_command("VRANDMEMBER", "people", 100)):
        client.execute_command("VSETATTR", "people", element, json.dumps({"kind": place % 3}))
    query = Query(b"people", ByText("science"), "", SearchOptions(10, group_by="kind"))
    explorer = Explorer(Where(newest.target), embedder)
    await explorer.connect()
    try:
        shown = {hit.element for hit in (await explorer.search.answer(query)).hits}
        plain = await explorer.search.answer(Query(b"people", ByText("science"), "", SearchOptions(10)))
        left_out = next(hit.element for hit in plain.hits if hit.element not in shown)
        found = await explorer.explanations.why(query, left_out)
        assert found.cause is Cause.VARIETY
        assert found.options is not None
        mended = Query(b"people", ByText("science"), "", found.options)
        assert left_out in {hit.element for hit in (await explorer.search.answer(mended)).hits}
        chosen = await explorer.explanations.why(query, next(iter(shown)))
        assert chosen.cause is Cause.FOUND
    finally:
        await explorer.close()


async def test_elements_that_are_exactly_as_similar(server: RedisServer, embedder: Embedder) -> None:
    await embedder.open()
    pipe = server.client().pipeline(transaction=False)
    for place in range(20):
        pipe.execute_command("VADD", "k", "VALUES", 3, 1, 2, 3, f"e{place}", "NOQUANT")
    pipe.execute()
    query = Query(b"k", ByElement(b"e0"), "", SearchOptions(5, exact=True))
    causes = set()
    for place in range(20):
        found = await explain(server, embedder, query, f"e{place}".encode())
        causes.add(found.cause)
        if found.cause is Cause.RANK:
            assert "exactly as similar" in found.sentence
            assert found.options is not None
            assert found.options.count == 20
    assert causes == {Cause.FOUND, Cause.RANK}


async def test_an_element_without_a_name_is_refused(server: RedisServer, embedder: Embedder) -> None:
    await load_people(server, embedder)
    with pytest.raises(UsageError, match="no name"):
        await explain(server, embedder, Query(b"people", ByText("science")), b"")
