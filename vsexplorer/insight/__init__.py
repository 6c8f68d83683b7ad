"""What no server tells by itself: what the attributes of a set hold."""
