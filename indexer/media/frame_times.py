"""When the frames around a time are displayed: read from the packet index, nothing is decoded."""

from __future__ import annotations

from pathlib import Path

from indexer.media.messages import Header
from indexer.media.video_file import VideoFiles


def times_around(files: VideoFiles, path: Path, seconds: float, count: int) -> Header:
    """Answer with the PTS of the frame displayed at a time, and of ``count`` frames on each side of it."""
    index = files.get(path).index
    place = index.position(index.displayed_at(seconds))
    around = index.pts[max(0, place - count) : place + count + 1]
    return {"kind": "times", "times": [index.seconds(pts) for pts in around]}
