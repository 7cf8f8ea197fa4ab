"""Is all that damage takes from a video told, and nothing else? Frame by frame, for both walks.

    python -m bench.media.damage                 every file and every damage; two minutes
    python -m bench.media.damage --keep FOLDER   keep the files

A frame is lost when `frames_at` shows another one at its time. Each walk should tell just the lost ones as
not seen. "too much" are those that it tells though they can be shown, "untold" those that it is silent about,
and "seen" those that it gives as seen though they cannot be shown. Rows without any of these are left out.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2] / "tests" / "indexer" / "media"))

from barcode_video import steady, write_barcodes

from indexer.errors import MediaError
from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

RATE, FRAMES = 25, 250
_TICKS = Fraction(1, RATE)
_HEVC = {"codec": "libx265", "options": {"x265-params": "keyint=30:log-level=none"}}
FILES: dict[str, dict[str, Any]] = {
    "bf2.mp4": {"options": {"g": "24", "bf": "2"}},
    "bf2.mkv": {"options": {"g": "24", "bf": "2"}},
    "bf2.ts": {"options": {"g": "24", "bf": "2"}},
    "bf0.mp4": {"options": {"g": "50", "bf": "0"}},
    "long.mkv": {"options": {"g": "250", "bf": "3"}},
    "hevc.mp4": _HEVC,
    "hevc.mkv": _HEVC,
    "vp9.mkv": {"codec": "libvpx-vp9", "options": {"g": "30", "deadline": "realtime", "cpu-used": "8"}},
    "mpeg4.avi": {"codec": "mpeg4", "options": {"g": "12", "bf": "0"}, "ticks": _TICKS},
    "mpeg2.ts": {"codec": "mpeg2video", "options": {"g": "12", "bf": "2"}, "ticks": _TICKS},
}
_FLIPS = ((3, 12), (5, 3), (6, 3), (7, 6))
"""Seed, and how many bits."""
_CUT_OFF = (".mkv", ".ts")
"""Files that are told as broken off by their own data are cut off too."""


@dataclass
class Count:
    """Frames of one walk, or of all."""

    lost: int = 0
    too_much: int = 0
    untold: int = 0
    seen: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether just what is lost is told."""
        return not (self.too_much or self.untold or self.seen)

    def add(self, other: Count) -> None:
        """Add another walk's."""
        self.lost += other.lost
        self.too_much += other.too_much
        self.untold += other.untold
        self.seen += other.seen


def damaged(whole: bytes, suffix: str) -> Iterator[tuple[str, bytes]]:
    """Yield what is left of a file after each kind of damage, with a name for it."""
    size = len(whole)
    for name, start, length in [
        ("a fifth zeroed", size // 2, size // 5),
        ("a fiftieth zeroed", size // 2, size // 50),
        ("the last third zeroed", size * 2 // 3, size - size * 2 // 3),
    ]:
        yield name, whole[:start] + bytes(length) + whole[start + length :]
    for seed, count in _FLIPS:
        chance, flipped = random.Random(seed), bytearray(whole)
        for _ in range(count):
            flipped[chance.randrange(size // 4, size * 8 // 10)] ^= 1 << chance.randrange(8)
        yield f"{count} bits, seed {seed}", bytes(flipped)
    yield "a tenth cut out", whole[: size // 2] + whole[size // 2 + size // 10 :]
    if suffix in _CUT_OFF:
        yield "cut off", whole[: size * 6 // 10]


def lost_frames(decoder: Decoder, path: Path) -> tuple[range, set[int]]:
    """Return the numbers of the frames up to a file's end, and of those that are not shown at their times."""
    numbers = range(min(FRAMES, int(decoder.probe(path).duration_seconds * RATE + 1e-6)))
    return numbers, {number for number in numbers if not _is_shown(decoder, path, number)}


def _is_shown(decoder: Decoder, path: Path, number: int) -> bool:
    try:
        [frame] = decoder.frames_at(path, [(number + 0.5) / RATE])
    except MediaError:
        return False
    return round(frame.pts_seconds * RATE) == number


def compare(decoder: Decoder, path: Path, mode: WalkMode, numbers: range, lost: set[int]) -> Count:
    """Walk a file, and compare what is told with what is lost."""
    with decoder.walk(path, WalkPlan(1000.0, 160, mode=mode)) as walk:
        seen = {round(sample.pts_seconds * RATE) for sample in walk if sample.frame}
    told = {
        number for number in numbers if any(each.span.contains((number + 0.5) / RATE) for each in walk.damage)
    }
    return Count(len(lost), len(told - lost), len(lost - told), len(seen & lost))


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.media.damage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the files there")
    keep = parser.parse_args().keep
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    print(f"{platform.node()}: {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(f"{'file and damage':<38} {'walk':<7} {'lost':>5} {'too much':>9} {'untold':>7} {'seen':>5}")
    total, files = Count(), 0
    with nullcontext(keep) if keep else tempfile.TemporaryDirectory() as folder, Decoder() as decoder:
        for path in _written(Path(folder)):
            try:
                numbers, lost = lost_frames(decoder, path)
            except MediaError:  # refused with words: nothing of it is passed off as seen
                continue
            files += 1
            for mode in WalkMode:
                count = compare(decoder, path, mode, numbers, lost)
                total.add(count)
                if not count.is_exact:
                    _print(path.name, mode, count)
    print(f"\n{files} files that can be read")
    _print("all", "both", total)


def _written(folder: Path) -> Iterator[Path]:
    for name, writing in FILES.items():
        whole = folder / name
        write_barcodes(whole, steady(FRAMES), **writing)
        for kind, content in damaged(whole.read_bytes(), whole.suffix):
            path = folder / f"{kind} {name}"
            path.write_bytes(content)
            yield path


def _print(name: str, mode: str, count: Count) -> None:
    print(
        f"{name:<38} {mode:<7} {count.lost:>5} {count.too_much:>9} {count.untold:>7} {count.seen:>5}",
        flush=True,
    )


if __name__ == "__main__":
    main()
