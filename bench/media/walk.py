"""How fast a video is walked, what the walk finds, and what memory it takes.

    python -m bench.media.walk             everything; some minutes, most of them for drawing the videos
    python -m bench.media.walk --quick     shorter videos and no ten hours
    python -m bench.media.walk FILE ...    videos of your own

Beside each other, in turns, medians: ``ffmpeg -i FILE -f null -`` where it is installed, the full walk, and
the walk in levels. The child that decodes runs already when the clock starts. A second is active when a
sample's activity is above 0.002 of the picture; recall is the share of the full walk's active seconds, and of
its cuts, that the walk in levels finds; "!" behind the cuts: it also finds some that the full walk does not.
OpenCV (every frame) and PySceneDetect (its default detector) read each video once. The hour of a fixed camera
takes one turn.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.media.others import opencv_seconds, scenedetect_seconds
from bench.media.scenes import Encoding, busy, film, looped, still, write
from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

ACTIVE = 0.002
"""Share of the picture above which a second counts as active: what the observer reports as movement."""
KEPT_PER_SECOND, MAX_SIDE = 8.0, 768
"""What the observing model asks for, and most others less."""


@dataclass
class Walked:
    """One walk over a video."""

    seconds: float
    first_seconds: float
    peak_mib: float
    samples: int
    video_seconds: float
    active: set[int] = field(default_factory=set)
    cuts: set[float] = field(default_factory=set)


def walk(path: Path, mode: WalkMode) -> Walked:
    """Walk a video in a child of its own, which has started before."""
    active, cuts, count, first = set(), set(), 0, 0.0
    with Decoder() as decoder:
        video_seconds = decoder.probe(path, quick=True).duration_seconds
        began = time.perf_counter()
        with decoder.walk(path, WalkPlan(KEPT_PER_SECOND, MAX_SIDE, mode=mode)) as opened:
            for sample in opened:
                first = first or time.perf_counter() - began
                count += 1
                if (sample.activity or 0.0) > ACTIVE:
                    active.add(int(sample.pts_seconds))
                if sample.is_cut:
                    cuts.add(round(sample.pts_seconds, 4))
            seconds = time.perf_counter() - began
            peak = peak_mib(decoder)
    return Walked(seconds, first, peak, count, video_seconds, active, cuts)


def peak_mib(decoder: Decoder) -> float:
    """Most memory that the decoding child held so far, in MiB; 0 where the system does not tell."""
    child = decoder._child
    try:
        lines = Path(f"/proc/{child.pid if child else 0}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def bare(path: Path) -> float:
    """Seconds that ffmpeg takes to decode the pictures and throw them away."""
    began = time.perf_counter()
    subprocess.run(["ffmpeg", "-v", "fatal", "-i", str(path), "-map", "0:v:0", "-f", "null", "-"], check=True)
    return time.perf_counter() - began


def measure(name: str, path: Path, turns: int) -> None:
    """Print one line of the table."""
    has_ffmpeg = shutil.which("ffmpeg") is not None
    bares: list[float] = []
    fulls: list[Walked] = []
    levels: list[Walked] = []
    for _ in range(turns):
        if has_ffmpeg:
            bares.append(bare(path))
        fulls.append(walk(path, WalkMode.FULL))
        levels.append(walk(path, WalkMode.LEVELS))
    length = levels[0].video_seconds
    full, level = (statistics.median(one.seconds for one in each) for each in (fulls, levels))
    plain = statistics.median(bares) if bares else float("nan")
    ratio = statistics.median(a / b.seconds for a, b in zip(bares, levels, strict=True)) if bares else plain
    known, found = fulls[0], levels[0]
    cuts = f"{len(known.cuts & found.cuts)}/{len(known.cuts)}{'' if found.cuts <= known.cuts else '!'}"
    recall = len(known.active & found.active) / len(known.active) if known.active else 1.0
    print(
        f"{name:<26} {length:>7.0f} {length / plain:>6.1f} {length / full:>6.1f} {length / level:>7.1f} "
        f"{ratio:>6.2f} {100 * recall:>6.1f}% ({len(known.active)}) {cuts:>7} {found.first_seconds:>6.2f} "
        f"{max(one.peak_mib for one in levels):>6.0f} {max(one.peak_mib for one in fulls):>6.0f} "
        f"{_others(path, length)}",
        flush=True,
    )


def _others(path: Path, length: float) -> str:
    """Say how fast others read the video, once each."""
    detected = scenedetect_seconds(path)
    scenes = f"{length / detected[0]:>6.1f} ({detected[1]})" if detected else "     –"
    return f"{length / opencv_seconds(path):>7.1f} {scenes}"


def main() -> None:
    """Draw the videos and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="videos of your own, instead of the drawn ones")
    parser.add_argument("--quick", action="store_true", help="shorter videos, one turn, no ten hours")
    parser.add_argument("--turns", type=int, help="how often each way runs (default 5; 1 with --quick)")
    parser.add_argument(
        "--only", default="", help='only the drawn videos whose name contains this, or "long"'
    )
    given = parser.parse_args()
    turns = given.turns or (1 if given.quick else 5)
    print(f"{platform.node()}, {platform.machine()}, {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}")
    print(
        f"pictures kept: {KEPT_PER_SECOND:g} a second, {MAX_SIDE} pixels; times real time, median of {turns}"
    )
    print(f"{'video':<26} {'seconds':>7} {'ffmpeg':>6} {'full':>6} {'levels':>7} {'ratio':>6} "
          f"{'recall (active s)':>14} {'cuts':>5} {'first':>6} {'MiB':>6} {'full':>6} {'OpenCV':>7} "
          f"{'PySceneDetect (cuts)':>6}")  # fmt: skip
    if given.files:
        for path in given.files:
            measure(path.name, path, turns)
        return
    with tempfile.TemporaryDirectory(prefix="witness-bench-") as folder:
        for name, draw in videos(given.quick):
            if given.only in name:
                path = Path(folder) / name
                draw(path)
                measure(name, path, 1 if name.startswith("cctv") else turns)  # an hour takes minutes
                path.unlink()
        if not given.quick and given.only in "long":
            long_videos(Path(folder))


