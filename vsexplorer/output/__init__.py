"""Results as text: tables, JSON, CSV, Markdown and code snippets."""
