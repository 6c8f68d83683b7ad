"""Services of the screens: they take callables and return values, and know no screen."""