def videos(quick: bool) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Name each drawn video and how it is written."""
    length = 12 if quick else 60
    short = 6 if quick else 20

    def encoded(codec: str, **options: str) -> Encoding:
        return Encoding(codec, tuple(options.items()))

    full_hd, ultra_hd = (1920, 1080), (3840, 2160)
    medium = encoded("libx264", preset="medium")
    yield "busy-h264-medium.mp4", lambda path: write(path, busy(length, *full_hd), medium)
    fast = encoded("libx264", preset="veryfast")
    yield "busy-h264-veryfast.mp4", lambda path: write(path, busy(length, *full_hd), fast)
    yield "cctv-h264.mp4", lambda path: cctv(path, 300 if quick else 3600)
    yield "film-h264.mp4", lambda path: write(path, film(length, *full_hd), fast)
    hevc = encoded("libx265", preset="ultrafast", **{"x265-params": "log-level=0:bframes=3:b-adapt=0"})
    yield "busy-hevc.mp4", lambda path: write(path, busy(short, *full_hd), hevc)
    vp9 = encoded("libvpx-vp9", deadline="realtime", **{"cpu-used": "8", "b": "6M", "row-mt": "1"})
    yield "busy-vp9.webm", lambda path: write(path, busy(short, *full_hd), vp9)
    av1 = encoded("libsvtav1", preset="12")
    yield "busy-av1.mp4", lambda path: write(path, busy(short, *full_hd), av1)
    yield "busy-h264-4k.mp4", lambda path: write(path, busy(short / 2, *ultra_hd), fast)


def cctv(path: Path, seconds: int, size: tuple[int, int] = (1920, 1080)) -> None:
    """A fixed camera, one group of pictures every two seconds, with somebody in it for 2 % of the time."""
    encoding = Encoding("libx264", (("preset", "veryfast"), ("g", "60"), ("sc_threshold", "0")))
    with tempfile.TemporaryDirectory() as folder:
        quiet, passing = Path(folder) / "quiet.mp4", Path(folder) / "passing.mp4"
        write(quiet, still(22, *size), encoding)
        write(passing, still(10, *size, walker=(3, 9)), encoding)
        looped(path, quiet, passing, seconds, share=0.02, active_seconds=6)


def long_videos(folder: Path) -> None:
    """Show that memory does not grow with the length, and how soon the first samples come."""
    print("\nfixed camera in 640x360 for 10 seconds and for 10 hours")
    for seconds in (10, 36_000):
        path = folder / f"long-{seconds}.mp4"
        cctv(path, seconds, (640, 360))
        done = walk(path, WalkMode.LEVELS)
        print(
            f"{seconds} s: first samples after {done.first_seconds:.2f} s, all after {done.seconds:.1f} s; "
            f"{done.peak_mib:.0f} MiB",
            flush=True,
        )
        path.unlink()


if __name__ == "__main__":
    main()
