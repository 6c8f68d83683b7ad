"""State shared by the screens: the open set, the selection, and the services."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.signal import Signal

from vsexplorer.core.columns import Arrangement
from vsexplorer.core.values import SetInfo
from vsexplorer.services.set_memory import SetMemory
from vsexplorer.tui.selection import Selection
from vsexplorer.tui.services.connection import ConnectionService
from vsexplorer.tui.services.edit_flow import Dialogs, EditFlow

if TYPE_CHECKING:
    from vsexplorer.services.explorer import Explorer


class Session:
    """State of one run of the application that several screens share; independent of any screen.

    Args:
        connection: The connection and the explorer behind it.
        memory: What is remembered of the open set.
        remapped: Keys remapped in the configuration.
        write: Whether changes are allowed.
        dialogs: Dialogs that ask the user before a change.
        run: Runs a change in the background; keys wait until its dialog is open.
        say: Shows a message on the active screen; the flag marks an error.
        changed: Publishes the key of a set changed by this application.
        connect_again: Makes another connection to the same server, with a model of its own.
    """

    def __init__(
        self,
        connection: ConnectionService,
        memory: SetMemory,
        remapped: Mapping[str, str],
        write: bool,
        dialogs: Dialogs,
        run: Callable[[Coroutine[Any, Any, Any]], None],
        changed: Signal[bytes],
        say: Callable[[str, bool], None],
        connect_again: Callable[[], ConnectionService],
    ) -> None:
        self._say = say
        self._connect_again = connect_again
        self.connection = connection
        self.memory = memory
        self.remapped = remapped
        self.write = write
        self.changed = changed
        self.run = run
        self.dialogs = dialogs
        self.selection = Selection()
        self.edits = EditFlow(lambda: connection.explorer, dialogs, say, changed.publish, write)
        self.info: SetInfo | None = None
        """The open set."""
        self.embedded_fields: Sequence[str] = ()
        """The attributes from which the open set's vectors were made, where that is recorded."""

    async def beside(self, key: bytes, model: str = "") -> Session:
        """Open a set beside this one, over a connection and with a model of its own; nothing of it is remembered.

        Args:
            key: The set.
            model: The model to search with; empty for the one that is known for the set.

        Raises:
            VsexplorerError: the server cannot be reached, there is no such set, or the model cannot be loaded.
        """
        connection = self._connect_again()
        explorer = await connection.prepare()
        try:
            await connection.connect()
            info, record = await explorer.sets.described(key)
            if model:
                await explorer.models.use(model)
            else:
                await explorer.models.suit("", record)
        except BaseException:
            await connection.close()
            raise
        found = Session(
            connection,
            SetMemory(None, False, lambda words: self._say(words, True)),
            self.remapped,
            False,
            self.dialogs,
            self.run,
            self.changed,
            self._say,
            self._connect_again,
        )
        found.info = info
        return found

    @property
    def explorer(self) -> Explorer:
        """The services for the sets of the database."""
        return self.connection.explorer

    @property
    def arrangement(self) -> Arrangement:
        """The columns of the open set."""
        return self.memory.arrangement

    def arrange(self, arrangement: Arrangement) -> None:
        """Set and remember the column arrangement of the open set."""
        self.memory.arrange(arrangement)
