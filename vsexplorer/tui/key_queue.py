"""A queue of keys: each key is handled completely before the next one is dispatched.

Textual sends a key to the widget that has the focus when the key is read. The effect of the previous key, such as
moving the focus or opening a screen, may still be pending then, so that a fast key reaches the wrong widget.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen

_PATIENCE = 1.0
"""Seconds after which an unhandled key no longer blocks the keys behind it."""
_LATER = 0.06
"""Seconds before checking that a key has been handled, unless another key is waiting: drawing goes first."""
_HELD = 5.0
"""Maximum seconds that keys wait for a dialog to open: the server may be slow to answer."""
_LOOK = 0.005
"""Seconds between checks whether the dialog is open."""

type KeyEvent = events.Key | events.Paste


class KeyQueue:
    """Passes keys and pastes on one at a time.

    Args:
        app: The application.
        dispatch: Handles a key the way Textual does.
    """

    def __init__(self, app: App[Any], dispatch: Callable[[KeyEvent], Awaitable[None]]) -> None:
        self._app = app
        self._dispatch = dispatch
        self._waiting: deque[KeyEvent] = deque()
        self._held: list[Screen[Any]] = []
        self._settling: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._wanted = asyncio.Event()
        """Set when another key or ``settled`` waits for the last dispatched key."""

    async def put(self, event: KeyEvent) -> None:
        """Handle a key once those before it have been handled."""
        self._waiting.append(event)
        self._wanted.set()
        if self._idle.is_set():
            self._idle.clear()
            await self._next()

    def forget_waiting(self) -> None:
        """Drop the keys that have been typed but not handled yet."""
        self._waiting.clear()

    async def settled(self) -> None:
        """Wait until every key that was put in has been handled."""
        self._wanted.set()
        await self._idle.wait()

    def hold(self) -> Callable[[], None]:
        """Hold keys until the active screen changes or the returned function is called; may be repeated."""
        screen = self._app.screen
        if screen not in self._held:
            self._held.append(screen)

        def release() -> None:
            if screen in self._held:
                self._held.remove(screen)

        return release

    async def _next(self) -> None:
        if not self._waiting:
            # ``forget_waiting`` dropped the keys meanwhile.
            self._idle.set()
            return
        # Once its dialog is open, a change no longer blocks keys, however long the server takes.
        self._held = [screen for screen in self._held if screen is self._app.screen]
        event = self._waiting.popleft()
        self._wanted.clear()
        if self._waiting:
            self._wanted.set()
        try:
            await self._dispatch(event)
        finally:
            self._settling = asyncio.get_running_loop().create_task(self._settle())

    async def _settle(self) -> None:
        """Wait until the key has been handled, then pass the next one on in the application's own task."""
        try:
            await self._wait_until_handled()
        finally:
            # An application that is closing accepts no more callbacks.
            if not self._waiting or not self._app.call_later(self._next):
                self._idle.set()

    async def _wait_until_handled(self) -> None:
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LATER):
                await self._wanted.wait()
        deadline, held = loop.time() + _PATIENCE, loop.time() + _HELD
        quiet = 0
        while quiet < 2 and loop.time() < deadline:
            quiet = quiet + 1 if await self._round(deadline) else 0
            while self._app.screen in self._held and loop.time() < held:
                quiet = 0
                await asyncio.sleep(_LOOK)
                deadline = loop.time() + _PATIENCE

    async def _round(self, deadline: float) -> bool:
        """Process all queued messages once; returns whether the screen, focus and queues were left unchanged."""
        screen, focused = self._app.screen, self._app.focused
        pumps = [self._app, *(focused or screen).ancestors_with_self]
        await _handled(pumps, deadline)
        return (
            (screen, focused) == (self._app.screen, self._app.focused)
            and screen.is_mounted
            and not any(pump.message_queue_size for pump in pumps)
        )


async def _handled(pumps: Iterable[MessagePump], deadline: float) -> None:
    """Wait until each message pump has handled what is in its queue now."""
    left = 0
    done = asyncio.Event()

    def count() -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    left = sum(pump.call_later(count) for pump in dict.fromkeys(pumps))
    if left:
        try:
            async with asyncio.timeout_at(deadline):
                await done.wait()
        except TimeoutError:
            return
