"""One command, one file: what ``witness COMMAND`` does."""
