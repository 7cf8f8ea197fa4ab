"""Reading video files: what they are, and their frames with true presentation times."""
