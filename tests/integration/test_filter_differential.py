"""Our filter language against the server's: what it accepts, and what each element's verdict is."""

from collections.abc import Sequence
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.filters import attributes, expressions
from tests.support.servers import RedisServer
from tests.support.traps import TRAPS, UNFINISHED, Trap
from vsexplorer.language.dialect import Dialect, for_version
from vsexplorer.language.evaluator import Filter
from vsexplorer.language.program import Refusal

ELEMENTS = 16
"""Elements every expression is tried on."""
QUICK, SLOW = 250, 13_000
"""Expressions tried per server version: some 8,000 and 416,000 pairs of expression and element in all."""


class Judge:
    """A server's answer beside ours."""

    def __init__(self, server: RedisServer) -> None:
        self._client: Any = server.client()
        self._client.flushall()
        version = self._client.info("server")["redis_version"]
        self.dialect: Dialect = for_version(version)
        self._names = [f"e{number}".encode() for number in range(ELEMENTS)]
        for name in self._names:
            self._client.execute_command("VADD", "k", "VALUES", 2, 1, 0, name)

    def compare(self, expression: str, elements: Sequence[bytes]) -> None:
        """Fail where we and the server differ."""
        with self._client.pipeline(transaction=False) as pipe:
            for name, stored in zip(self._names, elements, strict=True):
                pipe.execute_command("VSETATTR", "k", name, stored)
            pipe.execute()
        encoded = expression.encode("utf-8", "surrogateescape")
        argv = ("VSIM", "k", "VALUES", 2, 1, 0, "COUNT", ELEMENTS, "TRUTH", "FILTER", encoded)
        try:
            passed: set[bytes] | None = set(self._client.execute_command(*argv))
        except redis.ResponseError as error:
            if "FILTER" not in str(error):
                raise
            passed = None
        try:
            ours: Filter | None = Filter(expression, self.dialect)
        except Refusal:
            ours = None
        assert (ours is None) == (passed is None), (
            f"accepted by {'the server' if ours is None else 'us'} alone: {expression!r}"
        )
        if ours is not None and passed is not None:
            for name, stored in zip(self._names, elements, strict=True):
                verdict = ours.matches(stored)
                assert verdict == (name in passed), f"{expression!r} on {stored!r}: we say {verdict}"
                assert ours.explain(stored).match == verdict


@pytest.fixture(scope="module", params=["newest_server", "embedded_server", "oldest_server"])
def judge(request: pytest.FixtureRequest) -> Judge:
    return Judge(request.getfixturevalue(request.param))


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.expression)
def test_every_trap_is_what_we_say_it_is(judge: Judge, trap: Trap) -> None:
    elements = [
        b'{"a": %d, "x": null, "strs": ["a"], "year": 1950, "name": "x", "nums": [1]}' % number
        for number in range(ELEMENTS)
    ]
    judge.compare(trap.expression, elements)
    if trap.better is not None:
        judge.compare(trap.better, elements)


@pytest.mark.parametrize("expression", UNFINISHED)
def test_what_is_unfinished_is_refused(judge: Judge, expression: str) -> None:
    judge.compare(expression, [b"{}"] * ELEMENTS)


_pairs = (expressions, st.lists(attributes, min_size=ELEMENTS, max_size=ELEMENTS))
_health = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]


@settings(max_examples=QUICK, deadline=None, suppress_health_check=_health, print_blob=True)
@given(*_pairs)
def test_we_agree_with_the_server(judge: Judge, expression: str, elements: list[bytes]) -> None:
    judge.compare(expression, elements)


@pytest.mark.slow
@settings(max_examples=SLOW, deadline=None, suppress_health_check=_health, print_blob=True)
@given(*_pairs)
def test_we_agree_with_the_server_at_length(judge: Judge, expression: str, elements: list[bytes]) -> None:
    judge.compare(expression, elements)
