"""The frames that an answer rests on, each labelled with its second, and the player that they start.

The page's one component with code in the browser (`evidence.js`): a click on a frame moves the player there
at once, to the millisecond, without a round trip; Streamlit's own player takes whole seconds.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.media_routes import frame_url, to_milliseconds, video_url
from app.wall_clock import both_clocks
from assistant.answer import Answer, Citation
from indexer.errors import VideoNotFound

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

    from indexer.library.library import Library
    from indexer.library.records import VideoRecord

FRAMES_PER_CITATION = 4
FRAMES_PER_ANSWER = 12

_LARGE_SIDE = 1280


@dataclass(frozen=True, slots=True)
class EvidenceFrame:
    """One picture of the strip, as `evidence.js` reads it."""

    name: str
    """The video's handle."""
    time: str
    """``0:05.2``, or ``0:05.2 (14:30:05)`` where it is known when the video was recorded."""
    image: str
    """Address of the small picture."""
    large: str
    """Address of the picture that stands in for the player where a browser does not play the video."""
    video: str
    """Address of the video."""
    seconds: float
    """Where the player starts."""
    width: int
    height: int
    codec: str
    """For the words beneath a picture that stands in for the player."""


def show_evidence(answer: Answer, library: Library, key: str) -> None:
    """Show an answer's frames and their player; nothing when it cites nothing that is still there."""
    frames = evidence_frames(answer, library)
    if frames:
        _component()(key=key, data={"frames": [asdict(frame) for frame in frames]})


def evidence_frames(answer: Answer, library: Library) -> list[EvidenceFrame]:
    """Choose the frames to show for an answer's citations, each at most once, in the citations' order."""
    chosen: dict[tuple[str, int], EvidenceFrame] = {}
    for citation in answer.citations:
        try:
            record = library.video(citation.video_id)
        except VideoNotFound:  # taken out of the library since
            continue
        for seconds in _seconds_to_show(citation):
            frame = _evidence_frame(citation, record, seconds)
            chosen.setdefault((record.video_id, to_milliseconds(seconds)), frame)
    return list(chosen.values())[:FRAMES_PER_ANSWER]


def spread(values: Sequence[float], count: int) -> list[float]:
    """Pick ``count`` of the values evenly, the first and the last among them."""
    if len(values) <= count:
        return list(values)
    return [values[round(index * (len(values) - 1) / (count - 1))] for index in range(count)]


def _seconds_to_show(citation: Citation) -> list[float]:
    return spread(citation.frame_seconds or (citation.span.start_seconds,), FRAMES_PER_CITATION)


def _evidence_frame(citation: Citation, record: VideoRecord, seconds: float) -> EvidenceFrame:
    return EvidenceFrame(
        name=citation.video,
        time=both_clocks(record, seconds),
        image=frame_url(record.video_id, seconds),
        large=frame_url(record.video_id, seconds, side=_LARGE_SIDE),
        video=video_url(record.video_id),
        seconds=to_milliseconds(seconds) / 1000,
        width=record.width,
        height=record.height,
        codec=record.codec,
    )


@functools.cache
def _component() -> ComponentRenderer:
    folder = Path(__file__).parent
    return st.components.v2.component(
        "witness_evidence",
        html='<div class="evidence"></div>',
        css=(folder / "evidence.css").read_text(),
        js=(folder / "evidence.js").read_text(),
    )
