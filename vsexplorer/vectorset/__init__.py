"""Commands, replies, reads and changes of vector sets."""
