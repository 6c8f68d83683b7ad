"""Every question to the server, on the oldest and the newest version."""

import pytest

from tests.support.servers import RedisServer, fill
from vsexplorer.core import errors
from vsexplorer.core.values import SearchOptions, SetInfo
from vsexplorer.vectorset.store import VectorSetStore

POINTS = [
    ("A", (1.0, 0.0), '{"size": 1, "tags": ["x", "y"]}'),
    ("B", (0.0, 1.0), '{"size": 2}'),
    ("C", (-1.0, 0.0), None),
    ("D", (-0.5, -1.0), "not json"),
]


@pytest.fixture
async def points(server: RedisServer, store: VectorSetStore) -> SetInfo:
    fill(server.client(), "pt", POINTS, "NOQUANT")
    return await store.info(b"pt")


async def test_capabilities_are_found_by_asking(store: VectorSetStore, points: SetInfo) -> None:
    await store.search(points, "", SearchOptions(), like=b"A")
    able = store.capabilities
    oldest = able.version.startswith("8.0.")
    assert able.product == "Redis"
    assert (able.vrange, able.withattribs, able.filter_null) == ((not oldest,) * 3)


async def test_a_set_is_described(points: SetInfo) -> None:
    assert (points.size, points.dimension, points.input_dimension) == (4, 2, 2)
    assert (points.quantization, points.links, points.with_attributes) == ("f32", 16, 3)


async def test_hits_carry_scores_and_attributes_in_order(store: VectorSetStore, points: SetInfo) -> None:
    answer = await store.search(points, "", SearchOptions(), like=b"A")
    assert [hit.element for hit in answer.hits] == [b"A", b"B", b"D", b"C"]
    assert [hit.score for hit in answer.hits] == pytest.approx([1, 0.5, 0.276, 0], abs=0.001)
    assert [hit.attributes for hit in answer.hits] == [
        b'{"size": 1, "tags": ["x", "y"]}',
        b'{"size": 2}',
        b"not json",
        None,
    ]
    assert answer.command.startswith("VSIM pt ELE A COUNT 10 WITHSCORES")
    assert answer.milliseconds > 0


async def test_the_options_do_what_they_say(store: VectorSetStore, points: SetInfo) -> None:
    async def names(filter: str = "", **options: object) -> list[bytes]:
        wanted = SearchOptions(**options)  # type: ignore[arg-type]
        return [hit.element for hit in (await store.search(points, filter, wanted, like=b"A")).hits]

    assert await names(count=2) == [b"A", b"B"]
    assert await names(epsilon=0.1) == [b"A"]
    assert await names(exact=True) == [b"A", b"B", b"D", b"C"]
    assert await names(".size > 1") == [b"B"]
    assert await names("  .size > 1  ", filter_ef=10, ef=50, exact=True) == [b"B"]
    assert await names('"x" in .tags') == [b"A"]
    assert await names("   ") == [b"A", b"B", b"D", b"C"]


async def test_matches_are_counted(store: VectorSetStore, points: SetInfo) -> None:
    assert await store.count(points, ".size > 0") == 2
    assert await store.count(points, ".size > 1") == 1
    assert await store.count(points, ".nope") == 0


async def test_names_and_attributes_may_be_any_bytes(server: RedisServer, store: VectorSetStore) -> None:
    name, attributes = b"\xff\x00 \x1b[2J\n", b"\xfe\x00"
    server.client().execute_command("VADD", "k", "VALUES", 2, 1, 0, name, "SETATTR", attributes)
    info = await store.info(b"k")
    answer = await store.search(info, "", SearchOptions(), like=name)
    assert (answer.hits[0].element, answer.hits[0].attributes) == (name, attributes)
    assert "\x1b" not in answer.command
    assert (await store.element(info, name)).attributes == attributes
    assert [hit.element for hit in (await store.first(b"k", 5)).hits] == [name]


