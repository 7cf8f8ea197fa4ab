"""Speech to text: sound from the isolated decoder, in blocks, to a transcriber."""
