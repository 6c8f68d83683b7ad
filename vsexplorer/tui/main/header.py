"""The header: the server and its connection, and the open set."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from vsexplorer.core.errors import ServerNotReady, TimedOut, VsexplorerError
from vsexplorer.core.text import decode, plural
from vsexplorer.core.values import SetInfo
from vsexplorer.tui.services.connection import ConnectionService
from vsexplorer.tui.widgets.bars import TextBar, set_line

_NAME = "vsexplorer"


class Header(Vertical):
    """Shows the server and the open set, connects, and reconnects. Hidden on short terminals.

    Args:
        connection: The connection to show and to keep.
        write: Whether changes are allowed.
    """

    DEFAULT_CSS = """
    Header {
        height: auto;
        & > #server { color: $text-muted; }
        & > #set { text-style: bold; }
    }
    """

    class Connected(Message):
        """The connection was established; ``again`` if it had been lost."""

        def __init__(self, again: bool) -> None:
            super().__init__()
            self.again = again

    class Retrying(Message):
        """The connection is lost and is being retried; ``words`` say since when and why."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Failed(Message):
        """Connecting failed and is not retried until the user asks for it."""

        def __init__(self, error: VsexplorerError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, connection: ConnectionService, write: bool) -> None:
        super().__init__(id="header")
        self._connection = connection
        self._write = write
        self._server = TextBar(id="server")
        self._set = TextBar(id="set")
        self._news = ""
        self._connecting = False
        self._was_connected = False

    def compose(self) -> ComposeResult:
        """Server and set."""
        yield self._server
        yield self._set

    def connect(self) -> None:
        """Connect in the background, unless that is already under way."""
        if not self._connecting and not self._connection.reconnecting:
            self._connecting = True
            self._server.set_text("connecting …", _NAME)
            self.run_worker(self._connect(), group="connect", description="connecting")

    def lost(self, error: VsexplorerError) -> None:
        """Reconnect in the background after the connection was lost."""
        if self._connection.connected:
            self._connection.connected = False
            self.run_worker(self._reconnect(error), group="connect", description="reconnecting")

    def note(self, words: str = "") -> None:
        """Show text at the right of the server line; without text, the program's name."""
        if self._connection.connected:
            explorer = self._connection.explorer
            able = explorer.capabilities
            rights = "replica, read-only" if able.replica else "read-write" if self._write else "read-only"
            cluster = explorer.cluster
            if cluster is not None:
                rights = f"{rights} · {plural(len(cluster.topology.primaries), 'shard')}"
            server = f"{able.product} {able.version}"
            self._server.set_text(f"{explorer.target.label} · {server} · {rights}", words or _NAME)

    def show_set(self, info: SetInfo, model: str, made_with: str) -> None:
        """Show the open set and the model in use.

        Args:
            info: The set.
            model: The model in use.
            made_with: The model the set is known to be made with; shown if it differs from ``model``.
        """
        used, made_with = model.rpartition("/")[2], made_with.rpartition("/")[2]
        shown = f"{used} (made with {made_with})" if made_with not in ("", used) else used
        self._set.set_text(set_line(info, shown), self._news)

    def show_key(self, key: bytes) -> None:
        """Show the key of a set that cannot be described."""
        self._set.set_text(decode(key))

    def show_news(self, words: str) -> bool:
        """Show news of the set at the right; returns whether they differ from those shown."""
        if words == self._news:
            return False
        self._news = words
        self._set.set_text(self._set.left, words)
        return True

    async def _connect(self) -> None:
        try:
            await self._connection.prepare()
            await self._connection.connect()
        except ServerNotReady as error:
            await self._reconnect(error)
        except VsexplorerError as error:
            self._server.set_text("not connected", _NAME)
            self.post_message(self.Failed(error))
        else:
            self.note()
            self._tell_connected()
        finally:
            self._connecting = False

    def _tell_connected(self) -> None:
        self.post_message(self.Connected(again=self._was_connected))
        self._was_connected = True

    async def _reconnect(self, error: VsexplorerError) -> None:
        since = datetime.now().strftime("%H:%M:%S")
        what = "no answer" if isinstance(error, ServerNotReady | TimedOut) else "disconnected"
        self._server.set_text(f"{self._connection.explorer.target.label} · {what}", _NAME)

        def attempt(error: VsexplorerError) -> None:
            reason = error.message.rpartition(": ")[2]
            self.post_message(self.Retrying(f"{what} since {since}, retrying every few seconds: {reason}"))

        try:
            await self._connection.reconnect(error, attempt)
        except VsexplorerError as failure:
            self.post_message(self.Failed(failure))
        else:
            self.note(f"reconnected at {datetime.now():%H:%M:%S}" if self._was_connected else "")
            self._tell_connected()
