"""Values, errors, text, attributes, paths, progress and configuration: what every other package may use."""
