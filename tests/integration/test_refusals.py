"""Input and surroundings that are odd: a clear sentence, and nothing else happens."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.support.command import PROGRAM, vsexplorer
from tests.support.servers import RedisServer, fill, free_port
from vsexplorer.core.text import sanitize
from vsexplorer.server.failures import translate
from vsexplorer.server.private_server import PrivateServer
from vsexplorer.server.target import Target, Tls

HALF = '{"t": "half \\ud800"}'


@pytest.mark.parametrize("output", ["csv", "jsonl", "json", "markdown", "plain", "table"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_no_text_ends_the_output(newest: RedisServer, output: str, encoding: str) -> None:
    fill(newest.client(), "k", [("é Ж", (1.0, 0.0), HALF)])
    command = [PROGRAM, "query", "k", "@é Ж", "--format", output, *newest.options]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, env=environment, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert b"This should not" not in done.stderr
    if output == "jsonl":
        assert json.loads(done.stdout)["element"] == "é Ж"


def test_attributes_without_end_are_refused(newest: RedisServer) -> None:
    fill(newest.client(), "k", [("a", (1.0, 0.0), None)])
    done = vsexplorer("set-attributes", "k", "a", "@/dev/zero", "--yes", *newest.options)
    assert done.returncode == 2
    assert "larger than 8 MiB" in done.stderr


def test_a_configuration_nested_without_end_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("a = " + "[" * 20_000 + "]" * 20_000)
    done = vsexplorer("sets", VSEXPLORER_CONFIG=str(config))
    assert done.returncode == 2
    assert "nested too deeply" in done.stderr


def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_one(
    newest_binary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("a long name with spaces " * 5) / "run"
    long.mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    server = PrivateServer.shared(newest_binary)
    assert len(os.fsencode(server.socket)) < 100
    server.acquire()
    try:
        assert server.socket.is_socket()
        assert server.socket.parent.stat().st_mode & 0o777 == 0o700
        assert PrivateServer.shared(newest_binary).socket == server.socket, "others find the same"
    finally:
        server.release()


@pytest.mark.parametrize("home", ["/dev/null", "/proc/nowhere"])
def test_a_home_that_cannot_be_written_is_said(home: str) -> None:
    folders = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"), home)
    done = vsexplorer("sets", "--private", **folders)
    assert done.returncode == 3, done.stderr
    assert "needs the folder" in done.stderr
    assert "XDG_DATA_HOME" in done.stderr


def test_names_that_only_look_alike_are_told_apart() -> None:
    assert sanitize("a\u200bdmin") != "admin"
    assert sanitize("a\u200ddmin") == "a‹200d›dmin"
    assert sanitize("\u0645\u06cc\u200c\u062e\u0648") == "\u0645\u06cc\u200c\u062e\u0648", (
        "Persian needs its joiner"
    )
    assert sanitize("👩\u200d🔬") == "👩\u200d🔬"


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("CA cert does not include key usage extension", "keyUsage"),
        ("WRONG_VERSION_NUMBER", "leave out --tls"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "--client-key"),
        ("IP address mismatch, certificate is not valid", "--sni"),
    ],
)
def test_a_tls_failure_says_what_to_do(reason: str, hint: str) -> None:
    error = ConnectionError(reason)
    error.__cause__ = ssl.SSLError(1, reason)
    import redis

    wrapped = redis.ConnectionError(f"Error 1 connecting: {reason}")
    wrapped.__cause__ = error.__cause__
    assert hint in translate(wrapped, Target("db.example.org", 6380, tls=Tls())).hint


def test_tls_toward_a_plain_server_is_recognized(newest_binary: Path) -> None:
    with RedisServer(newest_binary, port=free_port()) as server:
        done = vsexplorer("sets", "-p", str(server.port), "--tls", "--insecure")
        assert done.returncode in (3, 4)
        assert "leave out --tls" in done.stderr


def test_a_replica_is_called_one(newest_binary: Path) -> None:
    with RedisServer(newest_binary) as replica:
        replica.client().replicaof("127.0.0.1", 1)
        assert "replica" in vsexplorer("info", *replica.options).stdout
