"""The widgets of which screens are composed."""
