"""Videos whose frames carry their own number, in blocks that survive compression, scaling and rotation.

The number that is read back from the pixels is the only witness that a frame is the right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray

WIDTH, HEIGHT = 160, 96
_ROWS, _COLUMNS = 4, 4
_NUMBER_BITS = 12
_CHECK_BITS = 4


def draw_number(number: int) -> NDArray[np.uint8]:
    """Picture of a number below 4096, shape (96, 160, 3)."""
    word = number << _CHECK_BITS | _check(number)
    bits = [(word >> shift) & 1 for shift in reversed(range(_NUMBER_BITS + _CHECK_BITS))]
    blocks = np.array(bits, dtype=np.uint8).reshape(_ROWS, _COLUMNS) * 200 + 28
    grey = np.kron(blocks, np.ones((HEIGHT // _ROWS, WIDTH // _COLUMNS), dtype=np.uint8))
    return np.repeat(grey[:, :, None], 3, axis=2)


def read_number(pixels: NDArray[np.uint8]) -> int:
    """Read the number back; fails when the picture is no such number, or is not upright."""
    height, width, _ = pixels.shape
    word = 0
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            y, x = int((row + 0.5) * height / _ROWS), int((column + 0.5) * width / _COLUMNS)
            word = word << 1 | int(pixels[y, x].mean() > 128)
    number, check = word >> _CHECK_BITS, word & (1 << _CHECK_BITS) - 1
    assert check == _check(number), "the picture holds no number"
    return number


def write_barcodes(
    path: Path,
    times: Sequence[Fraction],
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    rotation: int = 0,
    pixel_aspect: Fraction | None = None,
    ticks: Fraction = Fraction(1, 90000),
    first_number: int = 0,
) -> None:
    """Write frame number i, counted from ``first_number``, at ``times[i]`` seconds.

    Args:
        path: The suffix chooses the container.
        times: Rising presentation times, multiples of 1/1000 s.
        codec: Encoder.
        options: Of the encoder.
        container_options: Of the muxer.
        rotation: Degrees by which a player turns the stored pictures counter-clockwise to set them upright.
        pixel_aspect: Of the stored pixels.
        ticks: Time base of the encoder.
        first_number: Number of the first frame.
    """
    numbers = range(first_number, first_number + len(times))
    stored = [np.rot90(draw_number(number), -rotation // 90) for number in numbers]
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=25, options=options or {"g": "12"})
        stream.height, stream.width = stored[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = ticks
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if rotation:
            stream.set_display_rotation(rotation)
        for picture, time in zip(stored, times, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = int(time / ticks), ticks
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_streams(path: Path, streams: Sequence[dict[str, Any]], *, with_sound: bool = False) -> None:
    """Write a file with several video streams of 20 numbered frames each, 25 a second.

    Args:
        path: The suffix chooses the container.
        streams: Each one's ``first_number`` and, if not plain, ``size`` (width, height) and ``disposition``.
        with_sound: Put a sound stream before them all.
    """
    with av.open(str(path), "w") as container:
        if with_sound:
            container.add_stream("aac", rate=44100)
        made = []
        for wanted in streams:
            is_cover = wanted.get("disposition") == Disposition.attached_pic
            stream = container.add_stream("mjpeg" if is_cover else "libx264", rate=25)
            stream.width, stream.height = wanted.get("size", (WIDTH, HEIGHT))
            stream.pix_fmt = "yuvj420p" if is_cover else "yuv420p"
            stream.disposition = wanted.get("disposition", Disposition(0))
            made.append(stream)
        for place in range(20):
            for stream, wanted in zip(made, streams, strict=True):
                if place and stream.disposition == Disposition.attached_pic:
                    continue
                frame = av.VideoFrame.from_ndarray(
                    draw_number(wanted["first_number"] + place), format="rgb24"
                )
                container.mux(stream.encode(frame.reformat(stream.width, stream.height)))
        for stream in made:
            container.mux(stream.encode(None))


def write_edits(path: Path, edits: Sequence[tuple[Fraction, Fraction | None]]) -> None:
    """Give an MP4 of `write_barcodes` another edit list.

    Args:
        path: The file; it is overwritten.
        edits: For each, how long it lasts and where in the media it begins, in seconds; None shows nothing.
    """
    whole = path.read_bytes()
    moov = whole.index(b"moov") - 4
    header = whole.index(b"mvhd", moov) + 4
    movie_scale = int.from_bytes(whole[header + 12 : header + 16], "big")
    header = whole.index(b"mdhd", moov) + 4
    media_scale = int.from_bytes(whole[header + 12 : header + 16], "big")
    old = whole.index(b"edts", moov) - 4
    entry = whole.index(b"elst", old) + 12
    first_shown = int.from_bytes(whole[entry + 4 : entry + 8], "big")
    entries = b""
    for lasts, begins in edits:
        media = -1 if begins is None else first_shown + round(begins * media_scale)
        entries += round(lasts * movie_scale).to_bytes(4, "big") + media.to_bytes(4, "big", signed=True)
        entries += b"\0\1\0\0"
    box = _box(b"edts", _box(b"elst", bytes(4) + len(edits).to_bytes(4, "big") + entries))
    old_size = int.from_bytes(whole[old : old + 4], "big")
    grown = bytearray(whole[:old] + box + whole[old + old_size :])
    trak = whole.index(b"trak", moov) - 4
    for parent in (moov, trak):  # the media data lies before them, so its place stays
        size = int.from_bytes(grown[parent : parent + 4], "big") + len(box) - old_size
        grown[parent : parent + 4] = size.to_bytes(4, "big")
    path.write_bytes(grown)


def _box(name: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + name + content


def steady(count: int, rate: int = 25, start: Fraction = Fraction(0)) -> list[Fraction]:
    """Times of a constant frame rate."""
    return [start + Fraction(number, rate) for number in range(count)]


def irregular(count: int, seed: int = 5) -> list[Fraction]:
    """Times of a variable frame rate: steps of 10 to 300 ms."""
    steps = np.random.default_rng(seed).integers(1, 31, size=count - 1)
    return [Fraction(0), *(Fraction(int(total), 100) for total in np.cumsum(steps))]


def displayed_number(times: Sequence[Fraction], seconds: float) -> int:
    """The truth: which frame is on the screen at a second of the one clock."""
    first = times[0]
    return max(
        number for number, time in enumerate(times) if time - first <= Fraction(seconds) + Fraction(1, 10**6)
    )


def _check(number: int) -> int:
    return (number * 7 + (number >> 4) * 5 + 9) % (1 << _CHECK_BITS)


def punch_hole(path: Path, start: float = 0.5, length: float = 0.2) -> None:
    """Overwrite a part of the file, in shares of its size, with zeros."""
    whole = bytearray(path.read_bytes())
    first = int(len(whole) * start)
    count = min(int(len(whole) * length), len(whole) - first)
    whole[first : first + count] = bytes(count)
    path.write_bytes(whole)
