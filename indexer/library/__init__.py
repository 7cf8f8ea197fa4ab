"""The library: the catalog (SQLite, the truth) and the vectors derived from it (Chroma)."""
