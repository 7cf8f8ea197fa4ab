"""Fingerprints of single frames, for the record: which frame it is, and a hash of its decoded picture.

The hash is SHA-256 over the picture as the decoder gives it, before any conversion of colours, scaling or
rotation: plane by plane, row by row, only the visible columns. `ffmpeg -noautorotate -i FILE -f framehash
-hash sha256 -` prints the same value, so anybody can check it without Witness. H.264, HEVC, VP8, VP9, AV1 and
lossless codecs define every bit of it. Older ones (MPEG-1/2/4, MJPEG, WMV) leave rounding to the decoder; for
these a miniature is kept as well, which another decoder's picture equals but for a level or two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from indexer.media.evidence import MINIATURE_SIDE, FramePrint
from indexer.media.messages import Header
from indexer.media.video_file import VideoFiles
from indexer.media.walking import decoded_at
from indexer.timeline import Frame


def prints_at(
    files: VideoFiles, path: Path, seconds: Sequence[float], max_side: int | None
) -> Iterator[tuple[FramePrint, Frame, list[int]]]:
    """Decode the frames displayed at these times, in one pass, as `indexer.media.walking.frames_at` does.

    Yields:
        Each frame once: its print, its picture for people, and the places in ``seconds`` that it answers.

    Raises:
        TimeOutsideVideo: A time lies before 0 or at or past the end.
        DamagedVideo: Nothing up to one of the times can be decoded.
    """
    time_base = files.get(path).index.time_base
    for decoded, pts, frame, places in decoded_at(files, path, seconds, max_side):
        yield _print(decoded, pts, time_base, frame.pts_seconds), frame, places


def _print(frame: VideoFrame, pts: int, time_base: Fraction, seconds: float) -> FramePrint:
    layout, digest = picture_hash(frame)
    small = frame.reformat(MINIATURE_SIDE, MINIATURE_SIDE, "gray", interpolation=Interpolation.AREA)
    grey: NDArray[Any] = small.to_ndarray()
    return FramePrint(
        pts, time_base, seconds, frame.width, frame.height, layout, digest, grey.tobytes().hex()
    )


def picture_hash(frame: VideoFrame) -> tuple[str, str]:
    """Return the layout that was hashed and the SHA-256 of the picture's visible bytes."""
    if any(
        plane.line_size < 0 for plane in frame.planes
    ):  # stored upside down: only a conversion sets it right
        frame = frame.reformat(format="rgb24")
    digest = hashlib.sha256()
    for number, plane in enumerate(frame.planes):
        digest.update(_visible_bytes(frame, number, plane))
    return frame.format.name, digest.hexdigest()


def _visible_bytes(frame: VideoFrame, number: int, plane: VideoPlane) -> bytes:
    if frame.format.has_palette and number == 1:
        return bytes(plane)
    if len(frame.planes) == 1 or frame.format.has_palette:
        row_bytes = (frame.width * frame.format.padded_bits_per_pixel + 7) // 8
    else:
        parts = [part for part in frame.format.components if part.plane == number]
        row_bytes = sum(part.width * ((part.bits + 7) // 8) for part in parts)
    buffer: Any = plane
    rows = np.frombuffer(buffer, np.uint8)[: plane.height * plane.line_size]
    visible: bytes = rows.reshape(plane.height, plane.line_size)[:, :row_bytes].tobytes()
    return visible


def print_message(taken: FramePrint) -> Header:
    """Write a print as the fields of a frame's message."""
    return {
        "pts": taken.pts,
        "time_base": [taken.time_base.numerator, taken.time_base.denominator],
        "stored_width": taken.width,
        "stored_height": taken.height,
        "pixel_format": taken.pixel_format,
        "sha256": taken.sha256,
        "miniature": taken.miniature,
    }
