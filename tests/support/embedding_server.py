"""An OpenAI-compatible embedding server with the real model, which can be told to misbehave."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from vsexplorer.embedding.embedder import Embedder

LONGEST = 4_000
"""Characters of a text that are accepted."""


@dataclass
class EmbeddingServer:
    """The server's behaviour, and what it was asked."""

    embedder: Embedder
    key: str = ""
    names: Sequence[str] = ("minilm",)
    base64: bool = True
    shuffled: bool = False
    scale: float = 1.0
    """Factor of all vectors."""
    counts: bool = False
    """Count a token for each character, and say so."""
    replies: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    """Replies to give to the next requests for vectors instead of vectors: status, headers and body."""
    pause: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of the requests for vectors."""
    running: int = 0
    most_running: int = 0
    url: str = ""

    def vectors(self, texts: Sequence[str]) -> list[np.ndarray[Any, Any]]:
        """Embed texts one by one with the real model."""
        return [
            self.scale * np.frombuffer(self.embedder.run_documents([text])[0], "<f4").astype(np.float64)
            for text in texts
        ]


@contextmanager
def serving(server: EmbeddingServer) -> Iterator[EmbeddingServer]:
    """Serve on a free port of the loopback interface."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Write no log."""

        def do_GET(self) -> None:
            if not self._allowed():
                return
            if self.path == "/v1/models" and server.names:
                self._answer(200, {"data": [{"id": name} for name in server.names]})
            else:
                self._answer(404, {"error": "nothing here"})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not self._allowed():
                return
            with lock:
                server.asked.append(body)
                server.running += 1
                server.most_running = max(server.most_running, server.running)
                scripted = server.replies.pop(0) if server.replies else None
            time.sleep(server.pause)
            with lock:
                server.running -= 1
            if scripted is not None:
                self._raw(*scripted)
            elif body["model"] not in server.names:
                self._answer(404, {"error": {"message": f"model {body['model']} not found"}})
            elif max(map(len, body["input"])) > LONGEST:
                self._answer(400, {"error": {"message": f"input is longer than {LONGEST} characters"}})
            elif "encoding_format" in body and not server.base64:
                self._answer(400, {"error": {"message": "unknown parameter encoding_format"}})
            else:
                usage = {"usage": {"total_tokens": sum(map(len, body["input"]))}} if server.counts else {}
                self._answer(200, {"data": self._rows(body), **usage})

        def _rows(self, body: dict[str, Any]) -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = []
            for index, vector in enumerate(server.vectors(body["input"])):
                value: object = vector.tolist()
                if body.get("encoding_format") == "base64":
                    value = base64.b64encode(vector.astype("<f4").tobytes()).decode()
                rows.append({"index": index, "embedding": value})
            return rows[::-1] if server.shuffled else rows

        def _allowed(self) -> bool:
            if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
                self._answer(401, {"error": {"message": "wrong key"}})
                return False
            return True

        def _answer(self, status: int, document: object) -> None:
            self._raw(status, {"Content-Type": "application/json"}, json.dumps(document).encode())

        def _raw(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            if int(headers.get("Content-Length", len(content))) != len(content):
                self.close_connection = True

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}/v1"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
