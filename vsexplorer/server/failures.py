"""From redis-py's exceptions and the server's words to vsexplorer's errors."""

from __future__ import annotations

import re
import ssl

from redis import exceptions as redis_errors

from vsexplorer.core.errors import (
    CommandRefused,
    ConnectionFailed,
    DimensionMismatch,
    FilterRefused,
    NotFound,
    NoVectorSets,
    PermissionDenied,
    TimedOut,
    VsexplorerError,
    WrongType,
)
from vsexplorer.core.text import display, sanitize
from vsexplorer.server.target import Target

_FILTER = re.compile(r"syntax error in FILTER expression near: (.*)", re.DOTALL)
_DIMENSION = re.compile(r"dimension mismatch.* got (\d+) but (?:set has|projection expects) (\d+)")


def translate(error: BaseException, target: Target) -> VsexplorerError:
    """The error to raise instead of one that came out of a Redis call."""
    if isinstance(error, redis_errors.TimeoutError | TimeoutError):
        return TimedOut(
            f"{target.address} did not answer in time.",
            "Raise --timeout, or see what the server is busy with.",
        )
    denials = redis_errors.AuthenticationError | redis_errors.AuthorizationError
    # A refusal while connecting comes wrapped in a ConnectionError.
    if isinstance(error, denials) or isinstance(error.__cause__ or error.__context__, denials):
        return _denied(str(error), target)
    if isinstance(error, redis_errors.InvalidResponse):
        return ConnectionFailed(f"What listens at {target.address} is no Redis server.", "See -h HOST and -p PORT.")
    if isinstance(error, redis_errors.BusyLoadingError):
        return ConnectionFailed(f"{target.address} is still loading its data.", "Try again in a moment.")
    if isinstance(error, redis_errors.ConnectionError | OSError):
        return _unreachable(error, target)
    if isinstance(error, redis_errors.ResponseError):
        return refusal(str(error), target)
    return CommandRefused(f"{target.address}: {sanitize(str(error))}")


def refusal(message: str, target: Target) -> VsexplorerError:
    """The error for the text of an error reply."""
    text = sanitize(message.strip())
    if text.startswith(("NOPERM", "NOAUTH", "WRONGPASS")) or "has no permissions" in text:
        return _denied(text, target)
    if text.startswith("WRONGTYPE"):
        return WrongType("The key holds something other than a vector set.")
    if found := _FILTER.search(text):
        return FilterRefused("The server cannot read the filter.", f"near: {found.group(1)}", found.group(1))
    if found := _DIMENSION.search(text):
        got, expected = found.groups()
        return DimensionMismatch(
            f"The query has {got} dimensions, the vector set {expected}.",
            "Choose a model of that dimension with --model.",
        )
    lowered = text.lower()
    if "used memory > 'maxmemory'" in lowered:
        return CommandRefused(
            f"{target.address} is out of memory (OOM): its maxmemory is used up.",
            "Raise maxmemory, or make room; what was confirmed before stays.",
        )
    if "unknown command" in lowered:
        return NoVectorSets(f"{target.address} does not know this command: {text}")
    if "element not found" in lowered or "key does not exist" in lowered:
        return NotFound("The vector set has no such element." if "element" in lowered else "There is no such key.")
    return CommandRefused(f"The server answered: {text}")


def no_element(key: bytes, element: bytes) -> NotFound:
    """The error for an element that a set does not have."""
    return NotFound(f"{display(key)} has no element {display(element)!r}.")


def _denied(text: str, target: Target) -> PermissionDenied:
    if "NOAUTH" in text or "Authentication required" in text:
        return PermissionDenied(
            f"{target.address} asks for a password.",
            "Give it with --askpass, REDISCLI_AUTH, or in the URL: redis://:PASSWORD@HOST:PORT",
        )
    if "without any password configured" in text:
        return PermissionDenied(f"{target.address} has no password set for this user; leave the password out.")
    if "WRONGPASS" in text or "invalid username-password" in text or "invalid password" in text.lower():
        return PermissionDenied(f"{target.address} refuses this user name and password.")
    return PermissionDenied(
        f"{target.address} does not permit this: {sanitize(text)}",
        "Vector set commands belong to no ACL category: each must be granted, such as ACL SETUSER "
        f"{target.username or 'NAME'} +vsim +vinfo +vgetattr +vemb +vrange +vrandmember.",
    )


def _unreachable(error: BaseException, target: Target) -> ConnectionFailed:
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, ssl.SSLError) or isinstance(error, ssl.SSLError) or "SSL" in str(error):
        reason = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or str(cause)
        return ConnectionFailed(
            f"No TLS connection to {target.address}: {sanitize(str(reason))}.",
            "See --cacert, --cert and --key, --sni, or --insecure; drop --tls for a server without TLS.",
        )
    text = str(error)
    if isinstance(cause, ConnectionRefusedError) or "refused" in text:
        reason = "the connection was refused"
    elif isinstance(cause, FileNotFoundError) or "No such file" in text:
        reason = "there is no such socket"
    elif "Name or service not known" in text or "nodename nor servname" in text or "resolution" in text:
        reason = "the host name is unknown"
    else:
        reason = sanitize(text.rstrip("."))
    return ConnectionFailed(
        f"Cannot reach Redis at {target.address}: {reason}.",
        "Is the server running there? Name another with -h HOST -p PORT, -s SOCKET or -u URL, "
        "or use --private for a server of your own.",
    )
