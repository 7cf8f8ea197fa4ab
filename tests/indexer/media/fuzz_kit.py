"""Small files of every container, ways to damage them, and what the decoder made of a damaged one.

Each frame carries its number in its pixels, so a frame that comes out with a wrong time gives itself away.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from barcode_video import read_number, steady, write_barcodes
from numpy.typing import NDArray

from indexer.errors import DamagedVideo, DecoderFailed, MediaError, NotAVideo
from indexer.media.decoder import Decoder, DecoderLimits
from indexer.media.samples import WalkMode, WalkPlan

os.environ.setdefault("SVT_LOG", "1")  # errors only

FRAMES, RATE = 24, 25
LIMITS = DecoderLimits(
    memory_bytes=1536 * 1024**2,
    cpu_seconds=5,
    cpu_seconds_per_video_second=1,
    silence_seconds=8.0,
    max_duration_seconds=3600.0,
    max_pixels=4_000_000,
)
SLOWEST_SECONDS = 60.0
"""A request that takes longer has escaped its limits."""

_X264 = {"preset": "ultrafast", "bf": "2", "g": "8"}
_X265 = {"preset": "ultrafast", "x265-params": "keyint=8:min-keyint=8:bframes=2:log-level=none:pools=1"}
_VP9 = {"deadline": "realtime", "cpu-used": "8", "g": "8"}
_AV1 = {"preset": "10", "crf": "40", "g": "8", "svtav1-params": "keyint=8:lp=1"}
_PLAIN = {"g": "8", "bf": "0"}
_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}

SEEDS: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "h264.mp4": ("libx264", _X264, {}),
    "h264-first.mp4": ("libx264", _X264, {"movflags": "faststart"}),
    "h264-fragments.mp4": ("libx264", _X264, _FRAGMENTS),
    "hevc.mp4": ("libx265", _X265, {}),
    "av1.mp4": ("libsvtav1", _AV1, {}),
    "mpeg4.mp4": ("mpeg4", _PLAIN, {}),
    "h264.mov": ("libx264", _X264, {}),
    "mjpeg.mov": ("mjpeg", {"strict": "unofficial"}, {}),
    "h264.mkv": ("libx264", _X264, {}),
    "hevc.mkv": ("libx265", _X265, {}),
    "vp9.webm": ("libvpx-vp9", _VP9, {}),
    "av1.webm": ("libsvtav1", _AV1, {}),
    "mpeg4.avi": ("mpeg4", _PLAIN, {}),
    "mjpeg.avi": ("mjpeg", {"strict": "unofficial"}, {}),
    "h264.ts": ("libx264", _X264, {}),
    "hevc.ts": ("libx265", _X265, {}),
    "mpeg2.ts": ("mpeg2video", _PLAIN, {}),
    "mpeg2.mpg": ("mpeg2video", _PLAIN, {}),
    "h264.flv": ("libx264", _X264, {}),
    "mpeg4.asf": ("mpeg4", _PLAIN, {}),
    "mpeg2.mxf": ("mpeg2video", _PLAIN, {}),
    "mpeg4.nut": ("mpeg4", _PLAIN, {}),
    "vp9.ivf": ("libvpx-vp9", _VP9, {}),
    "h264.h264": ("libx264", _X264, {}),
    "hevc.hevc": ("libx265", _X265, {}),
}
"""Encoder, its options and the muxer's, by file name."""


def write_seed(folder: Path, name: str) -> bytes:
    """Return the bytes of one whole file of the corpus: a second of numbered frames."""
    codec, options, muxer = SEEDS[name]
    path = folder / name
    ticks = Fraction(1, 25) if codec in ("mpeg2video", "mpeg4", "mjpeg") else Fraction(1, 1000)
    write_barcodes(
        path, steady(FRAMES), codec=codec, options=dict(options), container_options=dict(muxer), ticks=ticks
    )
    return path.read_bytes()


# -- damage ----------------------------------------------------------------------------------------------


