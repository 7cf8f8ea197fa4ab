"""Indexing inside the browser chat's server: what is added by upload, by path and from watched folders."""
