"""Determine the server to connect to, from redis-cli's options, a URL, the environment or a profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from vsexplorer.core.config import Config, Profile
from vsexplorer.core.errors import UsageError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 6379
DEFAULT_TIMEOUT = 30.0
"""Seconds one command may take."""


@dataclass(frozen=True, slots=True)
class Tls:
    """TLS settings under redis-cli's names; empty means the system's default."""

    cacert: str = ""
    cert: str = ""
    key: str = ""
    sni: str = ""
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """One standalone server and one of its databases."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    socket: str = ""
    db: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    tls: Tls | None = None
    name: str = ""
    """Display name, if the address says little, such as ``private server``."""

    @property
    def address(self) -> str:
        """The address alone, as error messages name it."""
        if self.socket:
            return self.socket
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def place(self) -> str:
        """The server within a sentence: its address, or ``the private server``."""
        return f"the {self.name}" if self.name else self.address

    @property
    def label(self) -> str:
        """A URL without its password, for the header and for ``info``."""
        if self.name:
            return f"{self.name} · db {self.db}" if self.db else self.name
        user = f"{self.username}@" if self.username else ""
        if self.socket:
            return f"unix://{user}{self.socket}?db={self.db}"
        return f"{'rediss' if self.tls else 'redis'}://{user}{self.address}/{self.db}"


@dataclass(frozen=True, slots=True)
class Where:
    """How to choose the server to use."""

    target: Target | None = None
    """The server that was named; ``None`` tries the default port, then a private server."""
    default: Target = Target()
    """What to try when none was named."""
    private: bool = False
    """Use the private server even if another one is running."""
    temporary: bool = False
    """Use a throwaway private server."""
    server_binary: str = ""
    timeout: float = DEFAULT_TIMEOUT
    sentinels: str = ""
    """Addresses of Sentinels that know the server, instead of its own address."""
    master: str = ""
    """The name of the group that the Sentinels watch."""
    address_map: tuple[str, ...] = ()
    """``A=B`` for each address that the nodes of a cluster announce and that cannot be reached."""
    collections: Mapping[str, str] = field(default_factory=dict)
    """Names of partitioned sets, with what they stand for."""


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """Connection options of the command line; ``None`` if an option was not given."""

    host: str | None = None
    port: int | None = None
    socket: str | None = None
    db: int | None = None
    url: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    cacert: str | None = None
    cert: str | None = None
    client_key: str | None = None
    sni: str | None = None
    insecure: bool = False
    profile: str | None = None


def resolve(options: TargetOptions, environment: Mapping[str, str], config: Config) -> Target | None:
    """Determine the target.

    In order of precedence: an address on the command line, a profile on the command line, ``VSEXPLORER_URL``,
    ``REDIS_URL``, the configuration's default profile. Database, user, password and TLS options then apply to
    it; ``REDISCLI_AUTH`` provides the password if there is none.

    Returns:
        The target, or ``None`` when nothing names one.

    Raises:
        UsageError: a URL, option or profile cannot be used.
    """
    target = _address(options, environment, config)
    explicit = target is not None
    target = target or Target()
    if options.db is not None:
        target = replace(target, db=options.db)
    if options.username is not None:
        target = replace(target, username=options.username)
    if options.password is not None:
        target = replace(target, password=options.password)
    elif not target.password and environment.get("REDISCLI_AUTH"):
        target = replace(target, password=environment["REDISCLI_AUTH"])
    target = _with_tls(target, options)
    if target.db < 0:
        raise UsageError(f"A database number cannot be negative: {target.db}.")
    return target if explicit or target.tls else None


def default_target(options: TargetOptions, environment: Mapping[str, str]) -> Target:
    """The server on the default port, with the options that need no address."""
    return Target(
        db=options.db or 0,
        username=options.username or "",
        password=options.password or environment.get("REDISCLI_AUTH", ""),
    )


def _address(options: TargetOptions, environment: Mapping[str, str], config: Config) -> Target | None:
    if options.url is not None:
        return parse_url(options.url, "-u")
    if options.socket is not None:
        return Target(socket=options.socket)
    if options.host is not None or options.port is not None:
        port = DEFAULT_PORT if options.port is None else options.port
        return Target(host=options.host or DEFAULT_HOST, port=port)
    if options.profile is not None:
        return _from_profile(options.profile, environment, config)
    for variable in ("VSEXPLORER_URL", "REDIS_URL"):
        if environment.get(variable):
            return parse_url(environment[variable], variable)
    if config.profile:
        return _from_profile(config.profile, environment, config)
    return None


