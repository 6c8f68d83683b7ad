"""The interactive screen: draws values, posts messages."""
