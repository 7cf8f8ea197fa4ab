"""The kinds of files that the exactness bench asks: container, codec, rate, offset, group of pictures."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

os.environ.setdefault("SVT_LOG", "1")  # errors only

from barcode_video import irregular, steady, write_barcodes

FRAMES = 300
"""Enough that a key frame every 250 leaves a second one to seek to."""
OFFSET = Fraction(15, 2)
GOPS = ("1", "30", "250", "open")
_OPEN_LENGTH = 30

_HELD = {
    "mp4": ("h264", "hevc", "vp9", "av1", "mpeg4"),
    "mkv": ("h264", "hevc", "vp9", "av1", "mpeg4"),
    "mov": ("h264", "hevc", "mpeg4"),
    "avi": ("h264", "vp9", "av1", "mpeg4"),
    "ts": ("h264", "hevc", "mpeg4"),
    "webm": ("vp9", "av1"),
}
"""Codecs that ffmpeg's muxer for a container accepts and its demuxer finds again."""
_ENCODERS = {
    "h264": "libx264",
    "hevc": "libx265",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "mpeg4": "mpeg4",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file."""

    container: str
    codec: str
    varies: bool
    """Whether the frame rate does."""
    offset: bool
    """Whether the container's clock starts at `OFFSET` and not at 0."""
    gop: str
    """Frames from key frame to key frame, or "open": frames before a key frame in display refer to it."""

    @property
    def name(self) -> str:
        """File name."""
        rate = "variable" if self.varies else "constant"
        return f"{self.codec}_{rate}_{'late' if self.offset else 'zero'}_{self.gop}.{self.container}"

    @property
    def times(self) -> list[Fraction]:
        """When each frame is written to be displayed."""
        start = OFFSET if self.offset else Fraction(0)
        if self.varies:
            return [start + time for time in irregular(FRAMES)]
        return steady(FRAMES, start=start)

    def write(self, path: Path) -> None:
        """Draw the file."""
        # AVI knows no times but multiples of the frame's length; MPEG-4 has no room for fine ticks.
        ticks = Fraction(1, 25) if self.container == "avi" else Fraction(1, 1000)
        write_barcodes(path, self.times, codec=_ENCODERS[self.codec], options=_options(self), ticks=ticks)


def kinds(containers: tuple[str, ...] = (), codecs: tuple[str, ...] = ()) -> Iterator[Kind]:
    """Return every kind that can exist, of all containers and codecs or of those named."""
    for container, held in _HELD.items():
        for codec in held:
            if (containers and container not in containers) or (codecs and codec not in codecs):
                continue
            only_constant = container == "avi"  # it has a rate and no times
            both = (False,) if only_constant else (False, True)
            for varies, offset, gop in itertools.product(both, both, GOPS):
                yield Kind(container, codec, varies, offset, gop)


def _options(kind: Kind) -> dict[str, str]:
    length = str(_OPEN_LENGTH) if kind.gop == "open" else kind.gop
    is_open = int(kind.gop == "open")
    match kind.codec:
        case "h264":
            params = f"open-gop={is_open}:b-adapt=0:scenecut=0:keyint={length}:min-keyint={length}"
            return {"preset": "ultrafast", "bf": "3", "g": length, "x264-params": params}
        case "hevc":
            params = f"open-gop={is_open}:b-adapt=0:scenecut=0:keyint={length}:min-keyint={length}"
            params += ":bframes=3:log-level=none:pools=1:frame-threads=1"
            return {"preset": "ultrafast", "x265-params": params}
        case "vp9":  # it has no open groups, but pictures that are never shown
            hidden = {"lag-in-frames": "16", "auto-alt-ref": "1"} if is_open else {"lag-in-frames": "0"}
            return {"deadline": "realtime", "cpu-used": "8", "g": length, **hidden}
        case "av1":
            refresh = 1 if is_open else 2
            params = f"keyint={length}:irefresh-type={refresh}:scd=0:lp=1"
            return {"preset": "9", "crf": "20", "g": length, "svtav1-params": params}
        case _:  # MPEG-4's groups are open unless told otherwise
            return {
                "bf": "2",
                "g": length,
                "sc_threshold": "1000000000",
                "flags": "-cgop" if is_open else "+cgop",
            }
