"""Numbers of things, as people write them: "1 video", "2 videos"."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """Write how many there are of something; the plural is the noun with an s unless it is given."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
