"""A stand-in for the model hub on a loopback port: one repository, whose files it serves whole or in parts."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import ClassVar

_COMMIT = "c" * 40
_BLOCK = 1 << 20


class Hub:
    """Serves ``files`` (path in the repository to file) as the repository ``name``.

    ``pause`` is waited after each MiB, so that a download can be watched or interrupted.
    """

    def __init__(self, name: str, files: dict[str, Path], pause: float = 0.0) -> None:
        self.requested: list[str] = []
        """Ranges asked for of large files, in order."""
        self.sent = 0
        """Bytes of large files sent."""
        self.pause = pause
        hub = self

        class Handler(_Handler):
            repository = name
            contents = files

            def note(self, what: str) -> None:
                hub.requested.append(what)

            def wrote(self, size: int) -> None:
                hub.sent += size
                time.sleep(hub.pause)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def wait_until_sent(self, size: int, patience: float = 30.0) -> None:
        """Block until that many bytes of large files have been sent."""
        deadline = time.monotonic() + patience
        while self.sent < size:
            assert time.monotonic() < deadline, f"only {self.sent} bytes were asked for"
            time.sleep(0.01)

    @property
    def endpoint(self) -> str:
        """For ``HF_ENDPOINT``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Hub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    repository = ""
    contents: ClassVar[dict[str, Path]] = {}
    protocol_version = "HTTP/1.1"

    def note(self, what: str) -> None:
        raise NotImplementedError

    def wrote(self, size: int) -> None:
        raise NotImplementedError

    def log_message(self, format: str, *args: object) -> None:
        return

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        if path.startswith(f"/api/models/{self.repository}/tree/"):
            entries = [
                {"type": "file", "path": name, "size": file.stat().st_size, "oid": _digest(file)}
                for name, file in self.contents.items()
            ]
            self._json(entries)
        elif path.startswith(f"/api/models/{self.repository}"):
            self._json(
                {"id": self.repository, "sha": _COMMIT, "siblings": [{"rfilename": name} for name in self.contents]}
            )
        elif found := re.fullmatch(f"/{re.escape(self.repository)}/resolve/[^/]+/(.+)", path):
            self._file(found.group(1), body)
        else:
            self.send_error(404)

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, name: str, body: bool) -> None:
        file = self.contents.get(name)
        if file is None:
            self.send_error(404)
            return
        size = file.stat().st_size
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(wanted.group(1)) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(size - start))
        self.send_header("ETag", f'"{_digest(file)}"')
        self.send_header("X-Repo-Commit", _COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.end_headers()
        if not body:
            return
        if size > _BLOCK:
            self.note(f"{start}-")
        with file.open("rb") as data:
            data.seek(start)
            while block := data.read(_BLOCK):
                try:
                    self.wfile.write(block)
                except OSError:
                    return
                if size > _BLOCK:
                    self.wrote(len(block))


def _digest(file: Path) -> str:
    return hashlib.sha1(file.name.encode() + str(file.stat().st_size).encode()).hexdigest()
