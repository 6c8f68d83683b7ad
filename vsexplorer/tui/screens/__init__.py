"""The other screens, one per file."""
