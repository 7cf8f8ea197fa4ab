"""From video files to a searchable library: decode, segment, look, embed, store."""
