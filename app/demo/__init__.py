"""The demo clip: a loading dock that Witness draws itself, and the truth about what happens in it."""