def damage(whole: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Damage a file in one of many ways, often where its headers lie; return how, and what is left."""
    data = bytearray(whole)
    kind = chance.choice(list(_DAMAGES))
    for _ in range(chance.choice((1, 1, 2, 5))):
        _DAMAGES[kind](data, chance)
    return kind, bytes(data)


def _place(data: bytearray, chance: random.Random) -> int:
    """A byte anywhere, near the start, or near the end: headers and indexes are small and matter most."""
    near = min(len(data), 700)
    anywhere, offset = chance.randrange(len(data) or 1), chance.randrange(near or 1)
    return max(0, chance.choice((anywhere, offset, len(data) - 1 - offset)))


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _set(data: bytearray, chance: random.Random) -> None:
    """Numbers at the edge of their range are what length fields break at."""
    place, value = _place(data, chance), chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    width = chance.choice((1, 2, 4, 8))
    data[place : place + width] = bytes([value]) * len(data[place : place + width])


def _truncate(data: bytearray, chance: random.Random) -> None:
    del data[_place(data, chance) :]


def _zero(data: bytearray, chance: random.Random) -> None:
    start = _place(data, chance)
    end = min(len(data), start + _length(chance))
    data[start:end] = bytes(end - start)


def _insert(data: bytearray, chance: random.Random) -> None:
    place = _place(data, chance)
    data[place:place] = chance.randbytes(_length(chance))


def _duplicate(data: bytearray, chance: random.Random) -> None:
    start, place = _place(data, chance), _place(data, chance)
    data[place:place] = data[start : start + _length(chance)]


def _cut_out(data: bytearray, chance: random.Random) -> None:
    start = _place(data, chance)
    del data[start : start + _length(chance)]


def _length(chance: random.Random) -> int:
    return chance.choice((1, 4, 16, 188, 1024))


_DAMAGES: dict[str, Callable[[bytearray, random.Random], None]] = {
    "flip": _flip,
    "set": _set,
    "truncate": _truncate,
    "zero": _zero,
    "insert": _insert,
    "duplicate": _duplicate,
    "cut out": _cut_out,
}


# -- judgement -------------------------------------------------------------------------------------------


@dataclass
class Verdict:
    """What came of one damaged file."""

    outcome: str
    """whole, partial, refused, crash, limit or hang: the worst of its requests."""
    slowest_seconds: float = 0.0
    read: list[tuple[float, int]] = field(default_factory=list)
    """Frames whose number could be read: (seconds, number)."""

    @property
    def suspects(self) -> list[tuple[float, int]]:
        """Those whose time and number do not belong together."""
        return [each for each in self.read if abs(each[0] - each[1] / RATE) > 0.5 / RATE]

    @property
    def frames(self) -> int:
        """How many could be read."""
        return len(self.read)


def judge(decoder: Decoder, path: Path, chance: random.Random) -> Verdict:
    """Probe, walk and look at four moments; an error that is no `MediaError` is the parent's, and raised."""
    verdict = Verdict("whole")
    duration = 0.0

    def probe() -> str:
        nonlocal duration
        info = decoder.probe(path)
        duration = info.duration_seconds
        return "partial" if info.missing_end else "whole"

    def walk() -> str:
        plan = WalkPlan(float(RATE), 160, mode=chance.choice(list(WalkMode)))
        with decoder.walk(path, plan) as walked:
            for sample in walked:
                if sample.frame is not None:
                    check(sample.frame.pts_seconds, sample.frame.pixels, verdict)
        return "partial" if walked.damage else "whole"

    def look() -> str:
        seconds = [chance.uniform(0, duration * 0.999) for _ in range(4)]
        for frame in decoder.frames_at(path, seconds):
            check(frame.pts_seconds, frame.pixels, verdict)
        return "whole"

    outcomes = [_outcome(probe, verdict)]
    if duration:
        outcomes += [_outcome(walk, verdict), _outcome(look, verdict)]
    verdict.outcome = max(outcomes, key=ORDER.index)
    return verdict


ORDER = ("whole", "partial", "refused", "limit", "hang", "crash")
"""Outcomes of a request, from good to bad; all of them are told to the person."""


def _outcome(request: Callable[[], str], verdict: Verdict) -> str:
    began = time.monotonic()
    try:
        return request()
    except (NotAVideo, DamagedVideo):
        return "refused"
    except DecoderFailed as error:
        return _kind_of_failure(str(error))
    except MediaError:
        return "refused"
    finally:
        verdict.slowest_seconds = max(verdict.slowest_seconds, time.monotonic() - began)


def _kind_of_failure(text: str) -> str:
    if "no sign of life" in text:
        return "hang"
    if "was ended by SIG" in text or "ended with status" in text:
        return "crash"
    return "limit"


def check(seconds: float, pixels: NDArray[np.uint8], verdict: Verdict) -> None:
    """Note a frame's time, and the number in its pixels."""
    number = numbered(pixels)
    if number is not None:
        verdict.read.append((seconds, number))


def numbered(pixels: NDArray[np.uint8]) -> int | None:
    """Read a frame's number; None where damage has left none that was ever drawn."""
    try:
        number = read_number(pixels)
    except AssertionError:
        return None
    return number if number < FRAMES else None


def cases(seed: int, count: int, names: list[str]) -> Iterator[tuple[str, random.Random]]:
    """Yield which file of the corpus each case damages, in turn, and its own source of chance."""
    for number in range(count):
        yield names[number % len(names)], random.Random(f"{seed} {number}")
