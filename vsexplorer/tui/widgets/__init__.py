"""Parts a screen is composed of."""
