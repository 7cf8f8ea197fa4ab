"""What other cameras recorded at a moment: recordings are lined up by their wall clocks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from indexer.clock.start import WallSpan
from indexer.library.records import VideoRecord
from indexer.timeline import Span

ASKS_FOR_OTHERS = re.compile(
    r"\b(?:the )?other (?:cameras?|videos?|recordings?|angles?|views?)\b|\banother (?:camera|angle)\b"
    r"|\b(?:every|all) other cameras?\b"
    r"|(?:其他|其它|别的|另一个|另外的?)(?:摄像头|摄像机|相机|镜头|视频|画面|录像|机位)",
    re.IGNORECASE,
)
"""Words that ask what the cameras other than the named one saw."""


def videos_at(
    records: Iterable[VideoRecord], moment: WallSpan, *, but: Collection[str] = ()
) -> list[tuple[VideoRecord, Span]]:
    """Return the recordings that run at a moment, each with its own stretch of it, sorted by name.

    Args:
        records: The videos to choose from; those that cannot be answered about, or whose start is not known,
            are left out.
        moment: Wall-clock time, of another recording's span say.
        but: Ids of videos to leave out.
    """
    found = []
    for record in sorted(records, key=lambda record: record.name):
        if record.start is None or not record.answerable or record.video_id in but:
            continue
        begin, end = record.start.seconds_at(moment.start), record.start.seconds_at(moment.end)
        if begin < record.duration_seconds and end > 0:
            found.append((record, Span(max(0.0, begin), min(record.duration_seconds, end))))
    return found


def spans_at(
    records: Sequence[VideoRecord], source: VideoRecord, spans: Iterable[Span]
) -> dict[str, list[Span]]:
    """Return what the other recordings hold of one recording's spans, by video id."""
    found: dict[str, list[Span]] = {}
    if source.start is not None:
        for span in spans:
            for record, own in videos_at(records, source.start.wall(span), but={source.video_id}):
                found.setdefault(record.video_id, []).append(own)
    return found
