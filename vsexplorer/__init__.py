"""A terminal explorer for Redis vector sets."""

__version__ = "0.1.0"
