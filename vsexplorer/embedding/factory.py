"""Make the embedder for a model."""

from __future__ import annotations

from pathlib import Path

from vsexplorer.embedding.embedder import Embedder
from vsexplorer.embedding.http_embedder import HttpEmbedder, is_address
from vsexplorer.embedding.prefixes import Prefixes, usual_prefixes
from vsexplorer.embedding.text_embedder import EmbeddingOptions, TextEmbedder


def make_embedder(
    model: str, cache: Path, options: EmbeddingOptions | None = None, recorded: Prefixes | None = None
) -> TextEmbedder:
    """Make the embedder for a model, not opened yet.

    Args:
        model: A name that fastembed knows, the path of a folder with the model's files, or the address of an
            OpenAI-compatible server, after ``#`` with the model's name.
        cache: Folder of downloaded and converted models.
        options: What the user says about embedding.
        recorded: The prefixes that a set was made with, if that is recorded; the user's go first.
    """
    options = options or EmbeddingOptions()
    prefixes = options.prefixes if options.prefixes is not None else recorded
    if is_address(model):
        usual = usual_prefixes(model.partition("#")[2])
        return HttpEmbedder(model, cache, prefixes if prefixes is not None else usual, options.key)
    return Embedder(model, cache, prefixes)
