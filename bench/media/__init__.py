"""Benches of the media engine: exactness, speed, hostile files."""
