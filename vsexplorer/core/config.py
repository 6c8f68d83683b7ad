"""The user's configuration: one TOML file, every key checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from vsexplorer.core.errors import UsageError

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class Profile:
    """A named server. Instead of a password in ``url``, ``password_env`` can name an environment variable."""

    url: str = ""
    password_env: str = ""
    cacert: str = ""
    cert: str = ""
    key: str = ""
    sni: str = ""
    insecure: bool = False
    model: str = ""
    embedder: str = ""
    sentinels: str = ""
    """Addresses of Sentinels, ``host:port`` separated by commas; ``url`` then gives user, password and database."""
    master: str = ""
    """The name of the group that the Sentinels watch."""
    collections: Mapping[str, str] = field(default_factory=dict)
    """Names of partitioned sets on this server, with what they stand for: ``{"products" = "products:{0..63}"}``."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of the configuration file, with their defaults."""

    model: str = DEFAULT_MODEL
    embedder: str = ""
    """Address of an OpenAI-compatible embedding server, which then has ``model``."""
    embedder_key_command: str = ""
    """Command that prints the key of that server."""
    theme: str = ""
    count: int = 100
    """Number of results requested on the screen."""
    history: bool = True
    """Whether the screen keeps a search history."""
    measure: bool = True
    """Whether the screen measures recall while nothing is typed."""
    redis_server: str = ""
    """Path of the redis-server binary for the private server."""
    profile: str = ""
    """Profile to use when no target is given."""
    collections: Mapping[str, str] = field(default_factory=dict)
    """Names of partitioned sets on any server, with what they stand for."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by binding name, as the help screen lists them: ``{"sets" = "ctrl+o"}``."""


def load(path: Path) -> Config:
    """Read the configuration; a missing file means the defaults.

    Raises:
        UsageError: the file cannot be read or parsed, or holds an unknown key or a value of the wrong type.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read the configuration {path}: {error}") from error
    except RecursionError as error:
        raise UsageError(f"The configuration {path} is nested too deeply.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The configuration {path} is not valid TOML: {error}") from error
    values = dict(document)
    profiles = values.pop("profiles", {})
    keys = _texts(path, "keys", values.pop("keys", {}), "ctrl+o")
    collections = _texts(path, "collections", values.pop("collections", {}), "products:{0..15}")
    _check_table(path, "profiles", profiles)
    parsed = {}
    for name, table in profiles.items():
        _check_table(path, f"profiles.{name}", table)
        rest = dict(table)
        own = _texts(path, f"profiles.{name}.collections", rest.pop("collections", {}), "products:{0..15}")
        _check(path, f"profiles.{name}.", rest, Profile)
        parsed[name] = Profile(**rest, collections=own)
    _check(path, "", values, Config)
    config = Config(**values, profiles=parsed, keys=keys, collections=collections)
    if config.count < 1:
        raise UsageError(f"{path}: count must be at least 1, not {config.count}.")
    return config


def _texts(path: Path, name: str, table: object, example: str) -> dict[str, str]:
    """Return a table of strings."""
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {name} must be a table, written as [{name}].")
    for entry, value in table.items():
        if not isinstance(value, str):
            raise UsageError(f'{path}: {name}.{entry} must be a string such as "{example}".')
    return table


def _check_table(path: Path, name: str, value: object) -> None:
    if not isinstance(value, dict):
        raise UsageError(f"{path}: {name} must be a table, written as [{name}].")


def _check(path: Path, prefix: str, values: dict[str, Any], kind: type[Config] | type[Profile]) -> None:
    types = {item.name: type(item.default) for item in fields(kind)}
    for name, value in values.items():
        if name not in types:
            import difflib

            near = difflib.get_close_matches(name, types, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(types)}."
            raise UsageError(f"{path}: unknown key {prefix}{name}.", hint)
        if type(value) is not types[name]:
            raise UsageError(
                f"{path}: {prefix}{name} must be of type {types[name].__name__}, not {type(value).__name__}."
            )
