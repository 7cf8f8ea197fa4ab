"""The packet index of an MP4 from its tables, believed only as far as packets at both ends bear them out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.media.index import PacketIndex, StreamFacts, assemble
from indexer.media.mp4_ends import COMPARED, Seen, first_frame_as_told, last_as_told
from indexer.media.mp4_tables import read_sample_tables
from indexer.media.packets import MP4


def quick_index(
    path: Path, container: InputContainer, stream: VideoStream, beat: Callable[[], None]
) -> tuple[PacketIndex, VideoFrame] | None:
    """Make the index of an MP4 whose tables are plain, and decode its first picture.

    Args:
        path: The file.
        container: Freshly opened; where it stands afterwards is not told.
        stream: The video stream.
        beat: Called again and again, as a sign of life.

    Returns:
        What `build_index` would return, or None when that must be asked: for other containers, edited or
        fragmented or damaged files.
    """
    if container.format.name != MP4:
        return None
    tables = read_sample_tables(path, stream.id)
    if tables is None:
        return None
    count = len(tables.pts)

    def agrees(place: int, seen: Seen) -> bool:
        told = tables.pts[place], tables.keyframes[place], True
        return (seen.pts, seen.is_keyframe, seen.is_plain) == told

    first_frame = first_frame_as_told(container, stream, count, agrees, beat)
    if first_frame is None:
        return None
    from_pts = int(tables.pts[max(0, count - COMPARED)])
    last = last_as_told(container, stream, count, from_pts, agrees)
    if last is None:
        return None
    longest = np.iinfo(tables.durations.dtype).max
    tables.durations[count - len(last) :] = [min(max(0, seen.duration), longest) for seen in last]
    return assemble(tables.displayed(), first_frame.pts, StreamFacts.of(stream)), first_frame
