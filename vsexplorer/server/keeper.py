"""Process that runs a private server for as long as it has users.

Started by ``private_server.py`` as ``python -m vsexplorer.server.keeper BINARY FOLDER SOCKET durable|temporary``.
It imports only the standard library, holds ``keeper.lock`` while it runs, restarts a server that crashed, and stops
it and itself once the exclusive lock on ``users.lock`` is granted, which means that no user is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

_MAX_CRASHES = 3
"""Number of crashes in quick succession after which the keeper gives up."""
_QUICK = 5.0
"""Seconds; a server that ran longer counts as started."""
_GRACE = 60.0
"""Seconds a server may take to write its snapshot and end."""
_PR_SET_PDEATHSIG = 1


def main(binary: str, folder_name: str, socket: str, kind: str) -> int:
    """Run the server until its last user is gone; return the exit status."""
    folder = Path(folder_name)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with (folder / "keeper.lock").open("a") as own, (folder / "users.lock").open("a") as users:
        fcntl.flock(own, fcntl.LOCK_EX)
        status = _Supervisor(_command(binary, folder, socket, kind), folder).run(users.fileno())
        Path(socket).unlink(missing_ok=True)
        if kind == "temporary":
            shutil.rmtree(folder, ignore_errors=True)
        elif Path(socket).parent != folder:
            with contextlib.suppress(OSError):
                Path(socket).parent.rmdir()
    return status


def _command(binary: str, folder: Path, socket: str, kind: str) -> list[str]:
    command = [binary, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700"]
    command += ["--dir", str(folder), "--logfile", str(folder / "redis.log"), "--daemonize", "no"]
    if kind == "temporary":
        return [*command, "--appendonly", "no", "--save", ""]
    # Confirmed writes survive SIGKILL and power loss; the save point makes SIGTERM leave a snapshot too.
    return [*command, "--appendonly", "yes", "--appendfsync", "always", "--save", "86400 1000000000"]


class _Supervisor:
    def __init__(self, command: list[str], folder: Path) -> None:
        self._command = command
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._ending = False

    def run(self, users: int) -> int:
        signal.signal(signal.SIGTERM, lambda *_: self._on_sigterm())
        threading.Thread(target=self._wait_for_last_user, args=(users,), daemon=True).start()
        falls = 0
        while falls < _MAX_CRASHES:
            with self._lock:
                if self._ending:
                    return 0
                self._server = subprocess.Popen(
                    self._command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent()
                )
            started = time.monotonic()
            self._server.wait()
            if self._ending:
                return 0
            falls = falls + 1 if time.monotonic() - started < _QUICK else 1
        return 1

    def _on_sigterm(self) -> None:
        self._end()
        threading.Thread(target=self._kill_when_stuck, daemon=True).start()

    def _wait_for_last_user(self, users: int) -> None:
        fcntl.flock(users, fcntl.LOCK_EX)
        with self._lock:
            self._end()
        self._kill_when_stuck()

    def _kill_when_stuck(self) -> None:
        """Kill a server that does not stop, which happens if it cannot write its snapshot.

        No data is lost, because the append-only file is complete after every write.
        """
        deadline = time.monotonic() + _GRACE
        while self._server is not None and self._server.returncode is None:
            if time.monotonic() > deadline or not self._folder.exists():
                self._server.kill()
                return
            time.sleep(0.1)

    def _end(self) -> None:
        self._ending = True
        if self._server is not None:
            self._server.terminate()


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux, make the kernel terminate the server if the keeper is killed."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
