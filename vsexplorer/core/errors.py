"""Every failure a person can cause or meet, with its exit code and the way out.

An error's text says what is wrong and where; its ``hint`` says what to do. Neither ever holds a password.
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
    """Base of all expected failures: a sentence, an optional way out, an exit code."""

    exit_code = ExitCode.NOTHING

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(VsexplorerError):
    """An option, argument, URL, configuration or file that cannot be used."""

    exit_code = ExitCode.USAGE


class ConnectionFailed(VsexplorerError):
    """No connection, or a connection that was lost."""

    exit_code = ExitCode.CONNECTION


class Unready(ConnectionFailed):
    """The server answers, but cannot serve for the moment: it loads its data, or a script keeps it busy."""


class OtherNode(VsexplorerError):
    """The key belongs to another node of a cluster."""

    exit_code = ExitCode.CONNECTION


class PermissionDenied(VsexplorerError):
    """The server refuses the user, the password or the command."""

    exit_code = ExitCode.CONNECTION


class KeyDenied(PermissionDenied):
    """The server refuses the user this key."""


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

    ``near`` is the part of the expression the server points at: the rest from the failure onward where it
    knows the place, the whole expression where it does not.
    """

    def __init__(self, message: str, hint: str = "", near: str = "") -> None:
        super().__init__(message, hint)
        self.near = near


class DimensionMismatch(VsexplorerError):
    """The model's vectors do not fit the vector set."""


class CommandRefused(VsexplorerError):
    """Any other error the server answered with."""


class ChangedMeanwhile(VsexplorerError):
    """Someone else changed what was to be changed, so nothing was written."""


class ModelUnavailable(VsexplorerError):
    """The embedding model cannot be found, fetched or loaded."""

    exit_code = ExitCode.USAGE