async def test_the_first_elements_come_in_order_or_are_called_a_sample(
    store: VectorSetStore, points: SetInfo
) -> None:
    answer = await store.first(points.key, 3)
    if store.capabilities.vrange:
        assert [hit.element for hit in answer.hits] == [b"A", b"B", b"C"]
        assert answer.notes == ()
    else:
        assert len(answer.hits) == 3
        assert "random sample" in answer.notes[0]
    assert {hit.attributes for hit in answer.hits} <= {
        b'{"size": 1, "tags": ["x", "y"]}',
        b'{"size": 2}',
        b"not json",
        None,
    }
    assert {hit.score for hit in answer.hits} == {None}


async def test_a_reduced_set_is_asked_with_the_dimension_it_was_given(
    server: RedisServer, store: VectorSetStore
) -> None:
    import struct

    vector = struct.pack("<8f", *range(1, 9))
    server.client().execute_command("VADD", "r", "REDUCE", 3, "FP32", vector, "e")
    info = await store.info(b"r")
    assert (info.dimension, info.input_dimension, info.reduced) == (3, 8, True)
    answer = await store.search(info, "", SearchOptions(), vector=vector)
    assert answer.hits[0].element == b"e"
    assert answer.hits[0].score == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("filter", "near"),
    [(".size = 1", " 1"), (".size >", ".size >"), ("(.size > 1", "(.size > 1"), ('.name == "x', '"x')],
)
async def test_a_filter_the_server_cannot_read(
    store: VectorSetStore, points: SetInfo, filter: str, near: str
) -> None:
    with pytest.raises(errors.FilterRefused) as caught:
        await store.search(points, filter, SearchOptions(), like=b"A")
    assert near in caught.value.near


async def test_what_is_not_there_is_said(server: RedisServer, store: VectorSetStore, points: SetInfo) -> None:
    with pytest.raises(errors.NotFound):
        await store.info(b"nothing")
    with pytest.raises(errors.NotFound):
        await store.search(points, "", SearchOptions(), like=b"nobody")
    with pytest.raises(errors.NotFound):
        await store.element(points, b"nobody")
    server.client().set("text", "x")
    with pytest.raises(errors.WrongType):
        await store.info(b"text")
    with pytest.raises(errors.DimensionMismatch, match="3 dimensions, the vector set 2"):
        await store.search(points, "", SearchOptions(), vector=bytes(12))


async def test_a_set_deleted_meanwhile_gives_no_hits(
    server: RedisServer, store: VectorSetStore, points: SetInfo
) -> None:
    server.client().delete("pt")
    assert (await store.search(points, "", SearchOptions(), like=b"A")).hits == ()
    assert (await store.first(b"pt", 3)).hits == ()


async def test_only_vector_sets_are_listed(server: RedisServer, store: VectorSetStore, points: SetInfo) -> None:
    client = server.client()
    client.mset({f"text {number}": "x" for number in range(3000)})
    for number in range(50):
        fill(client, f"set {number}", POINTS[:1])
    everything = store.keys()
    found = [key async for page in everything for key in page]
    assert sorted(set(found)) == sorted([b"pt", *(f"set {number}".encode() for number in range(50))])
    matching = store.keys(b"set 1*")
    assert {key async for page in matching for key in page} == {
        b"set 1",
        *(f"set 1{number}".encode() for number in range(10)),
    }


async def test_a_users_missing_rights_are_named(server: RedisServer) -> None:
    from dataclasses import replace

    from vsexplorer.server.node_connection import NodeConnection

    client = server.client()
    fill(client, "pt", POINTS)
    granted = "+scan +ping +info +vcard +vinfo +vrandmember +vsim +client +select"
    if not client.info("server")["redis_version"].startswith("8.0."):
        granted += " +vrange"
    client.execute_command("ACL", "SETUSER", "half", "on", ">pw", "~*", *granted.split())
    opened = await VectorSetStore.open(NodeConnection(replace(server.target, username="half", password="pw")))
    try:
        answer = await opened.first(b"pt", 10)
        assert {hit.attributes for hit in answer.hits} == {None}
        assert "no permission to read attributes" in answer.notes[-1]
        with pytest.raises(errors.PermissionDenied, match="VEMB") as caught:
            await opened.element(await opened.info(b"pt"), b"A")
        assert "+vemb\n" in caught.value.hint
    finally:
        await opened.close()
        client.execute_command("ACL", "DELUSER", "half")
