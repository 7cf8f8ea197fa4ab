"""Incidents: moments of videos put together for the record, and reports on them that can be verified."""
