"""The frames of a moment, each labelled with its second, and the player that they start.

The page's one component with much code in the browser (`evidence.js`): a click on a frame moves the player
there at once, to the millisecond, without a round trip; Streamlit's own player takes whole seconds.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.media_routes import frame_pattern, frame_url, times_url, to_milliseconds, video_url
from app.proxy_routes import playable_url
from app.wall_clock import both_clocks, seconds_of_day
from indexer.timeline import Segment, Span

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

    from indexer.library.library import Library
    from indexer.library.records import VideoRecord

NEIGHBOURS = 3
"""Segments shown before and after a moment, each by one frame."""

_LARGE_SIDE = 1280
_AROUND_SECONDS = 120.0
"""How far away neighbours are looked for: the segments of quiet footage are long."""
_FOLDER = Path(__file__).parent
_SCRIPTS = ("evidence", "evidence_scroll", "evidence_player", "evidence_copy", "evidence_view")


@dataclass(frozen=True, slots=True)
class EvidenceFrame:
    """One picture of the strip, as `evidence.js` reads it."""

    name: str
    """The video's handle."""
    time: str
    """``0:05.2``, or ``0:05.2 (14:30:05)`` where it is known when the video was recorded."""
    image: str
    """Address of the small picture."""
    video: str
    """Address of the video."""
    seconds: float
    """Where the player starts."""
    width: int
    height: int
    codec: str
    """For the words beneath a picture that stands in for the player."""
    text: str = ""
    """What is told of it, shown when it is pointed at."""


def show_strip(library: Library, record: VideoRecord, span: Span, seconds: Sequence[float], key: str) -> None:
    """Show frames of a moment with the player, and on demand what is before and after it.

    Args:
        library: Knows the neighbours.
        record: The video.
        span: The moment.
        seconds: PTS of its frames; empty for the one at its start.
        key: The same in every run of the page.
    """
    handle = library.handle(record)
    before, after = _neighbours(library, record, span)
    day = seconds_of_day(record)
    _component()(
        key=key,
        data={
            "name": handle,
            "frames": [asdict(each) for each in frames_of(record, handle, seconds or (span.start_seconds,))],
            "before": [asdict(_of_segment(record, handle, each)) for each in before],
            "after": [asdict(_of_segment(record, handle, each)) for each in after],
            "large": frame_pattern(record.video_id, _LARGE_SIDE),
            "times": times_url(record.video_id),
            "playable": playable_url(record.video_id),
            "clock": None if day is None else {"at": day[0], "rate": day[1]},
        },
    )


def frames_of(record: VideoRecord, handle: str, seconds: Sequence[float]) -> list[EvidenceFrame]:
    """Return the frames displayed at these PTS, each once."""
    chosen = {to_milliseconds(each): each for each in seconds}
    return [_frame(record, handle, each) for each in chosen.values()]


def spread(values: Sequence[float], count: int) -> list[float]:
    """Pick ``count`` of the values evenly, the first and the last among them."""
    if len(values) <= count:
        return list(values)
    return [values[round(index * (len(values) - 1) / (count - 1))] for index in range(count)]


def _neighbours(library: Library, record: VideoRecord, span: Span) -> tuple[list[Segment], list[Segment]]:
    """Return the segments that begin before a moment does, and those that come after it."""
    wide = Span(max(0.0, span.start_seconds - _AROUND_SECONDS), span.end_seconds + _AROUND_SECONDS)
    segments = [each for each in library.segments(record.video_id, wide) if each.caption is not None]
    before = [each for each in segments if each.span.start_seconds < span.start_seconds]
    after = [each for each in segments if each.span.start_seconds >= span.end_seconds]
    return before[-NEIGHBOURS:], after[:NEIGHBOURS]


def _of_segment(record: VideoRecord, handle: str, segment: Segment) -> EvidenceFrame:
    text = segment.caption.summary if segment.caption else ""
    return _frame(record, handle, segment.span.start_seconds, text)


def _frame(record: VideoRecord, handle: str, seconds: float, text: str = "") -> EvidenceFrame:
    return EvidenceFrame(
        name=handle,
        time=both_clocks(record, seconds),
        image=frame_url(record.video_id, seconds),
        video=video_url(record.video_id),
        seconds=to_milliseconds(seconds) / 1000,
        width=record.width,
        height=record.height,
        codec=record.codec,
        text=text,
    )


@functools.cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "witness_evidence",
        html='<div class="evidence"></div>',
        css=(_FOLDER / "evidence.css").read_text(),
        js="\n".join((_FOLDER / f"{name}.js").read_text() for name in _SCRIPTS),
    )
