"""The main screen: its panes and what routes their messages."""
