"""Keys one at a time, on a bare application without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.screen import Screen

from vsexplorer.tui.key_queue import KeyEvent, KeyQueue


class Typing(App[None]):
    """Takes note of the keys that are passed on."""

    def __init__(self, forgets: bool = False) -> None:
        super().__init__()
        self.queue = KeyQueue(self, self._take)
        self.taken: list[str] = []
        self._forgets = forgets

    async def _take(self, event: KeyEvent) -> None:
        assert isinstance(event, events.Key)
        self.taken.append(event.key)

    def call_later(self, callback: Callable[..., Any], *arguments: Any, **options: Any) -> bool:
        if self._forgets and callback.__name__ == "_next":
            self.queue.forget_waiting()
        return super().call_later(callback, *arguments, **options)

    async def type(self, text: str) -> None:
        for character in text:
            await self.queue.put(events.Key(character, character))


async def test_keys_are_passed_on_in_their_order() -> None:
    app = Typing()
    async with app.run_test():
        await app.type("abc")
        await app.queue.settled()
        assert app.taken == ["a", "b", "c"]


async def test_keys_that_are_forgotten_hold_up_none_that_follow() -> None:
    app = Typing(forgets=True)
    async with app.run_test() as pilot:
        await app.type("ab")
        await pilot.pause(0.2)
        await app.type("c")
        await app.queue.settled()
        assert app.taken == ["a", "c"]


async def test_keys_wait_for_a_dialog_and_then_no_longer() -> None:
    app = Typing()
    async with app.run_test() as pilot:
        await app.type("d")
        app.queue.hold()
        await app.type("x")
        await pilot.pause(0.1)
        assert app.taken == ["d"], "the dialog is not there yet"
        await app.push_screen(Screen())
        await app.queue.settled()
        await app.type("y")
        await app.queue.settled()
        app.pop_screen()
        await pilot.pause()
        await app.type("z")
        await app.queue.settled()
        assert app.taken == ["d", "x", "y", "z"], "the change is still under way, but nobody waits for it"


async def test_keys_left_over_when_the_application_ends_hold_up_nobody() -> None:
    app = Typing()
    async with app.run_test() as pilot:
        await app.type("ab")
        app.exit()
        await pilot.pause()
    async with asyncio.timeout(5):
        await app.queue.settled()


async def test_a_key_whose_handling_fails_holds_up_none_that_follow() -> None:
    class Failing(Typing):
        async def _take(self, event: KeyEvent) -> None:
            await super()._take(event)
            if self.taken == ["a"]:
                raise ValueError("spoilt")

    app = Failing()
    async with app.run_test():
        with pytest.raises(ValueError, match="spoilt"):
            await app.type("a")
        await app.type("b")
        async with asyncio.timeout(5):
            await app.queue.settled()
        assert app.taken == ["a", "b"]
