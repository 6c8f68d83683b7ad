"""Files to vector sets."""
