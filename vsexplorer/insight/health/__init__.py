"""Checks of a vector set: its vectors, attributes, names, graph and server; each collects what it sees."""
