"""Write a command as code to paste: a redis-cli line for a shell, a redis-py snippet, or a Go program.

Each contains the full vector and no password. Bytes that a terminal could interpret are escaped in the syntax of
the target language. A line for a shell means the same in bash, zsh, fish (3.4 and newer) and dash.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from vsexplorer.core.errors import UsageError
from vsexplorer.core.vectors import unpacked
from vsexplorer.server.connection import Argument
from vsexplorer.server.target import Target
from vsexplorer.vectorset.commands import vector_place

_FLAGS = {"TRUTH": "truth", "NOTHREAD": "no_thread", "WITHSCORES": "with_scores", "WITHATTRIBS": "with_attribs"}
_VALUES = {"COUNT": "count", "EF": "ef", "FILTER": "filter", "FILTER-EF": "filter_ef", "EPSILON": "epsilon"}
_GO_NAMES = {
    "count": "Count",
    "ef": "EF",
    "filter": "Filter",
    "filter_ef": "FilterEF",
    "epsilon": "Epsilon",
    "truth": "Truth",
    "no_thread": "NoThread",
}


_PLAIN_WORD = re.compile(r"[\w@%+:,./-]+", re.ASCII)
_APART = re.compile(r"(['\\])")
_QUOTED_APART = {"'": '"\'"', "\\": "\\\\"}
"""Notation of characters that cannot be within single quotes in every shell."""


class Client(StrEnum):
    """The client that a snippet is for."""

    REDIS_CLI = "redis-cli"
    REDIS_PY = "redis-py"
    GO_REDIS = "go-redis"


def snippet(client: Client, argv: Sequence[Argument], target: Target) -> str:
    """Write a command as code for a client.

    Raises:
        UsageError: a shell line is not possible, because a name contains a zero byte or ends in a line feed; or the
            command searches an index, whose vector is binary, and the client is not redis-py.
    """
    if argv[0] == b"FT.SEARCH" and client is not Client.REDIS_PY:
        raise UsageError("The vector of a search in an index is binary data.", "Copy it as redis-py code.")
    match client:
        case Client.REDIS_CLI:
            return _redis_cli(argv, target)
        case Client.REDIS_PY:
            return _redis_py(argv, target)
        case Client.GO_REDIS:
            return _go_redis(argv, target)


def _redis_cli(argv: Sequence[Argument], target: Target) -> str:
    words = ["redis-cli"]
    words += ["-s", target.socket] if target.socket else ["-h", target.host, "-p", str(target.port)]
    words += ["-n", str(target.db)] if target.db else []
    words += ["--user", target.username] if target.username else []
    # The password is prompted for or taken from REDISCLI_AUTH, but never included.
    words += ["--askpass"] if target.password else []
    if target.tls:
        tls = target.tls
        words.append("--tls")
        for option, value in (
            ("--cacert", tls.cacert),
            ("--cert", tls.cert),
            ("--key", tls.key),
            ("--sni", tls.sni),
        ):
            words += [option, value] if value else []
        words += ["--insecure"] if tls.insecure else []
    return " ".join([*map(_shell_word, words), *map(_shell_word, _plain(argv))])


def _redis_py(argv: Sequence[Argument], target: Target) -> str:
    place = f"unix_socket_path={target.socket!r}" if target.socket else f"host={target.host!r}, port={target.port}"
    place += f", db={target.db}" if target.db else ""
    place += f", username={target.username!r}" if target.username else ""
    imports = ["import os\n"] if target.password else []
    place += ', password=os.environ["REDISCLI_AUTH"]' if target.password else ""
    if target.tls:
        tls = target.tls
        place += ", ssl=True"
        for option, value in (("ca_certs", tls.cacert), ("certfile", tls.cert), ("keyfile", tls.key)):
            place += f", ssl_{option}={value!r}" if value else ""
        place += ', ssl_cert_reqs="none", ssl_check_hostname=False' if tls.insecure else ""
    begin = "".join(imports) + f"import redis\n\nclient = redis.Redis({place})\n"
    if argv[0] == b"FT.SEARCH":
        words = ", ".join(_python_binary(one) for one in argv)
        return f"{begin}print(client.execute_command({words}))\n"
    named = _read(argv)
    if named is None:
        words = ", ".join(_python(one) for one in _plain(argv))
        return f"{begin}print(client.execute_command({words}))\n"
    key, vector, name, options = named
    if vector is not None:
        begin += f"vector = [{_numbers(vector)}]\n"
    given = "vector" if vector is not None else _python(name)
    # Attributes that are not JSON would break redis-py's own reading of them.
    words = "".join(
        f", {option}={value}" for option, value in _python_options(options).items() if option != "with_attribs"
    )
    return f"{begin}print(client.vset().vsim({_python(key)}, {given}{words}))\n"


def _go_redis(argv: Sequence[Argument], target: Target) -> str:
    network = f'Network: "unix", Addr: {_go(target.socket)}' if target.socket else f"Addr: {_go(target.address)}"
    network += f", DB: {target.db}" if target.db else ""
    network += f", Username: {_go(target.username)}" if target.username else ""
    network += ', Password: os.Getenv("REDISCLI_AUTH")' if target.password else ""
    imports = ['"context"', '"fmt"', *(['"os"'] if target.password else [])]
    if target.tls:
        imports.insert(1, '"crypto/tls"')
        network += f", TLSConfig: &tls.Config{{InsecureSkipVerify: {str(target.tls.insecure).lower()}}}"
    named = _read(argv)
    if named is None:
        words = ", ".join(_go(one) for one in _plain(argv))
        call, show = f"client.Do(ctx, {words}).Slice()", "fmt.Println(found)"
    else:
        key, vector, name, options = named
        if vector is not None:
            given = f"&redis.VectorValues{{Val: []float64{{{_numbers(vector)}}}}}"
        else:
            given = f"&redis.VectorRef{{Name: {_go(name)}}}"
        fields = ", ".join(
            f"{_GO_NAMES[option]}: {_go_value(value)}" for option, value in options.items() if option in _GO_NAMES
        )
        call = f"client.VSimWithArgsWithScores(ctx, {_go(key)}, {given}, &redis.VSimArgs{{{fields}}}).Result()"
        show = "for _, one := range found {\n\t\tfmt.Println(one.Score, one.Name)\n\t}"
    imported = "\n\t".join(imports)
    return (
        f'package main\n\nimport (\n\t{imported}\n\n\t"github.com/redis/go-redis/v9"\n)\n\nfunc main() {{\n'
        f"\tctx := context.Background()\n\tclient := redis.NewClient(&redis.Options{{{network}}})\n"
        f"\tfound, err := {call}\n\tif err != nil {{\n\t\tpanic(err)\n\t}}\n\t{show}\n}}\n"
    )


def _read(
    argv: Sequence[Argument],
) -> tuple[Argument, bytes | None, Argument, dict[str, Argument | bool]] | None:
    """Return key, vector, element and options of a VSIM; ``None`` for other commands and non-text names."""
    if argv[0] != b"VSIM":
        return None
    _, key, way, what, *rest = argv
    options: dict[str, Argument | bool] = {}
    place = 0
    while place < len(rest):
        word = _bytes(rest[place]).decode()
        if word in _FLAGS:
            options[_FLAGS[word]] = True
            place += 1
        else:
            options[_VALUES[word]] = rest[place + 1]
            place += 2
    if way == b"FP32":
        assert isinstance(what, bytes)
        return key, what, b"", options
    # redis-py takes bytes for a vector, and an empty name for none.
    if what in (b"", ""):
        return None
    return None if isinstance(what, bytes) and not _is_text(what) else (key, None, what, options)


def _plain(argv: Sequence[Argument]) -> list[Argument]:
    """Return the arguments with the vector as VALUES instead of bytes."""
    place = vector_place(argv)
    if place is None:
        return list(argv)
    vector = argv[place]
    assert isinstance(vector, bytes)
    numbers = unpacked(vector)
    written: list[Argument] = [b"VALUES", len(numbers), *(f"{one:.9g}" for one in numbers)]
    return [*argv[: place - 1], *written, *argv[place + 1 :]]


def _numbers(vector: bytes) -> str:
    return ", ".join(f"{one:.9g}" for one in unpacked(vector))


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _bytes(word: Argument) -> bytes:
    return word if isinstance(word, bytes) else str(word).encode("utf-8", "surrogateescape")


def _shell_word(word: Argument) -> str:
    raw = _bytes(word)
    if b"\0" in raw:
        raise UsageError("A name with a zero byte cannot be written for a shell.", "Use redis-py instead.")
    if not _is_text(raw) or not raw.decode().isprintable():
        return _printed(raw)
    text = raw.decode()
    if _PLAIN_WORD.fullmatch(text):
        return text
    # A backslash inside quotes means itself in one shell and escapes in another; outside it is the same in all.
    return "".join(_QUOTED_APART.get(part, f"'{part}'") for part in _APART.split(text) if part) or "''"


def _printed(raw: bytes) -> str:
    """Return a shell word that calls printf, with octal escapes where needed."""
    if raw.endswith(b"\n"):
        raise UsageError("A name that ends in a line feed cannot be written for a shell.", "Use redis-py instead.")
    octal = re.sub(rb"[^A-Za-z0-9 _.,:/@]", lambda found: rb"\%03o" % found[0][0], raw).decode()
    return f"\"$(printf '{octal}')\""


def _python(word: Argument) -> str:
    if not isinstance(word, bytes):
        return repr(word)
    return ascii(word.decode()) if _is_text(word) and not word.decode().isprintable() else repr(_textual(word))


def _python_binary(word: Argument) -> str:
    """Return an argument as Python code, with bytes that are no text in hexadecimal."""
    return f'bytes.fromhex("{word.hex()}")' if isinstance(word, bytes) and not _is_text(word) else _python(word)


def _textual(raw: bytes) -> str | bytes:
    return raw.decode() if _is_text(raw) else raw


def _python_options(options: dict[str, Argument | bool]) -> dict[str, str]:
    return {
        option: str(float(value)) if option == "epsilon" else _python(value) for option, value in options.items()
    }


def _go(word: Argument) -> str:
    raw = _bytes(word)
    escaped = "".join(
        one if one.isprintable() and one not in '"\\' else "".join(f"\\x{byte:02x}" for byte in _bytes(one))
        for one in raw.decode("utf-8", "surrogateescape")
    )
    return f'"{escaped}"'


def _go_value(value: Argument | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _go(value) if isinstance(value, bytes) else str(value)
