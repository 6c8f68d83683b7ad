"""Options that several commands share, and how they choose the server, the model and the output format."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.core.errors import UsageError
from vsexplorer.output.formats import FORMATS

if TYPE_CHECKING:
    from vsexplorer.core.config import Config
    from vsexplorer.embedding.text_embedder import EmbeddingOptions
    from vsexplorer.server.target import Where
    from vsexplorer.services.explorer import Explorer


class Share(click.FloatRange):
    """A number from 0 to 1; unlike ``FloatRange``, NaN is refused."""

    def __init__(self) -> None:
        super().__init__(0, 1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Convert what was typed."""
        number: float = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value!r} is not a number from 0 to 1.", param, ctx)
        return number


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Store the value of a shared option; an option after the command overrides one before it."""
    given: dict[str, Any] = ctx.ensure_object(dict)
    if value is not None and value is not False and value != ():
        given[str(param.name)] = value


def shared_option(*names: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Create an option that may be given before or after the command; ``given`` returns its value."""
    return click.option(*names, expose_value=False, callback=_remember, **settings)


_ADDRESS = (
    shared_option("-h", "--host", "host", metavar="HOST", help="Server host."),
    shared_option("-p", "--port", "port", type=click.IntRange(1, 65535), help="Server port."),
    shared_option("-s", "--socket", "socket", metavar="PATH", help="Unix socket instead of host and port."),
    shared_option("-n", "--db", "db", type=click.IntRange(0), metavar="DB", help="Database number."),
    shared_option(
        "-u",
        "--url",
        "url",
        metavar="URL",
        help="redis://, rediss:// or unix:// URL; a password in it is visible to other users.",
    ),
    shared_option("--user", "username", metavar="NAME", help="ACL user name."),
    shared_option(
        "-a",
        "--pass",
        "password",
        metavar="PASSWORD",
        help="Password; visible to other users, so prefer REDISCLI_AUTH.",
    ),
    shared_option("--askpass", "askpass", is_flag=True, help="Ask for the password."),
    shared_option("--tls", "tls", is_flag=True, help="Use TLS."),
    shared_option("--cacert", "cacert", metavar="FILE", help="CA certificate to trust."),
    shared_option("--cert", "cert", metavar="FILE", help="Client certificate."),
    shared_option("--sni", "sni", metavar="NAME", help="Server name for TLS."),
    shared_option("--insecure", "insecure", is_flag=True, help="Do not verify the server's certificate."),
    shared_option("--profile", "profile", metavar="NAME", help="Use this profile of the configuration."),
    shared_option("--sentinel", "sentinels", metavar="HOST:PORT,…", help="Ask these Sentinels for the server."),
    shared_option("--master", "master", metavar="NAME", help="Name of the servers that the Sentinels watch."),
    shared_option(
        "--address-map",
        "address_map",
        multiple=True,
        metavar="A=B",
        help="Reach the node of a cluster that announces HOST:PORT A at B; repeatable.",
    ),
    shared_option("--private", "private", is_flag=True, help="Use a private server, started if needed."),
)
_CLIENT_KEY = "Key of the client certificate."
_GENERAL = (
    shared_option("--redis-server", "redis_server", metavar="PATH", help="Binary of the private server."),
    shared_option(
        "--timeout", "timeout", type=click.FloatRange(0.05), metavar="S", help="Seconds a command may take."
    ),
    shared_option("--model", "model", metavar="NAME|FOLDER", help="Embedding model: a name, or a folder."),
    shared_option(
        "--embedder",
        "embedder",
        metavar="URL",
        help="Embed with an OpenAI-compatible server; its key is in VSEXPLORER_EMBEDDER_KEY.",
    ),
    shared_option("--query-prefix", "query_prefix", metavar="TEXT", help="Put before queries to embed."),
    shared_option("--document-prefix", "document_prefix", metavar="TEXT", help="Put before documents to embed."),
)


def general_options[F: Callable[..., Any]](command: F) -> F:
    """Add the options that say which model to use, and how a server is started and waited for."""
    for option in reversed(_GENERAL):
        command = option(command)
    return command


