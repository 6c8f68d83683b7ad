"""Servers that refuse, stay silent, speak TLS, or are something else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from tests.support.servers import RedisServer, free_port
from vsexplorer.core import errors
from vsexplorer.server.node_connection import NodeConnection
from vsexplorer.server.session import Session
from vsexplorer.server.target import Target, Tls, Where
from vsexplorer.vectorset.store import VectorSetStore


async def test_a_refused_port_is_named_with_a_way_out() -> None:
    target = Target(port=free_port())
    with pytest.raises(
        errors.ConnectionFailed, match=f"127.0.0.1:{target.port}: the connection was refused"
    ) as caught:
        await Session.open(Where(target))
    assert "--private" in caught.value.hint


async def test_a_missing_socket_and_an_unknown_host() -> None:
    with pytest.raises(errors.ConnectionFailed, match="no such socket"):
        await Session.open(Where(Target(socket="/nowhere/redis.sock")))
    with pytest.raises(errors.ConnectionFailed, match="host name is unknown"):
        await Session.open(Where(Target(host="no-such-host.invalid")))


async def test_a_silent_server_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = Target(port=silent.getsockname()[1])
        with pytest.raises(errors.TimedOut, match="did not answer in time"):
            await Session.open(Where(target, timeout=0.2))


async def test_what_is_no_redis_is_called_that() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    with pytest.raises(errors.ConnectionFailed, match="not a Redis server"):
        await Session.open(Where(Target(port=listening.sockets[0].getsockname()[1])))
    listening.close()


async def test_a_password_for_a_server_that_has_none(newest: RedisServer) -> None:
    with pytest.raises(errors.PermissionDenied, match="leave the password out"):
        await Session.open(Where(replace(newest.target, password="x")))


async def test_passwords(newest_binary: Path) -> None:
    with RedisServer(newest_binary, "--requirepass", "right") as server:
        for password, words in (("", "requires a password"), ("wrong", "refuses this user name and password")):
            with pytest.raises(errors.PermissionDenied, match=words):
                await Session.open(Where(replace(server.target, password=password)))
        session = await Session.open(Where(replace(server.target, password="right")))
        await session.close()


@pytest.fixture
async def other_server() -> AsyncIterator[Target]:
    """What answers like a Valkey, which has no vector sets."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                await reader.readline()
                words.append((await reader.readline()).strip())
            name = words[0].upper()
            text = b"# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.0.1"
            replies = {b"INFO": b"$%d\r\n%s\r\n" % (len(text), text), b"CLIENT": b"+OK\r\n", b"SELECT": b"+OK\r\n"}
            writer.write(replies.get(name, b"-ERR unknown command '%s', with args beginning with: \r\n" % name))
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield Target(port=listening.sockets[0].getsockname()[1])
    listening.close()


async def test_a_server_without_vector_sets_is_named_as_such(other_server: Target) -> None:
    with pytest.raises(errors.NoVectorSets, match=r"is Valkey 9\.0\.1, which has no vector sets") as caught:
        await Session.open(Where(other_server))
    assert "Redis 8.0 or newer" in caught.value.hint


async def test_redis_7_is_named_as_such(redis_7_binary: Path) -> None:
    words = r"is Redis 7\.\d+\.\d+, which has no vector sets"
    with RedisServer(redis_7_binary) as server, pytest.raises(errors.NoVectorSets, match=words):
        await Session.open(Where(server.target))


async def test_an_idle_connection_closed_by_the_server_is_replaced(newest: RedisServer) -> None:
    store = await VectorSetStore.open(NodeConnection(newest.target))
    newest.client().execute_command("CLIENT", "KILL", "TYPE", "normal")
    assert await store.connection.call(b"PING") == b"PONG"
    await store.close()


async def test_a_slow_command_holds_up_no_other(newest: RedisServer) -> None:
    connection = NodeConnection(newest.target)
    slow = asyncio.create_task(connection.call(b"BLPOP", "nothing", 2))
    await asyncio.sleep(0.05)
    assert await connection.call(b"PING") == b"PONG"
    assert not slow.done()
    newest.client().rpush("nothing", "x")
    await slow
    await connection.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, trustme.CA]:
    """A certificate authority with a server's and a client's certificate in one folder."""
    folder = tmp_path_factory.mktemp("tls")
    made = trustme.CA()
    made.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = made.issue_cert("redis.test", "127.0.0.1")
    server.private_key_pem.write_to_path(str(folder / "server.key"))
    server.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    client = made.issue_cert("client.test")
    client.private_key_pem.write_to_path(str(folder / "client.key"))
    client.cert_chain_pems[0].write_to_path(str(folder / "client.pem"))
    return folder, made


async def test_tls_with_client_certificate_server_name_and_without_trust(
    oldest_binary: Path, authority: tuple[Path, trustme.CA]
) -> None:
    folder, _ = authority
    port = free_port()
    arguments = ["--tls-port", str(port), "--tls-cert-file", f"{folder}/server.pem"]
    arguments += ["--tls-key-file", f"{folder}/server.key", "--tls-ca-cert-file", f"{folder}/ca.pem"]
    trusted = Tls(cacert=f"{folder}/ca.pem", cert=f"{folder}/client.pem", key=f"{folder}/client.key")
    with RedisServer(oldest_binary, *arguments):
        for tls in (trusted, replace(trusted, sni="redis.test"), replace(trusted, cacert="", insecure=True)):
            session = await Session.open(Where(Target(port=port, tls=tls)))
            assert session.target.label == f"rediss://127.0.0.1:{port}/0"
            await session.close()
        for tls, words in (
            (replace(trusted, cacert=""), "No TLS connection"),
            (replace(trusted, sni="other.test"), "No TLS connection"),
        ):
            with pytest.raises(errors.ConnectionFailed, match=words):
                await Session.open(Where(Target(port=port, tls=tls)))
        with pytest.raises(errors.ConnectionFailed):
            await Session.open(Where(Target(port=port)))
