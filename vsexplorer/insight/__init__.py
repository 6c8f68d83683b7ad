"""Information that no server command returns: samples, fields, match counts and figures of sets."""