def connection_options[F: Callable[..., Any]](command: F) -> F:
    """Add the options that say which server and which model to use."""
    return _with_address(
        command, shared_option("--key", "--client-key", "client_key", metavar="FILE", help=_CLIENT_KEY)
    )


def connection_options_beside_key[F: Callable[..., Any]](command: F) -> F:
    """Add the same options to a command that has its own ``--key`` for a vector set."""
    return _with_address(command, shared_option("--client-key", "client_key", metavar="FILE", help=_CLIENT_KEY))


def _with_address[F: Callable[..., Any]](
    command: F, client_key: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> F:
    command = general_options(command)
    for option in reversed((*_ADDRESS, client_key)):
        command = option(command)
    return command


def format_options[F: Callable[..., Any]](command: F) -> F:
    """Add ``--format`` and ``--json``; the command gets ``output_format``."""

    @click.option("--format", "output_format", type=click.Choice(FORMATS), help="Default: table in a terminal.")
    @click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
    @wraps(command)
    def with_format(*args: Any, output_format: str | None, as_json: bool, **options: Any) -> Any:
        if as_json and output_format not in (None, "json"):
            raise click.UsageError(f"--json and --format {output_format} cannot be combined.")
        chosen = "json" if as_json else output_format or ("table" if sys.stdout.isatty() else "plain")
        return command(*args, output_format=chosen, **options)

    return with_format  # type: ignore[return-value]


def given(ctx: click.Context) -> dict[str, Any]:
    """The shared options that were typed."""
    options: dict[str, Any] = ctx.ensure_object(dict)
    return options


budget_option = click.option(
    "--budget",
    default=20,
    type=click.IntRange(1, 100),
    show_default=True,
    metavar="PERCENT",
    help="Share of the time the server may be busy with it.",
)
"""For commands that ask the server for much."""
seed_option = click.option("--seed", type=int, metavar="N", help="Draw the same sample again.")
"""For commands that draw elements."""


def config() -> Config:
    """The user's configuration."""
    from vsexplorer.core import paths
    from vsexplorer.core.config import load

    return load(paths.config_file())


def model_name(ctx: click.Context, settings: Config) -> str:
    """Return the model of, in this order, ``--model``, ``VSEXPLORER_MODEL``, the profile, the configuration.

    With an embedding server it is the server's address with the name of the model after ``#``; without a name, the
    only model of the server.
    """
    profile = settings.profiles.get(given(ctx).get("profile") or settings.profile)
    from_profile = profile.model if profile else ""
    named = given(ctx).get("model") or os.environ.get("VSEXPLORER_MODEL") or from_profile
    address = embedder_address(ctx, settings)
    if not address:
        return named or settings.model
    name = named or (settings.model if settings.model != DEFAULT_MODEL else "")
    return f"{address}#{name}" if name else address


def embedder_address(ctx: click.Context, settings: Config) -> str:
    """Return the embedding server of, in this order, ``--embedder``, ``VSEXPLORER_EMBEDDER``, the profile, the
    configuration; empty for none.

    Raises:
        UsageError: it is not an HTTP address.
    """
    profile = settings.profiles.get(given(ctx).get("profile") or settings.profile)
    from_profile = profile.embedder if profile else ""
    address: str = (
        given(ctx).get("embedder") or os.environ.get("VSEXPLORER_EMBEDDER") or from_profile or settings.embedder
    )
    if address and not address.startswith(("http://", "https://")):
        raise UsageError(f"--embedder {address}: an address begins with http:// or https://.")
    try:
        parts = urlsplit(address)
        valid = not address or (bool(parts.hostname) and parts.port != 0)
    except ValueError:
        valid = False
    if not valid:
        raise UsageError("--embedder: the address has no valid host or port.")
    return address


def embedding(ctx: click.Context, settings: Config) -> EmbeddingOptions:
    """Return what the user says about embedding, besides the model.

    Raises:
        UsageError: the command that prints the key of the embedding server fails.
    """
    from vsexplorer.embedding.prefixes import Prefixes
    from vsexplorer.embedding.text_embedder import EmbeddingOptions

    typed = given(ctx)
    prefixes = None
    if "query_prefix" in typed or "document_prefix" in typed:
        prefixes = Prefixes(typed.get("query_prefix", ""), typed.get("document_prefix", ""))
    address = embedder_address(ctx, settings)
    key = os.environ.get("VSEXPLORER_EMBEDDER_KEY", "") if address else ""
    if address and not key and settings.embedder_key_command:
        key = _printed(settings.embedder_key_command)
    if address and not key and urlsplit(address).hostname == "api.openai.com":
        key = os.environ.get("OPENAI_API_KEY", "")
    return EmbeddingOptions(prefixes, key)


def _printed(command: str) -> str:
    """Return what a command prints, without the line end."""
    import shlex
    import subprocess

    try:
        done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise UsageError(f"The command that prints the key of the embedding server failed: {error}.") from error
    return done.stdout.strip()


def model_given(ctx: click.Context, settings: Config) -> bool:
    """Return whether the model was named for this run, which overrides the model recorded for a set."""
    named = given(ctx).get("model") or os.environ.get("VSEXPLORER_MODEL")
    return bool(named or embedder_address(ctx, settings))


def where(ctx: click.Context, settings: Config, temporary: bool = False) -> Where:
    """Determine the server to use from options, environment and configuration.

    Raises:
        UsageError: options contradict each other or are invalid.
    """
    from vsexplorer.server.target import DEFAULT_TIMEOUT, TargetOptions, Where, default_target, resolve

    typed = dict(given(ctx))
    binary = typed.pop("redis_server", "") or os.environ.get("VSEXPLORER_REDIS_SERVER") or settings.redis_server
    timeout = typed.pop("timeout", DEFAULT_TIMEOUT)
    private = typed.pop("private", False)
    if private and any(name in typed for name in ("host", "port", "socket", "url", "profile")):
        raise UsageError("--private and an address cannot be combined.")
    profile = settings.profiles.get(typed.get("profile") or settings.profile)
    named = any(name in typed for name in ("host", "port", "socket", "url", "profile"))
    from_profile = profile if profile is not None and (not named or "profile" in typed) else None
    sentinels = typed.pop("sentinels", "") or (from_profile.sentinels if from_profile is not None else "")
    master = typed.pop("master", "") or (from_profile.master if from_profile is not None else "")
    address_map = tuple(typed.pop("address_map", ()))
    if typed.pop("askpass", False):
        typed["password"] = _ask_password()
    names = TargetOptions.__dataclass_fields__
    options = TargetOptions(**{name: value for name, value in typed.items() if name in names})
    target = None if temporary or private else resolve(options, os.environ, settings)
    return Where(
        target,
        default_target(options, os.environ),
        private,
        temporary,
        binary,
        timeout,
        "" if temporary or private else sentinels,
        master,
        address_map,
        {**settings.collections, **(from_profile.collections if from_profile is not None else {})},
    )


def explore[T](ctx: click.Context, work: Callable[[Explorer], Awaitable[T]], temporary: bool = False) -> T:
    """Connect, do ``work`` and close; used by every command except the screen."""
    import asyncio

    from vsexplorer.services.explorer import make_explorer

    settings = config()
    place = where(ctx, settings, temporary)
    model = model_name(ctx, settings)

    async def run() -> T:
        explorer = make_explorer(place, model, model_given(ctx, settings), embedding(ctx, settings))
        try:
            await explorer.connect()
            if explorer.notice:
                print(f"note: {explorer.notice}", file=sys.stderr)
            return await work(explorer)
        finally:
            await explorer.close()

    return asyncio.run(run())


def _ask_password() -> str:
    import getpass

    if not sys.stdin.isatty():
        raise UsageError("--askpass needs a terminal.", "Use REDISCLI_AUTH instead.")
    return getpass.getpass("Password: ", sys.stderr)
