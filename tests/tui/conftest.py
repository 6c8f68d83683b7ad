"""The published example, open in the screen."""

from collections.abc import AsyncIterator

import pytest

from tests.support.servers import RedisServer
from tests.tui.driving import Driver, load_people, running
from vsexplorer.embedding.embedder import Embedder


@pytest.fixture
async def people(newest: RedisServer, embedder: Embedder) -> AsyncIterator[Driver]:
    await load_people(newest, embedder)
    async with running(newest, embedder, key=b"people") as driver:
        yield driver
