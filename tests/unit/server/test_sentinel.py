"""The addresses of Sentinels and of servers reached under another address."""

from __future__ import annotations

import pytest

from vsexplorer.core.errors import UsageError
from vsexplorer.server.sentinel import PORT, parse_sentinels
from vsexplorer.server.target import Target
from vsexplorer.server.topology import mapped


def test_sentinels_are_not_sent_the_password_of_the_server() -> None:
    server = Target("db", 6379, username="me", password="secret", db=3)
    found = parse_sentinels("one:5000, [::1]:5001,two", server)
    assert [(one.host, one.port) for one in found] == [("one", 5000), ("::1", 5001), ("two", PORT)]
    assert {(one.username, one.password, one.db) for one in found} == {("", "", 0)}


@pytest.mark.parametrize("text", ["", "one:port", ":5000", "one:²"])
def test_an_address_of_a_sentinel_that_is_not_valid(text: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        parse_sentinels(text, Target("db", 6379))


def test_an_address_map() -> None:
    assert mapped(["10.0.0.1:6379=local:7000", "10.0.0.2=local:7001"]) == {
        "10.0.0.1:6379": ("local", 7000),
        "10.0.0.2": ("local", 7001),
    }


@pytest.mark.parametrize("pair", ["a:1", "a:1=b", "a:1=b:port", "=b:1", "a:1=:1", "a:1=b:²"])
def test_a_pair_of_an_address_map_that_is_not_valid(pair: str) -> None:
    with pytest.raises(ValueError, match=pair[:2]):
        mapped([pair])
