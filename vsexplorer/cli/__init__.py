"""Commands for the shell and for scripts."""
