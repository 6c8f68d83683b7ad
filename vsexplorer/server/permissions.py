"""State the ACL rules that a user needs, the smallest for reading and for changing data.

Vector set commands belong to no ACL category, so each has to be granted
(https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/).
"""

from __future__ import annotations

from dataclasses import dataclass

from vsexplorer.core.values import Capabilities


@dataclass(frozen=True, slots=True)
class Permission:
    """A command to grant, and what is missing without it."""

    command: str
    """As ACL SETUSER takes it after ``+``, such as ``config|get``."""
    purpose: str
    changes: bool = False
    """Only changing data needs it."""

    @property
    def rule(self) -> str:
        """Return it as ACL SETUSER takes it."""
        return f"+{self.command}"


_READING = (
    Permission("select", "choosing another database than 0"),
    Permission("client|setinfo", "a name in CLIENT LIST; without it ACL LOG notes each connection"),
    Permission("info", "the server's version and role, without which the oldest version is assumed"),
    Permission("scan", "the list of sets"),
    Permission("vcard", "whether the server has vector sets"),
    Permission("vinfo", "size, dimension and quantization of a set: needed for everything"),
    Permission("vsim", "searching"),
    Permission("vgetattr", "attributes in details and in samples"),
    Permission("vemb", "vectors: details, neighbours by vector, export, maps"),
    Permission("vlinks", "neighbours and the examination of the graph"),
    Permission("vrandmember", "samples of large sets: fields, counts, recall"),
    Permission("vismember", "finding an element of a partitioned set"),
    Permission("vrange", "browsing in name order, uniform samples"),
    Permission("hmget", "the record of how a set was made"),
    Permission("exists", "the names of partitioned sets"),
    Permission("memory|usage", "memory of sets"),
    Permission("config|get", "the doctor's look at the server's settings"),
)
_CLUSTER = (
    Permission("cluster|slots", "the nodes of the cluster: needed for everything"),
    Permission("ping", "noticing that a node answers again"),
    Permission("asking", "keys that are being moved"),
)
_CHANGING = (
    Permission("vadd", "adding, renaming and loading elements", changes=True),
    Permission("vrem", "deleting and renaming elements", changes=True),
    Permission("vsetattr", "changing attributes", changes=True),
    Permission("del", "deleting a set", changes=True),
    Permission("hset", "recording how a set was made", changes=True),
    Permission("hdel", "removing that record", changes=True),
    Permission("watch", "noticing what others change meanwhile", changes=True),
    Permission("multi", "changing all or nothing", changes=True),
    Permission("exec", "changing all or nothing", changes=True),
)


def permissions(server: Capabilities) -> tuple[Permission, ...]:
    """Return what a server of this version and kind has to grant, reading first."""
    found = (*_READING, *(_CLUSTER if server.cluster else ()), *_CHANGING)
    return tuple(one for one in found if server.vrange or one.command != "vrange")


def acl_rule(server: Capabilities, *, changes: bool) -> str:
    """Return the ``ACL SETUSER`` command for a user who reads, or also changes data.

    NAME, PASSWORD and the key pattern are to be replaced. Read access to keys (``%R~``) does not suffice, not even
    for VINFO: vector set commands do not declare that they only read.
    """
    rules = " ".join(one.rule for one in permissions(server) if changes or not one.changes)
    return f"ACL SETUSER NAME on >PASSWORD ~* {rules}"
