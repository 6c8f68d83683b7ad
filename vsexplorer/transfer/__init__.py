"""Load files into vector sets, and export and copy sets."""
