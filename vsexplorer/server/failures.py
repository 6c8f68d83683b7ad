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
    KeyDenied,
    NotFound,
    NoVectorSets,
    OtherNode,
    PermissionDenied,
    TimedOut,
    Unready,
    VsexplorerError,
    WrongType,
)
from vsexplorer.core.text import display, sanitize
from vsexplorer.server.target import Target

_FILTER = re.compile(r"syntax error in FILTER expression near: (.*)", re.DOTALL)
_OF_PIPELINE = re.compile(r"^Command # \d+ \(.*\) of pipeline caused error: ", re.DOTALL)
_READING = "+vsim +vinfo +vcard +vgetattr +vemb +vlinks +vrange +vrandmember"
_WITHOUT_ITS_WORD: dict[type[Exception], str] = {
    redis_errors.BusyLoadingError: "LOADING",
    redis_errors.MasterDownError: "MASTERDOWN",
    redis_errors.ReadOnlyError: "READONLY",
    redis_errors.MovedError: "MOVED",
    redis_errors.AskError: "ASK",
    redis_errors.TryAgainError: "TRYAGAIN",
    redis_errors.ClusterDownError: "CLUSTERDOWN",
}
"""Errors whose texts redis-py has shortened by the word that names them."""
_COMMAND = re.compile(r"permissions to run the '([\w|-]+)' command")
_DIMENSION = re.compile(r"dimension mismatch.* got (\d+) but (?:set has|projection expects) (\d+)")


def translate(error: BaseException, target: Target) -> VsexplorerError:
    """The error to raise instead of one that came out of a Redis call."""
    text = _OF_PIPELINE.sub("", str(error))
    if isinstance(error, redis_errors.TimeoutError | TimeoutError):
        return TimedOut(
            f"{target.address} did not answer in time.",
            "Raise --timeout, or see what the server is busy with."
            + (" A server without TLS does not answer either: leave out --tls then." if target.tls else ""),
        )
    denials = redis_errors.AuthenticationError | redis_errors.AuthorizationError
    # A refusal while connecting comes wrapped in a ConnectionError.
    if isinstance(error, denials) or isinstance(error.__cause__ or error.__context__, denials):
        return _denied(text, target)
    if isinstance(error, redis_errors.InvalidResponse):
        return ConnectionFailed(f"What listens at {target.address} is no Redis server.", "See -h HOST and -p PORT.")
    for kind, word in _WITHOUT_ITS_WORD.items():
        if isinstance(error, kind):
            return refusal(f"{word} {text}", target)
    if isinstance(error, redis_errors.ConnectionError | OSError):
        return _unreachable(error, target)
    if isinstance(error, redis_errors.ResponseError):
        return refusal(text, target)
    return CommandRefused(f"{target.address}: {sanitize(str(error))}")


def refusal(message: str, target: Target) -> VsexplorerError:
    """The error for the text of an error reply."""
    text = sanitize(message.strip())
    if unready := _unready(text, target):
        return unready
    if text.startswith(("NOPERM", "NOAUTH", "WRONGPASS")) or "no permissions" in text.lower():
        return _denied(text, target)
    if text.startswith("NOREPLICAS"):
        return CommandRefused(f"{target.address} writes nothing: too few of its replicas answer (NOREPLICAS).")
    if text.startswith("READONLY") or "read only replica" in text:
        return CommandRefused(
            f"{target.address} is a replica, which takes no changes.", "Connect to its primary to change things."
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
            f"{target.address} is out of memory (OOM): its maxmemory is used up.",
            "Raise maxmemory, or make room; what was confirmed before stays.",
        )
    if "unknown command" in lowered:
        return NoVectorSets(f"{target.address} does not know this command: {text}")
    if "element not found" in lowered or "key does not exist" in lowered:
        return NotFound("The vector set has no such element." if "element" in lowered else "There is no such key.")
    return CommandRefused(f"The server answered: {text}")


def _unready(text: str, target: Target) -> VsexplorerError | None:
    """The error of a server that cannot answer for the moment, or not here."""
    word = text.partition(" ")[0]
    if word == "LOADING":
        return Unready(f"{target.address} is still loading its data (LOADING).", "Try again in a moment.")
    if word == "BUSY":
        return Unready(
            f"{target.address} is busy with a script (BUSY).",
            "It answers again when that ends, or after SCRIPT KILL.",
        )
    if word == "MASTERDOWN":
        return Unready(
            f"{target.address} is a replica that has lost its primary (MASTERDOWN).",
            "It answers again once they are connected, or with replica-serve-stale-data yes.",
        )
    if word in ("MOVED", "ASK"):
        return OtherNode(
            f"{target.address} is a node of a cluster, and another one holds this key: {text.split()[-1]}.",
            "Name that node with -h HOST -p PORT.",
        )
    if word in ("CLUSTERDOWN", "TRYAGAIN"):
        return Unready(f"The cluster of {target.address} cannot answer for the moment: {text}", "Try again later.")
    return None


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
    who = target.username or "default"
    if "permissions to access" in text:
        return KeyDenied(
            f"The user {who} may not use this key.",
            f"An ACL rule for the key permits it, such as: ACL SETUSER {who} ~KEY",
        )
    if found := _COMMAND.search(text):
        command = found.group(1).lower()
        return PermissionDenied(
            f"The user {who} may not run {command.upper()}.",
            f"To permit it: ACL SETUSER {who} +{command}\n"
            f"Vector set commands belong to no ACL category; all that reading takes is {_READING}.",
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
            f"{target.address} closes the connection without an answer.", "It may expect TLS: try --tls."
        )
    return ConnectionFailed(
        f"Cannot reach Redis at {target.address}: {reason}.",
        "Is the server running there? Name another with -h HOST -p PORT, -s SOCKET or -u URL, "
        "or use --private for a server of your own.",
    )


def _tls_hint(reason: str) -> str:
    """What to do about a TLS connection that failed."""
    lowered = reason.lower().replace("_", " ")
    if "wrong version number" in lowered or "record layer failure" in lowered or "unexpected eof" in lowered:
        return "The server there may not use TLS: leave out --tls."
    if "key usage" in lowered:
        return (
            "Python 3.13 and newer refuse a certificate authority without the keyUsage extension. Have its "
            "certificate made anew with keyUsage=critical,keyCertSign,cRLSign."
        )
    if "certificate required" in lowered or "handshake failure" in lowered:
        return "The server asks for a certificate of yours: --cert and --client-key."
    if "hostname mismatch" in lowered or "ip address mismatch" in lowered:
        return "--sni names the host that the certificate is for."
    return "See --cacert, --cert and --client-key, --sni, or --insecure."
