"""How a video of the library is written, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from app.console import format_size
from app.pages.parts.text import plain
from indexer.discovery import printable
from indexer.library.records import VideoRecord, VideoStatus
from indexer.timeline import format_seconds

STATUS_COLOURS = {
    VideoStatus.READY: "green",
    VideoStatus.PARTIAL: "orange",
    VideoStatus.FAILED: "red",
    VideoStatus.INDEXING: "blue",
    VideoStatus.QUEUED: "gray",
}
_MOST_REASON = 400


def count_line(counts: Mapping[VideoStatus, int]) -> str:
    """Say how many videos there are, and how they stand: ``5,000 videos: 4,900 ready, 100 failed``."""
    total = sum(counts.values())
    number = f"{total:,} video{'' if total == 1 else 's'}"
    stand = [f"{counts[each]:,} {each.value}" for each in VideoStatus if each in counts]
    return f"{number}: {', '.join(stand)}" if stand else number


def facts_line(video: VideoRecord) -> str:
    """Say how long it is, when and by which camera it was recorded, and what it is."""
    parts = [format_seconds(round(video.duration_seconds, 1))] if video.duration_seconds else []
    if video.start is not None:
        parts.append(f"recorded {video.start.described}")
    elif video.duration_seconds:
        parts.append("when it was recorded is not known")
    if video.camera:
        parts.append(f"camera {video.camera}")
    if video.width:
        parts.append(f"{video.width}×{video.height} {video.codec}")
    if video.size_bytes:
        parts.append(format_size(video.size_bytes))
    if video.segment_count:
        parts.append(f"{video.segment_count:,} segment{'s' if video.segment_count > 1 else ''}")
    return plain(" · ".join(parts))


def remarks(video: VideoRecord, is_there: bool) -> list[str]:
    """Say why it failed or is partial, that its file is gone, and what there is to know about its start."""
    lines = []
    if not is_there:
        what = "its file was replaced by other content" if video.replaced_by else "its file is not there"
        lines.append(f":orange[{what}: {plain(printable(video.path))}]")
    if video.failure:
        lines.append(f":red[{plain(video.failure[:_MOST_REASON])}]")
    if video.reason and video.reason != video.failure:
        lines.append(f":orange[{plain(video.reason[:_MOST_REASON])}]")
    remark = video.start.remark if video.start is not None else video.start_remark
    if remark:
        lines.append(f":gray[{plain(remark)}]")
    return lines
