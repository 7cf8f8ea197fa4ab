"""Watch rules: named questions that a vision-language model is asked of every segment that is new."""
