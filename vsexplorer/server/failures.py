"""Translate redis-py's exceptions and the server's error replies to vsexplorer's errors."""

from __future__ import annotations

import re
import ssl

from redis import exceptions as redis_errors

from vsexplorer.core.errors import (
    CommandRefused,
    ConnectionFailed,
    DimensionMismatch,
    FilterRefused,
    KeyDenied,
    NotFound,
    NoVectorSets,
    PermissionDenied,
    ServerNotReady,
    TimedOut,
    VsexplorerError,
    WrongNode,
    WrongType,
)
from vsexplorer.core.text import display, sanitize
from vsexplorer.server.target import Target

_FILTER = re.compile(r"syntax error in FILTER expression near: (.*)", re.DOTALL)
_PIPELINE_PREFIX = re.compile(r"^Command # \d+ \(.*\) of pipeline caused error: ", re.DOTALL)
_ERROR_CODES: dict[type[Exception], str] = {
    redis_errors.BusyLoadingError: "LOADING",
    redis_errors.MasterDownError: "MASTERDOWN",
    redis_errors.ReadOnlyError: "READONLY",
    redis_errors.MovedError: "MOVED",
    redis_errors.AskError: "ASK",
    redis_errors.TryAgainError: "TRYAGAIN",
    redis_errors.ClusterDownError: "CLUSTERDOWN",
}
"""Errors from whose messages redis-py removes the error code."""
_COMMAND = re.compile(r"permissions to run the '([\w|-]+)' command")
_DIMENSION = re.compile(r"dimension mismatch.* got (\d+) but (?:set has|projection expects) (\d+)")


def translate(error: BaseException, target: Target) -> VsexplorerError:
    """Return the vsexplorer error for an exception of a Redis call."""
    text = _PIPELINE_PREFIX.sub("", str(error))
    if isinstance(error, redis_errors.TimeoutError | TimeoutError):
        return TimedOut(
            f"{target.address} did not answer in time.",
            "Raise --timeout, or check what the server is busy with."
            + (" If the server does not use TLS, leave out --tls." if target.tls else ""),
        )
    denials = redis_errors.AuthenticationError | redis_errors.AuthorizationError
    # A refusal while connecting comes wrapped in a ConnectionError.
    if isinstance(error, denials) or isinstance(error.__cause__ or error.__context__, denials):
        return _denied(text, target)
    if isinstance(error, redis_errors.InvalidResponse):
        return ConnectionFailed(f"{target.address} is not a Redis server.", "Check -h HOST and -p PORT.")
    for kind, word in _ERROR_CODES.items():
        if isinstance(error, kind):
            return refusal(f"{word} {text}", target)
    if isinstance(error, redis_errors.ConnectionError | OSError):
        return _unreachable(error, target)
    if isinstance(error, redis_errors.ResponseError):
        return refusal(text, target)
    return CommandRefused(f"{target.address}: {sanitize(str(error))}")


def refusal(message: str, target: Target) -> VsexplorerError:
    """Return the vsexplorer error for an error reply."""
    text = sanitize(message.strip())
    if unready := _unready(text, target):
        return unready
    if text.startswith(("NOPERM", "NOAUTH", "WRONGPASS")) or "no permissions" in text.lower():
        return _denied(text, target)
    if text.startswith("NOREPLICAS"):
        return CommandRefused(f"{target.address} accepts no writes: it has too few replicas (NOREPLICAS).")
    if text.startswith("READONLY") or "read only replica" in text:
        return CommandRefused(
            f"{target.address} is a read-only replica.", "Connect to its primary to make changes."
        )
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
            f"{target.address} has reached its maxmemory limit (OOM).",
            "Raise maxmemory or free memory; confirmed writes are kept.",
        )
    if "unknown command" in lowered:
        return NoVectorSets(f"{target.address} does not know this command: {text}")
    if "element not found" in lowered or "key does not exist" in lowered:
        return NotFound("The vector set has no such element." if "element" in lowered else "There is no such key.")
    return CommandRefused(f"The server answered: {text}")


