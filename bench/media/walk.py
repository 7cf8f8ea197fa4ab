"""How fast a video is walked, what the walk finds, and what memory it takes.

    python -m bench.media.walk             everything; about half an hour
    python -m bench.media.walk --quick     shorter videos, one turn and no ten hours; some minutes
    python -m bench.media.walk --hour      videos of a minute, and an hour of the fixed camera, which only the
                                           levels read more than once
    python -m bench.media.walk FILE ...    videos of your own

Beside each other, in turns, medians: ``ffmpeg -i FILE -f null -`` where it is installed, the full walk (only
once for the fixed camera and for videos repeated), and the walk in levels. The child that decodes runs
already when the clock starts. "ratio" is the time that ffmpeg takes to that of the levels; "CPU" the same of
processor time, which other work on the machine disturbs less. A second is active when a sample's activity is
above 0.002 of the picture; recall is the share of the full walk's active seconds, and of its cuts, that the
levels find; "!" behind the cuts: they also find some that the full walk does not. MiB: most memory of the
child, and what this process took besides, in the first turn. OpenCV (every frame) and PySceneDetect (its
default detector) read each video once; those repeated are the ones above them, eight times over.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.media.cost import Cost
from bench.media.others import opencv_seconds, scenedetect_seconds
from bench.media.scenes import Encoding, busy, film, looped, repeated, still, write
from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan
from indexer.segmenting.segments import kept_per_second
from indexer.vision import endpoint_options
from indexer.vision.model import FrameBudget
from indexer.vision.observer import Observer

ACTIVE = 0.002
"""Share of the picture above which a second counts as active: what the observer reports as movement."""
_REPEATED = 8
"""Two groups of pictures are decoded at a time: at the end of a video, one of them is the last one alone."""


def asked_by(budget: FrameBudget) -> WalkPlan:
    """What an index run asks of the walk for a model with this budget."""
    return WalkPlan(kept_per_second(budget), budget.max_side)


OBSERVER = asked_by(Observer.caption_budget)
SERVER = asked_by(endpoint_options.CAPTION_BUDGET)


@dataclass
class Walked:
    """One walk over a video."""

    seconds: float
    first_seconds: float
    cpu_seconds: float
    peak_mib: float
    samples: int
    video_seconds: float
    active: set[int] = field(default_factory=set)
    cuts: set[float] = field(default_factory=set)


def walk(path: Path, mode: WalkMode, plan: WalkPlan = OBSERVER, *, watch_memory: bool = True) -> Walked:
    """Walk a video in a child of its own, which has started before."""
    active, cuts, count, first = set(), set(), 0, 0.0
    with Decoder() as decoder:
        video_seconds = decoder.probe(path, quick=True).duration_seconds
        with Cost(decoder, watch_memory=watch_memory) as cost:
            began = time.perf_counter()
            with decoder.walk(path, replace(plan, mode=mode)) as opened:
                for sample in opened:
                    first = first or time.perf_counter() - began
                    count += 1
                    if (sample.activity or 0.0) > ACTIVE:
                        active.add(int(sample.pts_seconds))
                    if sample.is_cut:
                        cuts.add(round(sample.pts_seconds, 4))
            seconds = time.perf_counter() - began
    return Walked(seconds, first, cost.cpu_seconds, cost.peak_mib, count, video_seconds, active, cuts)


def bare(path: Path) -> tuple[float, float]:
    """Seconds, and processor seconds, that ffmpeg takes to decode the pictures and throw them away."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(["ffmpeg", "-v", "fatal", "-i", str(path), "-map", "0:v:0", "-f", "null", "-"], check=True)
    after, seconds = os.times(), time.perf_counter() - began
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return seconds, cpu


