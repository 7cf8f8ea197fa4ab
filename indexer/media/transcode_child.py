"""A copy of a video that browsers play, made in a process of its own.

``python -m indexer.media.transcode_child REQUEST`` with the request as JSON: path, stream, output, max_side,
max_bytes, limits. Writes H.264 with AAC in MP4 to ``output``; its standard output is one JSON object a line:
``{"seconds": 12.5}`` as it gets on, at the end ``{"done": true}`` or ``{"error": "…"}``.

The copy has the clock of the original: its first frame is at 0, every other one at its own time, so that the
player's second is the second of every answer.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from indexer.errors import MediaError
from indexer.media.beside import SAMPLE_RATE
from indexer.media.codec_log import CodecLog
from indexer.media.limits import DecoderLimits
from indexer.media.pictures import Painter
from indexer.media.sound import read_sound
from indexer.media.video_file import VideoFile, VideoFiles

_TELL_SECONDS = 0.5
_KEYFRAME_SECONDS = 1.0
"""A player that is sent to a second decodes from the key frame before it."""
_TIME_BASE = Fraction(1, 90_000)
_QUALITY = {"preset": "superfast", "crf": "24", "bf": "0"}
"""Frames that refer to later ones would shift the first frame's time."""
_SOUND_BITS = 64_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be made."""

    path: Path
    stream: int | None
    output: Path
    max_side: int
    max_bytes: int
    limits: DecoderLimits

    @classmethod
    def parse(cls, text: str) -> Request:
        """Read the request that the parent wrote."""
        told = json.loads(text)
        return cls(
            Path(told["path"]),
            told["stream"],
            Path(told["output"]),
            told["max_side"],
            told["max_bytes"],
            DecoderLimits(**told["limits"]),
        )


def transcode(request: Request, files: VideoFiles) -> Iterator[float]:
    """Write the copy; yields the seconds that are done, frame by frame.

    Raises:
        MediaError: The video cannot be decoded.
    """
    files.stream = request.stream
    video = files.get(request.path)
    with (
        request.output.open("wb") as file,
        av.open(file, "w", format="mp4", options={"fflags": "+bitexact"}) as output,
    ):
        pictures, sound = _add_streams(output, video, request.max_side)
        heard = _sound(files, request.path) if sound is not None else iter(())
        waiting = next(heard, None)
        for seconds, frame in _pictures(files, video, request.max_side):
            while sound is not None and waiting is not None and waiting[0] <= seconds:
                output.mux(sound.encode(waiting[1]))
                waiting = next(heard, None)
            output.mux(pictures.encode(frame))
            yield seconds
        while sound is not None and waiting is not None and waiting[0] < video.info.duration_seconds:
            output.mux(sound.encode(waiting[1]))
            waiting = next(heard, None)
        output.mux(pictures.encode(None))
        if sound is not None:
            output.mux(sound.encode(None))


def _add_streams(
    output: OutputContainer, video: VideoFile, max_side: int
) -> tuple[VideoStream, AudioStream | None]:
    info = video.info
    rate = max(1, round(info.frames_per_second))
    pictures = output.add_stream("libx264", rate=rate, options=_QUALITY)
    width, height = _even_size(info.width, info.height, max_side)
    pictures.width, pictures.height, pictures.pix_fmt = width, height, "yuv420p"
    pictures.codec_context.time_base = pictures.time_base = _TIME_BASE
    pictures.codec_context.gop_size = max(1, round(rate * _KEYFRAME_SECONDS))
    pictures.codec_context.thread_count = 1
    if not info.has_audio:
        return pictures, None
    sound = output.add_stream("aac", rate=SAMPLE_RATE)
    sound.layout, sound.bit_rate = "mono", _SOUND_BITS
    return pictures, sound


def _even_size(width: int, height: int, max_side: int) -> tuple[int, int]:
    """Return the size of the copy: scaled down, and even, as H.264 wants it."""
    scale = min(1.0, max_side / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _pictures(files: VideoFiles, video: VideoFile, max_side: int) -> Iterator[tuple[float, VideoFrame]]:
    """Yield every frame that can be decoded, upright, with its seconds since the first frame."""
    index, painter = video.index, Painter(video.geometry, max_side)
    width, height = _even_size(video.info.width, video.info.height, max_side)
    wanted = [int(pts) for pts in index.pts]
    given: int | None = None
    with files.reader(video, wanted) as reader:
        for pts in wanted:
            frame = reader.frame_at(pts)
            if frame is None or frame.pts is None or frame.pts == given:
                continue  # lost: the one before stays on the screen
            given = frame.pts
            shown = VideoFrame.from_ndarray(painter.rgb(frame), format="rgb24")
            picture = shown.reformat(width, height, "yuv420p")
            picture.pts = round((given - wanted[0]) * index.time_base / _TIME_BASE)
            picture.time_base = _TIME_BASE
            yield index.seconds(given), picture


def _sound(files: VideoFiles, path: Path) -> Iterator[tuple[float, AudioFrame]]:
    """Yield the sound in frames of the encoder's size, each with its seconds; gaps stay gaps."""
    size = 1024
    for part in read_sound(files, path, lambda: None):
        start = round(part.start_seconds * SAMPLE_RATE)
        for first in range(0, len(part.samples), size):
            samples = np.ascontiguousarray(part.samples[first : first + size]).reshape(1, -1)
            frame = AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.sample_rate, frame.time_base = SAMPLE_RATE, Fraction(1, SAMPLE_RATE)
            frame.pts = start + first
            yield (start + first) / SAMPLE_RATE, frame


def main() -> None:
    """Run the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    told = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    log = CodecLog()
    log.take_over_stderr()
    request = Request.parse(sys.argv[1])
    request.limits.bind_process(max_file_bytes=request.max_bytes)
    _tell(told, **_outcome(request, VideoFiles(request.limits, lambda: None, log), told))


def _outcome(request: Request, files: VideoFiles, told: IO[str]) -> dict[str, Any]:
    last = 0.0
    try:
        for seconds in transcode(request, files):
            if time.monotonic() - last > _TELL_SECONDS:
                last = time.monotonic()
                _tell(told, seconds=round(seconds, 3))
    except MediaError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001  # the parent must hear of it, whatever it is
        return {"error": f"cannot be made playable ({type(error).__name__}: {error})"}
    return {"done": True}


def _tell(told: IO[str], **message: object) -> None:
    told.write(json.dumps(message) + "\n")
    told.flush()


if __name__ == "__main__":
    main()
