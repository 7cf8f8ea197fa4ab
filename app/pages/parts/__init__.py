"""The parts that the pages are composed of."""
