"""Speed and quality, each with a command that prints a table."""
