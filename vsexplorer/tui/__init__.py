"""The terminal user interface: screens and widgets that draw values and post messages."""
