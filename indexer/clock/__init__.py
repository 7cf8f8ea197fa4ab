"""When a recording was made: its wall clock, from the best source that there is."""
