"""The query line, and the filter language as the server interprets it."""
