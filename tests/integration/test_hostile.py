"""Hostile data through every command: nothing but text is printed, and nothing ends without a sentence."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import hostile
from tests.support.servers import RedisServer
from vsexplorer.cli.main import run
from vsexplorer.output.formats import FORMATS

_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
_CODES = {0, 1, 2}

_TEXT_FORMATS = [name for name in FORMATS if name != "csv"]
"""CSV that is not for a terminal is data, byte for byte; on a terminal it is sanitized, see the export tests."""


def about_the_set(key: str) -> list[list[str]]:
    asked = (
        ["sets"],
        ["show", key],
        ["query", key],
        ["query", key, "--filter", ".n > 0"],
        ["browse", key],
        ["recall", key, "--number", "2", "--budget", "100"],
    )
    return [[*words, "--format", chosen] for words in asked for chosen in _TEXT_FORMATS] + [["fields", key]]


def about_the_element(key: str, name: str) -> list[list[str]]:
    asked = (["show", key, name], ["query", key, "--like", name], ["neighbours", key, name])
    return [[*words, "--format", chosen] for words in asked for chosen in ("table", "json")]


def check(server: RedisServer, capsys: pytest.CaptureFixture[str], commands: list[list[str]]) -> None:
    for command, *rest in commands:
        words = [word for word in rest if word not in ("--format", "--like", "--filter")]
        # A name that begins with a dash would be an option, and no program can be given a zero byte.
        if any("\0" in word or word.startswith("-") for word in words):
            continue
        code = run([command, *server.options, *rest])
        printed = capsys.readouterr()
        assert code in _CODES, (command, rest, printed.err)
        assert "Unexpected error" not in printed.err
        for text in (printed.out, printed.err):
            found = hostile.FORBIDDEN.search(text.replace("\n", "").replace("\t", ""))
            assert found is None, (command, rest, text[max(0, found.start() - 40) : found.end() + 40])
        if "plain" in rest and command in ("sets", "browse"):
            assert len({line.count("\t") for line in printed.out.splitlines()}) <= 1, "a line a row"


def texts(*raw: bytes) -> list[str]:
    return [one.decode("utf-8", "surrogateescape") for one in raw]


def fill(server: RedisServer, key: bytes, elements: dict[bytes, bytes]) -> None:
    pipe = server.client().pipeline(transaction=False)
    pipe.flushall()
    for place, (name, attributes) in enumerate(elements.items()):
        pipe.execute_command("VADD", key, "VALUES", 2, place, 1, name, "SETATTR", attributes)
    pipe.execute()


def test_every_known_trick_stays_text(newest: RedisServer, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = hostile.corpus()
    key = "\x1b]52;c;aGFja2Vk\x07[red]\u202ekey"
    fill(newest, key.encode(), corpus)
    check(newest, capsys, about_the_set(key))
    for name in texts(*corpus):
        check(newest, capsys, about_the_element(key, name))


@settings(max_examples=15, deadline=None, suppress_health_check=_SLOW)
@given(elements=st.dictionaries(hostile.names, hostile.attributes, min_size=1, max_size=4), key=hostile.names)
def test_no_data_is_printed_as_anything_but_text(
    newest: RedisServer, capsys: pytest.CaptureFixture[str], elements: dict[bytes, bytes], key: bytes
) -> None:
    fill(newest, key, elements)
    set_, name = texts(key, next(iter(elements)))
    check(newest, capsys, about_the_set(set_) + about_the_element(set_, name))


@pytest.mark.parametrize(
    "record",
    [b"[" * 100_000, b'{"model": ' * 100_000, b"\xff", b"[]", b'{"model": 1e999}', b'{"dimension": "2"}'],
    # pytest puts the id into the environment, which has a limit.
    ids=["lists", "objects", "no text", "list", "infinite", "text"],
)
def test_a_record_nobody_should_have_written_is_no_record(
    newest: RedisServer, capsys: pytest.CaptureFixture[str], record: bytes
) -> None:
    fill(newest, b"key", {b"a": b"{}"})
    newest.client().hset("vsexplorer:sets", "key", record)
    check(newest, capsys, about_the_set("key"))
