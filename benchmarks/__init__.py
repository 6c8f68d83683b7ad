"""How fast the explorer is, as ratios against floors measured in the same run."""
