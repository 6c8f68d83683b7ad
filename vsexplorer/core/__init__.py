"""Values, errors, text, attributes, columns, paths, progress and configuration, used by all other packages."""
