"""A real terminal: tmux runs the program, types into it and reads its screen."""

from __future__ import annotations

import fcntl
import os
import pty
import shlex
import struct
import subprocess
import termios
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

_PATIENCE = 40.0


def _drain(descriptor: int) -> None:
    with suppress(OSError):
        while os.read(descriptor, 65536):
            pass


class Terminal:
    """A program in a terminal for the length of a block; afterwards its exit status is on the screen."""

    def __init__(self, *command: str, size: tuple[int, int] = (120, 36)) -> None:
        self._socket = f"vsx-{uuid.uuid4().hex[:8]}"
        self._command = f'{shlex.join(command)}; echo "[status $?]"; sleep 600'
        self._size = size
        self._environment = {**os.environ, "TERM": "xterm-256color"}

    def __enter__(self) -> Terminal:
        width, height = map(str, self._size)
        self._tmux("-f", "/dev/null", "new-session", "-d", "-s", "t", "-x", width, "-y", height, self._command)
        self._tmux("set", "-g", "status", "off")
        self._tmux("set", "-s", "set-clipboard", "on")
        self._tmux("resize-window", "-t", "t", "-x", width, "-y", height)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server")

    def type(self, text: str) -> None:
        """Type as a person would, a key at a time."""
        for character in text:
            self._tmux("send-keys", "-t", "t", "-l", character)
            time.sleep(0.02)

    @contextmanager
    def keyboard(self) -> Iterator[Callable[[str, float], None]]:
        """A keyboard that can be as fast as one likes: a function that types text, with a pause after each key.

        It is a second terminal attached to the session; a pause of zero sends everything in one write.
        """
        self._tmux("set", "-s", "escape-time", "0")
        ours, theirs = pty.openpty()
        width, height = self._size
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        attached = subprocess.Popen(
            ["tmux", "-L", self._socket, "attach", "-t", "t"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=self._environment,
            start_new_session=True,
        )
        os.close(theirs)
        reader = threading.Thread(target=_drain, args=(ours,), daemon=True)
        reader.start()
        time.sleep(0.3)

        def type_text(text: str, pause: float) -> None:
            for part in text if pause else [text]:
                os.write(ours, part.encode())
                time.sleep(pause)

        try:
            yield type_text
        finally:
            attached.kill()
            attached.wait(10)
            os.close(ours)

    def press(self, *keys: str) -> None:
        """Press keys by their tmux names."""
        for key in keys:
            self._tmux("send-keys", "-t", "t", key)
            time.sleep(0.05)

    def screen(self) -> str:
        """What is on the screen."""
        return self._tmux("capture-pane", "-p", "-t", "t")

    def until(self, holds: str | Callable[[str], object]) -> str:
        """Wait until a text, or something else, is on the screen; return the screen."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            screen = self.screen()
            if holds in screen if isinstance(holds, str) else holds(screen):
                return screen
            assert time.monotonic() < deadline, f"never on the screen: {holds!r}\n{screen}"
            time.sleep(0.05)

    def modes(self) -> str:
        """Whether the terminal shows its alternate screen, reports the mouse, and shows its cursor: 0 or 1 each."""
        form = "#{alternate_on} #{mouse_any_flag} #{cursor_flag}"
        return self._tmux("display-message", "-p", "-t", "t", form).strip()

    def clipboard(self) -> str:
        """What the program has sent to the terminal's clipboard."""
        return self._tmux("show-buffer")

    def resize(self, width: int, height: int) -> None:
        """Change the terminal's size."""
        self._tmux("resize-window", "-t", "t", "-x", str(width), "-y", str(height))

    def process_id(self, name: str) -> int:
        """The process in the terminal whose command line holds ``name``."""
        shell = self._tmux("display-message", "-p", "-t", "t", "#{pane_pid}").strip()
        found = subprocess.run(["pgrep", "-P", shell, "-f", name], capture_output=True, text=True, check=True)
        return int(found.stdout.split()[0])

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
            timeout=30,
        )
        return done.stdout
