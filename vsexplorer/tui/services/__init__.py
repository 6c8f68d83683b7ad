"""Services for the screens: they take callables, return values, and do not depend on any screen."""
