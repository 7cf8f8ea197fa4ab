"""What the index says of a video, for other programs: subtitles (SRT, WebVTT) and a table of events (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from indexer.timeline import Event, Segment, Span

if TYPE_CHECKING:
    from indexer.library.library import Library
    from indexer.library.records import VideoRecord

_COLUMNS = (
    "video", "camera", "start_seconds", "end_seconds", "wall_clock_start", "wall_clock_end",
    "wall_clock_error_seconds", "kind", "actor", "action", "text", "video_id",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class ExportForm(StrEnum):
    """What captions and events are written as."""

    SRT = "srt"
    VTT = "vtt"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is said of a stretch of a video."""

    span: Span
    text: str
    kind: str
    """"event", or "summary" of a segment, or the source of a text."""
    actor: str = ""
    action: str = ""


def write_export(library: Library, videos: Sequence[VideoRecord], form: ExportForm) -> str:
    """Write what is known of videos; subtitles are those of one video.

    Raises:
        ValueError: Subtitles of several videos at once.
    """
    if form is ExportForm.CSV:
        return events_csv(library, videos)
    if len(videos) != 1:
        raise ValueError("subtitles are written for one video at a time")
    cues = subtitle_lines(library.segments(videos[0].video_id))
    return srt(cues) if form is ExportForm.SRT else vtt(cues)


def subtitle_lines(segments: Sequence[Segment]) -> list[Line]:
    """Return each segment's events, or its summary where it has none, in the order of time."""
    lines = [line for segment in segments for line in _segment_lines(segment, whole=False)]
    return sorted(lines, key=lambda line: line.span)


def srt(lines: Sequence[Line]) -> str:
    """Write SubRip subtitles; its tags and arrows, which it cannot escape, are replaced."""
    cues = [
        f"{number}\n{_stamp(line.span.start_seconds, ',')} --> {_stamp(line.span.end_seconds, ',')}\n"
        f"{_one_line(line.text).replace('-->', '→').replace('<', '‹').replace('>', '›')}\n"
        for number, line in enumerate(lines, start=1)
    ]
    return "\n".join(cues)


def vtt(lines: Sequence[Line]) -> str:
    """Write WebVTT subtitles."""
    cues = [
        f"\n{_stamp(line.span.start_seconds, '.')} --> {_stamp(line.span.end_seconds, '.')}\n"
        f"{_one_line(line.text).replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}\n"
        for line in lines
    ]
    return "WEBVTT\n" + "".join(cues)


def events_csv(library: Library, videos: Sequence[VideoRecord]) -> str:
    """Write a table of events, summaries, subtitles and speech, with the wall clock where it is known.

    A cell that a spreadsheet would take for a formula gets a ``'`` in front.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for video in videos:
        for line in _all_lines(library, video):
            writer.writerow([_safe(cell) for cell in _row(video, line)])
    return file.getvalue()


def _all_lines(library: Library, video: VideoRecord) -> list[Line]:
    segments = library.segments(video.video_id)
    lines = [line for segment in segments for line in _segment_lines(segment, whole=True)]
    texts = library.timed_texts(video.video_id)
    lines += [Line(text.span, text.text, text.source.value) for text in texts]
    return sorted(lines, key=lambda line: line.span)


def _segment_lines(segment: Segment, *, whole: bool) -> Iterator[Line]:
    caption = segment.caption
    if caption is None:
        return
    if caption.summary and (whole or not caption.events):
        yield Line(segment.span, caption.summary, "summary")
    yield from (_event_line(event) for event in caption.events)


def _event_line(event: Event) -> Line:
    return Line(event.span, event.sentence(), "event", event.actor, event.action)


def _row(video: VideoRecord, line: Line) -> tuple[str, ...]:
    wall = video.start.wall(line.span) if video.start is not None else None
    return (
        video.name,
        video.camera,
        f"{line.span.start_seconds:.3f}",
        f"{line.span.end_seconds:.3f}",
        wall.start.isoformat(timespec="milliseconds") if wall else "",
        wall.end.isoformat(timespec="milliseconds") if wall else "",
        f"{wall.error_seconds:.3f}" if wall else "",
        line.kind,
        line.actor,
        line.action,
        _one_line(line.text),
        video.video_id,
    )


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA_STARTS) else cell


def _stamp(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
