"""Is the frame at second t the right one? Witness beside the naive way, over the files that people have.

    python -m bench.media.exact                             every container, codec, rate, offset and GOP
    python -m bench.media.exact --container ts --codec h264
    python -m bench.media.exact --keep FOLDER               keep the files, and use those that lie there

Every frame has its number drawn into its pixels; the number read back from what comes out is the witness. The
naive way is OpenCV's: go to frame number t x fps, read.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2

sys.path.append(str(Path(__file__).parents[2] / "tests" / "indexer" / "media"))

from barcode_video import displayed_number, read_number

from bench.media.matrix import Kind, kinds
from indexer.errors import MediaError
from indexer.media.decoder import Decoder

_TIMES_DRAWN = 12
Cell = tuple[str, str]


def requests(kind: Kind) -> list[float]:
    """Draw seconds of the one clock: anywhere, exactly on a frame, a moment before one, first and last."""
    chance = random.Random(kind.name)
    on_clock = [float(time - kind.times[0]) for time in kind.times]
    anywhere = [chance.uniform(0, on_clock[-1]) for _ in range(_TIMES_DRAWN)]
    exactly = chance.sample(on_clock, 4)
    just_before = [second - 0.0005 for second in chance.sample(on_clock[1:], 4)]
    asked = [0.0, on_clock[-1], *anywhere, *exactly, *just_before]
    chance.shuffle(asked)
    return asked


def ask_witness(decoder: Decoder, path: Path, seconds: Sequence[float]) -> list[int | None]:
    """Half of the times in one request, as a look asks, and the others one by one, as a person does."""
    half = len(seconds) // 2
    try:
        frames = decoder.frames_at(path, seconds[:half])
        frames += [decoder.frames_at(path, [second])[0] for second in seconds[half:]]
    except MediaError as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        return [None] * len(seconds)
    return [_number(frame.pixels) for frame in frames]


def ask_naively(path: Path, seconds: Sequence[float]) -> list[int | None]:
    """Seek by frame number, as most programs do."""
    capture = cv2.VideoCapture(str(path))
    rate = capture.get(cv2.CAP_PROP_FPS)
    numbers: list[int | None] = []
    for second in seconds:
        capture.set(cv2.CAP_PROP_POS_FRAMES, int(second * rate + 1e-6))
        there, picture = capture.read()
        numbers.append(_number(picture) if there else None)
    capture.release()
    return numbers


def _number(pixels: object) -> int | None:
    try:
        return read_number(pixels)  # type: ignore[arg-type]
    except AssertionError:
        return None


def measure(asked: Sequence[Kind], folder: Path) -> tuple[Counter[Cell], Counter[Cell], Counter[Cell]]:
    """Ask every file both ways; return how many times were asked and how many were right, by cell."""
    total: Counter[Cell] = Counter()
    ours: Counter[Cell] = Counter()
    naive: Counter[Cell] = Counter()
    with Decoder() as decoder:
        for kind in asked:
            path = folder / kind.name
            if not path.exists():
                kind.write(path)
            seconds, cell = requests(kind), (kind.container, kind.codec)
            truth = [displayed_number(kind.times, second) for second in seconds]
            total[cell] += len(seconds)
            right = _right(ask_witness(decoder, path, seconds), truth)
            ours[cell] += right
            naive[cell] += _right(ask_naively(path, seconds), truth)
            if right < len(seconds):
                print(f"{kind.name}: {right} of {len(seconds)} right", file=sys.stderr)
    return total, ours, naive


def _right(found: Sequence[int | None], truth: Sequence[int]) -> int:
    return sum(number == true for number, true in zip(found, truth, strict=True))


def print_table(total: Counter[Cell], ours: Counter[Cell], naive: Counter[Cell]) -> None:
    """Print one line for each container and codec, as Markdown."""
    print("| container | codec | asked | Witness | OpenCV by frame number |")
    print("|---|---|--:|--:|--:|")
    for cell, count in total.items():
        print(f"| {cell[0]} | {cell[1]} | {count} | {ours[cell]} | {naive[cell]} |")
    everything, all_ours, all_naive = total.total(), ours.total(), naive.total()
    print(f"| all | all | {everything} | **{all_ours}** | {all_naive} |")


def quiet_opencv() -> None:
    """Keep the codecs that OpenCV lacks from filling the screen; to be called before its first file."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


def in_folder(keep: Path | None, work: Callable[[Path], None]) -> None:
    """Do the work in a folder that is kept, or in one that is gone afterwards."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        work(keep)
        return
    with tempfile.TemporaryDirectory() as folder:
        work(Path(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--container", action="append", default=[], help="only this container; repeat it")
    parser.add_argument("--codec", action="append", default=[], help="only this codec; repeat it")
    parser.add_argument("--keep", type=Path, help="folder for the files")
    options = parser.parse_args()
    asked = list(kinds(tuple(options.container), tuple(options.codec)))
    quiet_opencv()

    def run(folder: Path) -> None:
        started = time.monotonic()
        tables = measure(asked, folder)
        print(f"{len(asked)} files on {platform.node()} ({platform.machine()}, {os.cpu_count()} cores), "
              f"{time.monotonic() - started:.0f} s with drawing them")  # fmt: skip
        print_table(*tables)

    in_folder(options.keep, run)


if __name__ == "__main__":
    main()
