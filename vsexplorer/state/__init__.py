"""What vsexplorer remembers for its user between runs: searches, favourites, and how each set is looked at."""