def profile_named(name: str, config: Config) -> Profile:
    """Return the profile with a name.

    Raises:
        UsageError: there is none.
    """
    if name not in config.profiles:
        known = ", ".join(sorted(config.profiles)) or "none"
        raise UsageError(f"There is no profile {name!r} in the configuration.", f"Profiles: {known}.")
    return config.profiles[name]


def _from_profile(name: str, environment: Mapping[str, str], config: Config) -> Target:
    profile = profile_named(name, config)
    if not profile.url and not profile.sentinels:
        raise UsageError(f"The profile {name!r} has no url.")
    target = parse_url(profile.url, f"profiles.{name}.url") if profile.url else Target()
    if profile.password_env:
        if profile.password_env not in environment:
            raise UsageError(
                f"The profile {name!r} takes its password from the environment variable {profile.password_env}, "
                "which is not set."
            )
        target = replace(target, password=environment[profile.password_env])
    options = TargetOptions(
        cacert=profile.cacert or None,
        cert=profile.cert or None,
        client_key=profile.key or None,
        sni=profile.sni or None,
        insecure=profile.insecure,
    )
    return _with_tls(target, options)


def _with_tls(target: Target, options: TargetOptions) -> Target:
    files = {"cacert": options.cacert, "cert": options.cert, "key": options.client_key}
    for name, path in files.items():
        if path and not Path(path).is_file():
            raise UsageError(f"--{name}: there is no file {path}.")
    if not (options.tls or target.tls or any(files.values()) or options.sni or options.insecure):
        return target
    if target.socket:
        raise UsageError("TLS options do not apply to a unix socket.")
    known = target.tls or Tls()
    tls = Tls(
        cacert=options.cacert or known.cacert,
        cert=options.cert or known.cert,
        key=options.client_key or known.key,
        sni=options.sni or known.sni,
        insecure=options.insecure or known.insecure,
    )
    if bool(tls.cert) != bool(tls.key):
        raise UsageError("--cert and --key must be used together.")
    return replace(target, tls=tls)


_ENCODE = "In a user or password write / as %2F, ? as %3F, # as %23, @ as %40, : as %3A and % as %25."


def parse_url(url: str, origin: str) -> Target:
    """Read ``redis://``, ``rediss://`` and ``unix://`` URLs.

    Args:
        url: ``redis[s]://[[user][:password]@]host[:port][/db]`` or ``unix://[[user][:password]@]path[?db=N]``.
        origin: Where the URL came from, for error messages.

    Raises:
        UsageError: the URL cannot be used; its password is not repeated.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{origin}: the URL has no valid host or port.", _ENCODE) from error
    if "@" in parts.path + parts.query + parts.fragment:
        # A part of the password may have been taken for the host, the port or the path: nothing is repeated.
        raise UsageError(f"{origin}: the user or the password has a character that ends it.", _ENCODE)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise UsageError(
            f"{origin}: not a Redis URL; it must start with redis://, rediss:// or unix://.",
            "For example: redis://localhost:6379/0",
        )
    parameters = dict(parse_qsl(parts.query))
    database = parameters.pop("db", "")
    if parameters:
        raise UsageError(f"{origin}: unknown parameter {', '.join(parameters)} in the URL.", "Supported: db.")
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme == "unix":
        path = unquote(_socket_host(parts) + parts.path)
        if not path:
            raise UsageError(f"{origin}: the URL names no socket.", "For example: unix:///run/redis.sock")
        return Target(socket=path, db=_database(database, origin), username=username, password=password)
    return Target(
        host=parts.hostname or DEFAULT_HOST,
        port=port or DEFAULT_PORT,
        db=_database(parts.path.strip("/") or database, origin),
        tls=Tls() if parts.scheme == "rediss" else None,
        username=username,
        password=password,
    )


def _socket_host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _database(text: str, origin: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"{origin}: the database must be a number, not {text!r}.")
    return int(text)
