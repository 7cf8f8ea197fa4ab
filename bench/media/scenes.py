"""Drawn footage for the benches: busy street, still camera, edited film. Pictures are YUV 4:2:0 planes.

Everything is drawn from seeds, so that two machines measure the same videos.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""YUV 4:2:0 as one array of shape (height * 3 / 2, width)."""


@dataclass(frozen=True)
class Encoding:
    """How a video is written."""

    codec: str = "libx264"
    options: tuple[tuple[str, str], ...] = (("preset", "medium"),)
    rate: int = 30


def texture(seed: int, width: int, height: int) -> Picture:
    """Draw a natural-looking still: coarse and fine structure in colour."""
    random = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 118.0, np.float32)
    for cells, strength in ((6, 60), (24, 34), (96, 22), (384, 12)):
        grain = random.normal(0, strength, (max(2, cells * height // width), cells, 3)).astype(np.float32)
        picture += cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(40):  # edges, as houses and furniture have them
        left, top = int(random.integers(0, width)), int(random.integers(0, height))
        size = random.integers(width // 40, width // 8, 2)
        colour = random.integers(20, 235, 3).tolist()
        cv2.rectangle(picture, (left, top), (left + int(size[0]), top + int(size[1])), colour, -1)
    rgb = np.clip(picture, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), np.uint8)


class Noise:
    """Sensor noise in luma; a few fields are drawn once and reused in turn, which no codec can exploit."""

    def __init__(self, width: int, height: int, sigma: float, seed: int = 1) -> None:
        random = np.random.default_rng(seed)
        self._fields = [
            np.rint(random.normal(0, sigma, (height, width))).astype(np.int16)
            for _ in range(7 if sigma else 0)
        ]
        self._turn = random

    def on(self, picture: Picture, height: int) -> Picture:
        """Add it to a picture's luma, in place."""
        if self._fields:
            field = self._fields[int(self._turn.integers(len(self._fields)))]
            field = np.roll(field, int(self._turn.integers(field.shape[1])), axis=1)
            picture[:height] = np.clip(picture[:height].astype(np.int16) + field, 0, 255)
        return picture


def paste(picture: Picture, patch: Picture, left: int, top: int, width: int, height: int) -> None:
    """Lay a patch (YUV 4:2:0, even size) over a picture (even place), cut off at the borders."""
    patch_height, patch_width = patch.shape[0] * 2 // 3, patch.shape[1]
    left, top = left // 2 * 2, top // 2 * 2
    x0, x1 = max(0, left), min(width, left + patch_width)
    y0, y1 = max(0, top), min(height, top + patch_height)
    if x0 >= x1 or y0 >= y1:
        return
    picture[y0:y1, x0:x1] = patch[y0 - top : y1 - top, x0 - left : x1 - left]
    quarter = (height // 2, width // 2)
    small = (patch_height // 2, patch_width // 2)
    for plane in range(2):
        into = picture[height:].reshape(2, *quarter)[plane]
        source = patch[patch_height:].reshape(2, *small)[plane]
        into[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2] = source[
            (y0 - top) // 2 : (y1 - top) // 2, (x0 - left) // 2 : (x1 - left) // 2
        ]


def busy(seconds: float, width: int, height: int, rate: int = 30, sigma: float = 2.0) -> Iterator[Picture]:
    """A street seen by a swaying camera: everything moves, all the time."""
    wide = texture(1, width * 5 // 4 // 4 * 4, height * 5 // 4 // 4 * 4)
    wide_height, wide_width = wide.shape[0] * 2 // 3, wide.shape[1]
    luma = wide[:wide_height]
    chroma = wide[wide_height:].reshape(2, wide_height // 2, wide_width // 2)
    patches = [texture(10 + n, width // 10 // 2 * 2, height // 5 // 4 * 4) for n in range(10)]
    noise = Noise(width, height, sigma)
    for number in range(int(seconds * rate)):
        time = number / rate
        x = int((wide_width - width) * (0.5 + 0.45 * np.sin(time * 0.7))) // 2 * 2
        y = int((wide_height - height) * (0.5 + 0.45 * np.cos(time * 0.5))) // 2 * 2
        colours = chroma[:, y // 2 : (y + height) // 2, x // 2 : (x + width) // 2]
        picture = np.concatenate([luma[y : y + height, x : x + width], colours.reshape(-1, width)])
        for place, patch in enumerate(patches):
            speed = width * (0.05 + 0.03 * place) * (1 if place % 2 else -1)
            left = int((place * width / 7 + speed * time) % (width * 1.2) - width * 0.1)
            paste(picture, patch, left, height * place // 12, width, height)
        yield noise.on(picture, height)


def still(
    seconds: float,
    width: int,
    height: int,
    *,
    walker: tuple[float, float] | None = None,
    walker_share: float = 0.01,
    rate: int = 30,
    sigma: float = 1.5,
    seed: int = 3,
) -> Iterator[Picture]:
    """A fixed camera; between the two seconds of ``walker`` something of that share of the picture passes."""
    background = texture(seed, width, height)
    side = int(np.sqrt(walker_share * width * height)) // 4 * 4
    patch = texture(seed + 50, max(4, side), max(4, side))
    noise = Noise(width, height, sigma, seed)
    for number in range(int(seconds * rate)):
        picture, time = background.copy(), number / rate
        if walker is not None and walker[0] <= time < walker[1]:
            part = (time - walker[0]) / (walker[1] - walker[0])
            paste(picture, patch, int(-side + (width + side) * part), height // 2, width, height)
        yield noise.on(picture, height)


def film(
    seconds: float, width: int, height: int, *, shot_seconds: float = 2.37, rate: int = 30
) -> Iterator[Picture]:
    """An edited film: hard cuts between still and moving shots."""
    length = int(shot_seconds * rate)
    noise = Noise(width, height, 1.5)
    background = texture(100, width, height)
    for number in range(int(seconds * rate)):
        shot, place = divmod(number, length)
        if place == 0:
            background = texture(100 + shot, width, height)
        picture = np.roll(background[:height], 2 * place * (shot % 2), axis=1)
        yield noise.on(np.concatenate([picture, background[height:]]), height)


def write(path: Path, pictures: Iterable[Picture], encoding: Encoding = Encoding()) -> None:
    """Encode pictures at a steady rate; the suffix chooses the container."""
    ticks = Fraction(1, encoding.rate)
    with av.open(str(path), "w") as container:
        stream: VideoStream | None = None
        for number, picture in enumerate(pictures):
            if stream is None:
                stream = cast(
                    VideoStream,
                    container.add_stream(encoding.codec, rate=encoding.rate, options=dict(encoding.options)),
                )
                stream.width, stream.height = picture.shape[1], picture.shape[0] * 2 // 3
                stream.pix_fmt = "yuv420p"
                stream.codec_context.thread_count = 2
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="yuv420p")
            frame.pts, frame.time_base = number, ticks
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))


def repeated(path: Path, clip: Path, times: int) -> None:
    """Join an encoded clip with itself without encoding anew."""
    with av.open(str(clip)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for turn in range(times):
            source.seek(0)
            for packet in source.demux(video=0):
                if packet.size and packet.pts is not None and packet.dts is not None:
                    offset = turn * (source.streams.video[0].duration or 0)
                    packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                    packet.stream = stream
                    target.mux(packet)


def looped(
    path: Path, quiet: Path, active: Path, seconds: float, *, share: float, active_seconds: float
) -> None:
    """Join two encoded clips, without their first groups, again and again without encoding anew.

    Args:
        path: What is written.
        quiet: Clip in which nothing happens.
        active: Clip in which something happens, encoded in the same way.
        seconds: Length of the whole, at least.
        share: Of the time in which something happens.
        active_seconds: How long something happens in ``active``.
    """
    clips = [_packets(quiet), _packets(active)]
    with av.open(str(quiet)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        time_base = source.streams.video[0].time_base or Fraction(1, 15360)
        written = happened = Fraction(0)
        while written < seconds:
            which = 1 if happened < share * (written + 20) and written else 0
            for data, pts, dts, duration, is_key in clips[which][0]:
                packet = av.Packet(data)
                packet.stream, packet.time_base, packet.is_keyframe = stream, time_base, is_key
                offset = int(written / time_base)
                packet.pts, packet.dts, packet.duration = pts + offset, dts + offset, duration
                target.mux(packet)
            written += clips[which][1]
            happened += Fraction(active_seconds) if which else 0


Raw = tuple[bytes, int, int, int, bool]


def _packets(path: Path) -> tuple[list[Raw], Fraction]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        # An encoder's first group is coded unlike the rest, and a camera does not begin anew again and again.
        keys = [number for number, packet in enumerate(packets) if packet.is_keyframe]
        packets = packets[keys[1] :]
        first = min(packet.pts or 0 for packet in packets)
        raw = [
            (bytes(p), (p.pts or 0) - first, (p.dts or 0) - first, p.duration or 0, p.is_keyframe)
            for p in packets
        ]
        return raw, sum(packet.duration or 0 for packet in packets) * (stream.time_base or Fraction(1, 15360))
