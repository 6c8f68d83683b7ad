"""Embed texts with an OpenAI-compatible server: Ollama, llama.cpp, LM Studio, vLLM, TEI, OpenAI and others.

Requests are sent by threads over kept-alive connections: a load keeps several under way, a query is one.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vsexplorer.core.errors import ModelUnavailable
from vsexplorer.core.progress import Progress, ProgressCallback, ignore_progress
from vsexplorer.embedding import http_reply
from vsexplorer.embedding.prefixes import Prefixes
from vsexplorer.embedding.query_cache import QueryCache
from vsexplorer.embedding.text_embedder import Batches, Embedding, RequestCost

if TYPE_CHECKING:
    import httpx

_BATCH, _BATCH_CHARACTERS = 32, 60_000
"""Texts and characters in one request; servers limit both."""
_WORKERS = 4
_CONNECT, _TIMEOUT = 5.0, 60.0
"""Seconds to connect, and for a reply."""
_QUERY_TRIES, _LOAD_TRIES = 2, 6
_FIRST_PAUSE, _LONGEST_PAUSE = 0.3, 30.0
_BUSY = frozenset([429, 502, 503, 504])
"""Statuses after which a request is repeated."""


def is_address(model: str) -> bool:
    """Whether a model is named by the address of a server."""
    return model.startswith(("http://", "https://"))


class HttpEmbedder:
    """A model on an OpenAI-compatible server.

    Args:
        model: The address of the server, usually ending in ``/v1``, and after ``#`` the name of the model; without
            a name the server must offer a single model.
        cache: Folder of downloaded models, kept for embedders that follow this one.
        prefixes: What to put before queries and documents.
        key: Sent as a bearer token; empty for none.
    """

    provider = "http"
    limit = None

    def __init__(self, model: str, cache: Path, prefixes: Prefixes, key: str = "") -> None:
        self.model = model
        self.cache = cache
        self.prefixes = prefixes
        self.dimension = 0
        self.workers: int | None = _WORKERS
        address, _, self._name = model.partition("#")
        self._address = address.rstrip("/")
        parts = urlsplit(self._address)
        host = parts.netloc.rpartition("@")[2]
        self._shown = parts._replace(netloc=host).geturl()
        """The address without user and password, which no message may repeat."""
        self._where = f"The embedding server {host}"
        self._key = key.strip()
        self._client: httpx.Client | None = None
        self._thread = ThreadPoolExecutor(2, "embedder")
        self._known = QueryCache()
        self._failure: ModelUnavailable | None = None
        self._opening = asyncio.Lock()
        self._closed = threading.Event()
        self._encoded = True
        self._ready = False
        self._counting = threading.Lock()
        self._tokens = self._counted_characters = 0
        """Tokens that the server has counted, and the characters of those texts."""

    @property
    def ready(self) -> bool:
        """Whether the server has answered with a vector."""
        return self._ready

    @property
    def name(self) -> str:
        """The model's name on the server."""
        return self._name or self._shown

    @property
    def origin(self) -> str:
        """The server's address, without user and password."""
        return self._shown

    async def open(self, progress: ProgressCallback = ignore_progress, again: bool = False) -> None:
        """Ask the server for its models and for a first vector; returns at once when that is done.

        Raises:
            ModelUnavailable: it cannot be reached, refuses the key, or does not have the model.
        """
        async with self._opening:
            if self._ready:
                return
            if self._failure is not None and not again:
                raise self._failure
            progress(Progress(f"asking {urlsplit(self._shown).netloc}"))
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._connect)
            except ModelUnavailable as error:
                self._failure = error
                raise
            self._failure = None
            self._ready = True

    async def embed(self, text: str) -> Embedding:
        """Embed a query, or return its cached vector.

        Raises:
            ModelUnavailable: the server cannot be reached, or refuses the text.
        """
        known = self._known.find(text)
        if known is not None:
            return known
        await self.open()
        started = time.perf_counter()
        asked = [self.prefixes.query + text]
        loop = asyncio.get_running_loop()
        vector = (await loop.run_in_executor(self._thread, self._vectors, asked, _QUERY_TRIES))[0]
        embedding = Embedding(vector, (time.perf_counter() - started) * 1000)
        self._known.add(text, embedding)
        return embedding

    def run_documents(self, texts: Sequence[str]) -> list[bytes]:
        """Embed documents, in order, in the calling thread; the server must have been opened.

        Raises:
            ModelUnavailable: the server cannot be reached any more, or refuses a text, which is named.
        """
        found: list[bytes] = []
        for batch in self.batches(texts).batches:
            found += self._vectors([self.prefixes.document + texts[place] for place in batch], _LOAD_TRIES)
        return found

    def cost(self, texts: Sequence[str]) -> RequestCost:
        """Return the number of requests for documents, and of tokens by what the server has counted so far."""
        with self._counting:
            each = self._tokens / self._counted_characters if self._counted_characters else None
        characters = sum(len(self.prefixes.document) + len(text) for text in texts)
        tokens = None if each is None else each * characters
        return RequestCost(len(texts), len(self.batches(texts).batches), tokens)

    def batches(self, texts: Sequence[str]) -> Batches:
        """Divide documents into requests, in order."""
        found: list[list[int]] = []
        size = 0
        for place, text in enumerate(texts):
            if not found or len(found[-1]) >= _BATCH or size + len(text) > _BATCH_CHARACTERS:
                found.append([])
                size = 0
            found[-1].append(place)
            size += len(text)
        return Batches(found, 0)

    def server_models(self) -> list[str]:
        """Return the models that the server offers; blocks.

        Raises:
            ModelUnavailable: it cannot be reached, or does not list its models.
        """
        try:
            return self._listed()
        except _NotOffered as error:
            raise ModelUnavailable(f"{self._where} does not list its models.") from error
        except _Refused as error:
            raise ModelUnavailable(f"{self._where} refuses to list its models: {error.why}") from error

    def _listed(self) -> list[str]:
        return http_reply.models(self._send("GET", "/models", None, _QUERY_TRIES), self._where)

    async def close(self) -> None:
        """Close the connections; a request under way is given up at its next attempt."""
        self._closed.set()
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            client, self._client = self._client, None
            await asyncio.to_thread(client.close)

    def _connect(self) -> None:
        names: list[str] = []
        try:
            names = self._listed()
        except (_NotOffered, _Refused):
            # Not every server lists its models.
            if not self._name:
                raise ModelUnavailable(
                    f"{self._where} does not list its models.", "Name one with --model."
                ) from None
        if not self._name:
            if len(names) != 1:
                if not names:
                    raise ModelUnavailable(f"{self._where} offers no models.")
                hint = f"Name one with --model: {', '.join(names)}."
                raise ModelUnavailable(f"{self._where} offers several models.", hint)
            self._name = names[0]
        elif names and not any(one == self._name or one.startswith(f"{self._name}:") for one in names):
            raise ModelUnavailable(
                f"{self._where} does not offer the model {self._name!r}.", f"It offers: {', '.join(names)}."
            )
        try:
            self.dimension = len(self._asked(["warm up"], _QUERY_TRIES)[0]) // 4
        except _Refused as refused:
            raise ModelUnavailable(f"{self._where} refuses the model {self._name!r}: {refused.why}") from refused

    def _vectors(self, texts: Sequence[str], tries: int) -> list[bytes]:
        try:
            return self._asked(texts, tries)
        except _Refused as refused:
            if len(texts) == 1:
                begins = texts[0][:60] + ("…" if len(texts[0]) > 60 else "")
                raise ModelUnavailable(
                    f"{self._where} refuses the text {begins!r} of {len(texts[0]):,} characters: {refused.why}"
                ) from refused
        # One of the texts is refused: ask for each alone to find out which.
        return [vector for text in texts for vector in self._vectors([text], tries)]

    def _asked(self, texts: Sequence[str], tries: int) -> list[bytes]:
        content: bytes | None = None
        if self._encoded:
            try:
                content = self._send("POST", "/embeddings", http_reply.request(self._name, texts, True), tries)
            except _Refused as refused:
                # Servers that know no base64 refuse the parameter.
                if "encoding_format" not in refused.why:
                    raise
                self._encoded = False
        if content is None:
            content = self._send("POST", "/embeddings", http_reply.request(self._name, texts, False), tries)
        found = http_reply.vectors(content, len(texts), self.dimension, self._where)
        counted = http_reply.tokens(content, self._where)
        if counted is not None:
            with self._counting:
                self._tokens += counted
                self._counted_characters += sum(map(len, texts))
        return found

    def _send(self, method: str, path: str, body: object, tries: int) -> bytes:
        """Send a request, and repeat it while the server is busy or unreachable."""
        import httpx

        problem = ""
        for attempt in range(tries):
            wait: float | None = None
            try:
                response = self._http().request(method, f"{self._address}{path}", json=body)
                # Some servers answer 500 to a text that is too long, others when something fails once.
                once = response.status_code == 500 and attempt == 0 and tries > 1
                if response.status_code not in _BUSY and not once:
                    return self._content(response, path)
                problem = f"is busy (status {response.status_code}): {http_reply.reason(response.content)}"
                wait = _retry_after(response.headers.get("Retry-After", ""))
            except httpx.InvalidURL as error:
                raise ModelUnavailable(f"{self._shown} is not a valid address: {error}.") from error
            except httpx.ConnectTimeout:
                problem = f"did not accept a connection in {_CONNECT:.0f} s"
            except httpx.TimeoutException:
                problem = f"did not answer in {_TIMEOUT:.0f} s"
            except httpx.RequestError as error:
                problem = f"cannot be reached: {str(error) or type(error).__name__}"
            if attempt + 1 < tries:
                pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt) * random.uniform(0.8, 1.2)  # noqa: S311
                if self._closed.wait(min(_LONGEST_PAUSE, wait) if wait is not None else pause):
                    break
        raise ModelUnavailable(f"{self._where} {problem}.", "Check that it runs, and its address: --embedder.")

    def _http(self) -> httpx.Client:
        import httpx

        if self._client is None:
            if not (self._key.isascii() and self._key.isprintable()):
                raise ModelUnavailable(
                    "The key of the embedding server has characters that a key cannot have.",
                    "Check VSEXPLORER_EMBEDDER_KEY.",
                )
            headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
            self._client = httpx.Client(timeout=httpx.Timeout(_TIMEOUT, connect=_CONNECT), headers=headers)
        return self._client

    def _content(self, response: httpx.Response, path: str) -> bytes:
        status = response.status_code
        if response.is_success:
            return response.content
        why = http_reply.reason(response.content)
        if status in (401, 403):
            hint = "Set the key in VSEXPLORER_EMBEDDER_KEY." if not self._key else "Check VSEXPLORER_EMBEDDER_KEY."
            raise ModelUnavailable(f"{self._where} refuses access: {why}", hint)
        if response.is_redirect:
            raise ModelUnavailable(
                f"{self._where} redirects to {response.headers.get('Location', 'nowhere')}.",
                "Give that address with --embedder if you trust it.",
            )
        if status in (404, 405) and path == "/models":
            raise _NotOffered
        if status == 404 and "model" not in why.lower():
            raise ModelUnavailable(
                f"{self._where} has nothing at {self._shown}{path}.", "The address usually ends in /v1."
            )
        raise _Refused(why)


class _NotOffered(Exception):
    """The server does not have what was asked for."""


class _Refused(Exception):
    """The server refuses a request, as for a text that is too long."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _retry_after(value: str) -> float | None:
    """Return the seconds that a server asks to wait: a number, or a date."""
    with contextlib.suppress(ValueError):
        return max(0.0, float(value))
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    return None