def measure(
    name: str,
    path: Path,
    turns: int,
    *,
    plan: WalkPlan = OBSERVER,
    full_turns: int | None = None,
    is_long: bool = False,
    has_others: bool = True,
) -> None:
    """Print one line of the table; of a long video, what decodes all of it is timed once, or not at all.

    Without ``has_others``, OpenCV and PySceneDetect are left out.
    """
    bares: list[tuple[float, float]] = []
    fulls: list[Walked] = []
    levels: list[Walked] = []
    for turn in range(turns):
        if not (is_long and turn):
            bares.append(bare(path) if shutil.which("ffmpeg") else (math.nan, math.nan))
        if turn < (full_turns or turns):
            fulls.append(walk(path, WalkMode.FULL, plan, watch_memory=turn == 0))
        levels.append(walk(path, WalkMode.LEVELS, plan, watch_memory=turn == 0))
    length = levels[0].video_seconds
    full, level = (statistics.median(one.seconds for one in each) for each in (fulls, levels))
    usual = statistics.median(seconds for seconds, _ in bares)
    pairs = [(bares[turn % len(bares)], each) for turn, each in enumerate(levels)]
    ratio = statistics.median(plain[0] / one.seconds for plain, one in pairs)
    cpu = statistics.median(plain[1] / max(one.cpu_seconds, 1e-3) for plain, one in pairs)
    known, found = fulls[0], levels[0]
    cuts = f"{len(known.cuts & found.cuts)}/{len(known.cuts)}{'' if found.cuts <= known.cuts else '!'}"
    recall = len(known.active & found.active) / len(known.active) if known.active else 1.0
    print(
        f"{name:<26} {plan.kept_per_second:g}@{plan.max_side:<4} {length:>7.0f} {length / usual:>6.1f} "
        f"{length / full:>6.1f} {length / level:>7.1f} {ratio:>6.2f} {cpu:>6.2f} "
        f"{100 * recall:>6.1f}% ({len(known.active)}) {cuts:>7} {found.first_seconds:>6.2f} "
        f"{max(one.peak_mib for one in levels):>6.0f} {max(one.peak_mib for one in fulls):>6.0f} "
        f"{_others(path, length) if has_others and not is_long else ''}",
        flush=True,
    )


def _others(path: Path, length: float) -> str:
    """Say how fast others read the video, once each."""
    read = opencv_seconds(path)
    if read is None:  # PySceneDetect reads with OpenCV too
        return f"{'–':>7} {'–':>6}"
    detected = scenedetect_seconds(path)
    scenes = f"{length / detected[0]:>6.1f} ({detected[1]})" if detected else f"{'–':>6}"
    return f"{length / read:>7.1f} {scenes}"


def main() -> None:
    """Draw the videos and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="videos of your own, instead of the drawn ones")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="shorter videos, one turn, no ten hours")
    length.add_argument("--hour", action="store_true", help="videos of a minute, an hour of the fixed camera")
    parser.add_argument("--turns", type=int, help="how often each way runs (default 5; 1 with --quick)")
    parser.add_argument(
        "--only", default="", help='only the drawn videos whose name contains this, or "long"'
    )
    given = parser.parse_args()
    turns = given.turns or (1 if given.quick else 5)
    print(f"{platform.node()}, {platform.machine()}, {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}")
    print(f"kept: pictures a second @ pixels of the longer side; times real time, median of {turns}")
    print(f"{'video':<26} {'kept':<6} {'seconds':>7} {'ffmpeg':>6} {'full':>6} {'levels':>7} {'ratio':>6} "
          f"{'CPU':>6} "
          f"{'recall (active s)':>14} {'cuts':>5} {'first':>6} {'MiB':>6} {'full':>6} {'OpenCV':>7} "
          f"{'PySceneDetect (cuts)':>6}")  # fmt: skip
    if given.files:
        for path in given.files:
            measure(path.name, path, turns)
        return
    with tempfile.TemporaryDirectory(prefix="witness-bench-") as folder:
        for name, draw in videos(_Lengths.chosen(given.quick, given.hour)):
            if given.only in name:
                path = Path(folder) / name
                draw(path)
                # The full walk of a long video takes minutes, and its speed is told by the others.
                full_turns = 1 if name.startswith("cctv") else None
                measure(name, path, turns, full_turns=full_turns, is_long=given.hour and full_turns == 1)
                if name.startswith("busy-h264-") and "4k" not in name:
                    longer = path.with_stem(f"{path.stem}-x{_REPEATED}")
                    repeated(longer, path, _REPEATED)
                    for plan in (OBSERVER, SERVER):
                        measure(longer.name, longer, turns, plan=plan, full_turns=1, has_others=False)
                    longer.unlink()
                path.unlink()
        if not given.quick and given.only in "long":
            long_videos(Path(folder))


@dataclass(frozen=True)
class _Lengths:
    """How long the drawn videos are, in seconds."""

    busy: float
    other_codecs: float
    cctv: int

    @classmethod
    def chosen(cls, quick: bool, hour: bool) -> _Lengths:
        """Choose them by the options."""
        return cls(12, 6, 300) if quick else cls(60, 20, 3600) if hour else cls(30, 10, 600)


def videos(lengths: _Lengths) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Name each drawn video and how it is written."""
    length, short = lengths.busy, lengths.other_codecs

    def encoded(codec: str, **options: str) -> Encoding:
        return Encoding(codec, tuple(options.items()))

    full_hd, ultra_hd = (1920, 1080), (3840, 2160)
    medium = encoded("libx264", preset="medium")
    yield "busy-h264-medium.mp4", lambda path: write(path, busy(length, *full_hd), medium)
    fast = encoded("libx264", preset="veryfast")
    yield "busy-h264-veryfast.mp4", lambda path: write(path, busy(length, *full_hd), fast)
    yield "cctv-h264.mp4", lambda path: cctv(path, lengths.cctv)
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
