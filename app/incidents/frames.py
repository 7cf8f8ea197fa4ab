"""The frames of a moment: chosen, decoded, fingerprinted, and kept as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.incidents.model import MOST_FRAMES, NewFrame
from indexer.errors import MediaError
from indexer.media.evidence import EvidenceDecoder
from indexer.media.images import encode_jpeg
from indexer.timeline import Span

if TYPE_CHECKING:
    from indexer.library.library import Library

PICTURE_SIDE = 960
"""Longer side of the kept pictures, in pixels; the hash is of the frame at its full size."""
_JPEG_QUALITY = 88


def take_frames(
    library: Library, decoder: EvidenceDecoder, video_id: str, seconds: Sequence[float]
) -> tuple[NewFrame, ...]:
    """Decode the frames displayed at these seconds, each once, in the order of time.

    Raises:
        MediaError: The file is gone, cannot be decoded, or ends before one of the seconds.
    """
    wanted = sorted(set(seconds))
    if len(wanted) > MOST_FRAMES:
        raise MediaError(f"a moment holds at most {MOST_FRAMES} frames; take out others first")
    path, stream = library.file_of(video_id), library.video(video_id).stream
    taken = decoder.prints_at(path, wanted, max_side=PICTURE_SIDE, stream=stream)
    frames = {
        found.pts: NewFrame(asked, found, encode_jpeg(picture, _JPEG_QUALITY))
        for asked, (found, picture) in reversed(list(zip(wanted, taken, strict=True)))
    }
    return tuple(frames[pts] for pts in sorted(frames))


def frames_to_take(span: Span, frame_seconds: Sequence[float]) -> list[float]:
    """Choose the frames that show a moment: those given, thinned out, or the one in its middle."""
    given = sorted(set(frame_seconds))
    if not given:
        return [(span.start_seconds + span.end_seconds) / 2]
    if len(given) <= MOST_FRAMES:
        return given
    step = (len(given) - 1) / (MOST_FRAMES - 1)
    return [given[round(number * step)] for number in range(MOST_FRAMES)]
