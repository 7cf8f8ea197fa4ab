"""From a walk over a video's frames to segments and their measured activity."""
