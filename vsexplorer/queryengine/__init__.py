"""Indexes of Redis' query engine: vectors in hashes and JSON documents, searched by FT.SEARCH."""
