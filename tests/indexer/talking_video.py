"""For tests of speech and text: small videos with subtitle tracks and tones, made by PyAV."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.subtitles.subtitle import SubtitleSet

RATE = 48_000
_HEADER = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,16

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def write_talking(
    path: Path,
    *,
    seconds: float = 4.0,
    offset_seconds: float = 0.0,
    subtitles: Sequence[tuple[float, float, str]] = (),
    codec: str = "subrip",
    tones: Sequence[tuple[float, float]] = (),
    sound_seconds: tuple[float, float] | None = None,
    sound_codec: str = "aac",
) -> Path:
    """Write a video whose pictures begin at ``offset_seconds`` of the container's clock.

    Args:
        path: Its suffix chooses the container.
        seconds: Length of the pictures.
        offset_seconds: Added to all times in the file, none of which may show.
        subtitles: Start, end and text, as ASS codes it.
        codec: Of the subtitle track.
        tones: From when to when 440 Hz are heard; silence besides. Without any there is no sound track.
        sound_seconds: From when to when there is sound at all; default: as long as the pictures.
        sound_codec: Of the sound track.
    """
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt, video.time_base = 64, 48, "yuv420p", Fraction(1, 10)
        audio = container.add_stream(sound_codec, rate=RATE, layout="stereo") if tones else None
        track = container.add_stream(codec) if subtitles else None
        if track is not None:
            track.codec_context.subtitle_header = _HEADER
            track.codec_context.time_base = Fraction(1, 1000)
        for number in range(round(seconds * 10)):
            picture = np.full((48, 64, 3), number * 3 % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number + round(offset_seconds * 10)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio is not None:
            _write_sound(container, audio, tones, offset_seconds, *(sound_seconds or (0.0, seconds)))
        for number, (start, end, text) in enumerate(subtitles):
            begin, length = round((start + offset_seconds) * 1000), round((end - start) * 1000)
            packet = _packet(track, f"{number},0,Default,,0,0,0,,{text}".encode(), begin, length)
            packet.stream, packet.time_base = track, Fraction(1, 1000)
            packet.pts = packet.dts = begin
            packet.duration = length
            container.mux(packet)
    return path


def _packet(track, event: bytes, begin: int, length: int) -> av.Packet:
    if track.codec_context.name == "dvdsub":  # PyAV draws none; what is in it does not matter
        return av.Packet(b"\x00\x10" + bytes(30))
    return track.codec_context.encode_subtitle(SubtitleSet.create(event, 0, length, begin))


def _write_sound(container, stream, tones, offset_seconds, first, last) -> None:
    times = np.arange(round(first * RATE), round(last * RATE)) / RATE
    loud = sum(((times >= start) & (times < end)).astype(float) for start, end in tones)
    wave = (0.5 * loud * np.sin(2 * np.pi * 440 * times)).astype(np.float32)
    for place in range(0, len(wave), 1024):
        part = wave[place : place + 1024]
        frame = av.AudioFrame.from_ndarray(np.stack([part, part]), format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = place + round((first + offset_seconds) * RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
