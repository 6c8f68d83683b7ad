"""Expected failures, each with a message, a hint and an exit code.

The message says what is wrong and where, the hint what to do. Neither ever contains a password.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of every command, one per kind of outcome."""

    OK = 0
    NOTHING = 1
    """Nothing found, or refused by the server or by vsexplorer."""
    USAGE = 2
    """A wrong option, argument, file or configuration."""
    CONNECTION = 3
    """The server cannot be reached, or denies access."""
    TIMEOUT = 4
    INTERRUPTED = 130


class VsexplorerError(Exception):
    """Base class of all expected failures: a message, an optional hint and an exit code."""

    exit_code = ExitCode.NOTHING

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def line(self) -> str:
        """Message and hint on one line."""
        return " ".join(str(self).split())

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(VsexplorerError):
    """An option, argument, URL, configuration or file that cannot be used."""

    exit_code = ExitCode.USAGE


class ConnectionFailed(VsexplorerError):
    """No connection, or a connection that was lost."""

    exit_code = ExitCode.CONNECTION


class ServerNotReady(ConnectionFailed):
    """The server answers but cannot serve requests right now: it is loading its data or busy with a script."""


class WrongNode(VsexplorerError):
    """The key belongs to another node of a cluster."""

    exit_code = ExitCode.CONNECTION


class PermissionDenied(VsexplorerError):
    """The server refuses the user, the password or the command."""

    exit_code = ExitCode.CONNECTION


class KeyDenied(PermissionDenied):
    """The user has no permission for this key."""


class NoVectorSets(VsexplorerError):
    """The server is reachable but has no vector sets (Redis before 8, Valkey, others)."""

    exit_code = ExitCode.CONNECTION


class TimedOut(VsexplorerError):
    """The server did not answer in time."""

    exit_code = ExitCode.TIMEOUT


class NoServer(VsexplorerError):
    """No Redis 8 server binary could be found or started."""

    exit_code = ExitCode.CONNECTION


class NotFound(VsexplorerError):
    """The key or the element does not exist."""


class WrongType(VsexplorerError):
    """The key holds something other than a vector set."""


class FilterRefused(VsexplorerError):
    """The server cannot parse the filter expression.

    ``near`` is the part of the expression that the server reports: from the error to the end, or the whole
    expression if the server does not know the position.
    """

    def __init__(self, message: str, hint: str = "", near: str = "") -> None:
        super().__init__(message, hint)
        self.near = near


class DimensionMismatch(VsexplorerError):
    """The model's vectors do not fit the vector set."""


class CommandRefused(VsexplorerError):
    """Any other error reply, or an operation that vsexplorer refuses."""


class PartsDiffer(CommandRefused):
    """The parts of a partitioned set cannot belong together."""


class Conflict(VsexplorerError):
    """Another client changed the data in the meantime, so nothing was written."""


class ModelUnavailable(VsexplorerError):
    """The embedding model cannot be found, fetched or loaded."""

    exit_code = ExitCode.USAGE
