"""Text to vectors: where a model comes from and how it is run."""