def _unready(text: str, target: Target) -> VsexplorerError | None:
    """Return the error of a server that cannot answer right now, or that does not have the key."""
    word = text.partition(" ")[0]
    if word == "LOADING":
        return ServerNotReady(f"{target.address} is still loading its data (LOADING).", "Try again in a moment.")
    if word == "BUSY":
        return ServerNotReady(
            f"{target.address} is busy with a script (BUSY).",
            "Wait until the script ends, or stop it with SCRIPT KILL.",
        )
    if word == "MASTERDOWN":
        return ServerNotReady(
            f"{target.address} is a replica that has lost its primary (MASTERDOWN).",
            "Wait until it is connected again, or set replica-serve-stale-data yes.",
        )
    if word in ("MOVED", "ASK"):
        return WrongNode(
            f"{target.address} is a node of a cluster, and another one holds this key: {text.split()[-1]}.",
            "Connect to that node with -h HOST -p PORT.",
        )
    if word in ("CLUSTERDOWN", "TRYAGAIN"):
        return ServerNotReady(
            f"The cluster of {target.address} is not available right now: {text}", "Try again later."
        )
    return None


def no_element(key: bytes, element: bytes) -> NotFound:
    """Return the error for an element that a set does not have."""
    return NotFound(f"{display(key)} has no element {display(element)!r}.")


def _denied(text: str, target: Target) -> PermissionDenied:
    if "NOAUTH" in text or "Authentication required" in text:
        return PermissionDenied(
            f"{target.address} requires a password.",
            "Use --askpass, REDISCLI_AUTH, or the URL: redis://:PASSWORD@HOST:PORT",
        )
    if "without any password configured" in text:
        return PermissionDenied(f"{target.address} has no password set for this user; leave the password out.")
    if "WRONGPASS" in text or "invalid username-password" in text or "invalid password" in text.lower():
        return PermissionDenied(f"{target.address} refuses this user name and password.")
    who = target.username or "default"
    if "permissions to access" in text:
        return KeyDenied(
            f"The user {who} has no permission for this key.",
            f"Permit it with an ACL rule such as: ACL SETUSER {who} ~KEY",
        )
    if found := _COMMAND.search(text):
        command = found.group(1).lower()
        return PermissionDenied(
            f"The user {who} may not run {command.upper()}.",
            f"To permit it: ACL SETUSER {who} +{command}\n"
            "vsexplorer info --acl shows all the rules that a user needs.",
        )
    return PermissionDenied(f"{target.address} does not permit this: {sanitize(text)}")


def _unreachable(error: BaseException, target: Target) -> ConnectionFailed:
    cause = error.__cause__ or error.__context__ or error
    text = str(error)
    if isinstance(cause, ssl.SSLError) or isinstance(error, ssl.SSLError) or "SSL" in str(error):
        reason = str(getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or cause)
        return ConnectionFailed(
            f"No TLS connection to {target.address}: {sanitize(reason).rstrip('.')}.", _tls_hint(f"{reason} {text}")
        )
    if isinstance(cause, ConnectionRefusedError) or "refused" in text:
        reason = "the connection was refused"
    elif isinstance(cause, FileNotFoundError) or "No such file" in text:
        reason = "there is no such socket"
    elif "Name or service not known" in text or "nodename nor servname" in text or "resolution" in text:
        reason = "the host name is unknown"
    else:
        reason = sanitize(text.rstrip("."))
    if not target.tls and ("closed by server" in text or "Connection reset" in text or "Connection lost" in text):
        return ConnectionFailed(
            f"{target.address} closed the connection without a reply.", "It may expect TLS: try --tls."
        )
    return ConnectionFailed(
        f"Cannot reach Redis at {target.address}: {reason}.",
        "Check that the server is running, name another one with -h HOST -p PORT, -s SOCKET or -u URL, "
        "or use --private to start a private server.",
    )


def _tls_hint(reason: str) -> str:
    """What to do about a TLS connection that failed."""
    lowered = reason.lower().replace("_", " ")
    if "wrong version number" in lowered or "record layer failure" in lowered or "unexpected eof" in lowered:
        return "The server may not use TLS: leave out --tls."
    if "key usage" in lowered:
        return (
            "Python 3.13 and newer refuse a certificate authority without the keyUsage extension. Reissue its "
            "certificate with keyUsage=critical,keyCertSign,cRLSign."
        )
    if "certificate required" in lowered or "handshake failure" in lowered:
        return "The server requires a client certificate: use --cert and --client-key."
    if "hostname mismatch" in lowered or "ip address mismatch" in lowered:
        return "Use --sni to name the host that the certificate was issued for."
    return "Check --cacert, --cert, --client-key and --sni, or use --insecure."
