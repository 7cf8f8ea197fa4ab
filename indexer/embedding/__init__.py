"""Embedders: they turn texts into vectors that lie near each other when the texts mean the same."""
