"""Vision models: they look at frames and say what is in them."""
