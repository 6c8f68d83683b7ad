"""What people type: the filter language, understood as the server understands it. Standard library only."""
