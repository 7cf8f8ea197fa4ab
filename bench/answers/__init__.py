"""How right and how fast answers are, each figure beside a baseline of the same run."""
