"""What the observer measures: movement, light, the lens, colours and text, and the words for them."""
