"""Connections to a Redis server, which server to use, what it can do, and the private server."""
