"""The use cases both front ends share."""
