"""The main screen: its panes, and the screen that routes their messages."""
