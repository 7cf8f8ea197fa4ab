"""The walk in levels: packets say where something may be going on, key frames confirm, that is decoded."""
