"""State saved for the user between runs: search history, favourites, and settings of each set."""
