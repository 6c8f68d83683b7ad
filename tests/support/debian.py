"""Programs of Debian's packages, unpacked with the libraries they were built against; nothing is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path


class Unavailable(Exception):
    """The program cannot be had on this machine."""


def unpack(home: Path, suite: str, packages: Sequence[str], program: str, folder: str = "") -> Path:
    """Download and unpack packages, and write a script that runs one of their programs.

    Args:
        home: The folder to make; an existing one is replaced.
        suite: The release of Debian.
        packages: The packages with the program and its libraries.
        program: The path of the program in them.
        folder: The folder in them to change into first; empty to stay.

    Returns:
        The script.

    Raises:
        Unavailable: with the reason.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise Unavailable("not a Debian system")
    machine = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    loaders = {"amd64": "ld-linux-x86-64.so.2", "arm64": "ld-linux-aarch64.so.1"}
    loader = loaders.get(machine.stdout.strip())
    if loader is None:
        raise Unavailable(f"no loader known for {machine.stdout.strip()}")
    name = Path(program).name
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        work = Path(scratch)
        _download(work, suite, packages)
        root = work / "root"
        for package in (work / "packages").glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
        loader_path = next(path for path in root.rglob(loader) if path.is_file())
        libraries = {path.parent for path in root.rglob("lib*.so*")}
        final = home / "root"
        search = ":".join(str(final / one.relative_to(root)) for one in sorted(libraries))
        change = f'cd "{final / folder}" || exit\n' if folder else ""
        script = (
            f'#!/bin/sh\n{change}exec "{final / loader_path.relative_to(root)}" --library-path "{search}" '
            f'"{final / program}" "$@"\n'
        )
        staged = work / "staged"
        staged.mkdir()
        root.rename(staged / "root")
        (staged / name).write_text(script)
        (staged / name).chmod(0o755)
        shutil.rmtree(home, ignore_errors=True)
        staged.rename(home)
    return home / name


def _download(work: Path, suite: str, packages: Sequence[str]) -> None:
    for folder in ("packages", "lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "sources.list").write_text(f"deb {_keyring()}{_mirror()} {suite} main\n")
    settings = {
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work,
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    for command in (["update"], ["download", *packages]):
        done = subprocess.run(
            ["apt-get", *options, "-qq", *command],
            cwd=work / "packages",
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if done.returncode:
            raise Unavailable(f"apt-get {command[0]} failed: {done.stderr.strip()[-300:]}")


def _mirror() -> str:
    for path in (Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")):
        if path.is_file() and (found := re.search(r"https?://\S+/debian(?=/?\s)", path.read_text())):
            return found.group()
    raise Unavailable("no Debian mirror in /etc/apt")


def _keyring() -> str:
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    return f"[signed-by={keyring}] " if keyring.exists() else ""
