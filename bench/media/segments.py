"""Where segments begin and end, what is still, and which frames a model is shown, on real clips.

    python -m bench.media.segments FOLDER                   every clip of a folder
    python -m bench.media.segments FOLDER --walk full --seconds 10 --frames 16

Beside the clips lies gold.jsonl: one event a line, with "video", "start", "end" and "text". For each whose
text begins with "Falling", the chosen frames inside it are counted, and those in the falling movement itself:
where the optical flow stays above half of its peak.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.media.decoder import Decoder
from indexer.media.samples import Sample, WalkMode, WalkPlan
from indexer.segmenting.motion import speeds
from indexer.segmenting.sampling import telling_frames
from indexer.segmenting.segments import WalkedSegment, cut_into_segments, kept_per_second
from indexer.timeline import Span
from indexer.vision.model import FrameBudget

_MAX_SIDE = 448


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip, cut."""

    name: str
    seconds: float
    wall_seconds: float
    samples: int
    segments: list[WalkedSegment]


def cut(path: Path, mode: WalkMode, longest: float, budget: FrameBudget) -> Clip:
    """Walk a clip and cut it."""
    began, samples = time.perf_counter(), 0
    plan = WalkPlan(kept_per_second(budget), _MAX_SIDE, mode=mode)
    with closing(Decoder()) as decoder, closing(decoder.walk(path, plan)) as walk:

        def counted() -> Iterator[Sample]:
            nonlocal samples
            for sample in walk:
                samples += 1
                yield sample

        def end() -> float:
            return walk.info.duration_seconds if walk.info else 0.0

        segments = list(
            cut_into_segments(
                counted(), start_seconds=0.0, end_seconds=end, longest_seconds=longest, budget=budget
            )
        )
    return Clip(path.name, segments[-1].span.end_seconds, time.perf_counter() - began, samples, segments)


def falls(folder: Path) -> dict[str, list[Span]]:
    """Read the falls of gold.jsonl, by clip."""
    found: dict[str, list[Span]] = {}
    gold = folder / "gold.jsonl"
    for line in gold.read_text(encoding="utf-8").splitlines() if gold.is_file() else ():
        event = json.loads(line)
        if event["text"].startswith("Falling"):
            found.setdefault(event["video"], []).append(Span(event["start"], event["end"]))
    return found


def falling_movement(clip: Clip, fall: Span) -> Span:
    """Return where, within an annotated fall, the flow stays above half of its peak."""
    frames = [f for s in clip.segments for f in s.frames if fall.contains(f.pts_seconds)]
    speed = speeds(frames)
    peak = int(speed.argmax())
    slow = np.flatnonzero(speed < speed[peak] / 2)
    before, after = slow[slow < peak], slow[slow > peak]
    first = int(before[-1]) if len(before) else 0
    last = int(after[0]) if len(after) else len(frames) - 1
    return Span(frames[first].pts_seconds, frames[last].pts_seconds)


def print_clip(clip: Clip, budget: FrameBudget) -> None:
    """Print one line a clip."""
    lengths = [segment.span.duration_seconds for segment in clip.segments]
    still = sum(segment.span.duration_seconds for segment in clip.segments if segment.still)
    shown = sum(len(telling_frames(segment, budget)) for segment in clip.segments)
    print(
        f"{clip.name:32} {clip.seconds:7.1f} s {clip.samples:6} samples {len(clip.segments):4} segments "
        f"{min(lengths):5.1f}–{max(lengths):5.1f} s, {sum(s.still for s in clip.segments):3} still "
        f"({still:6.1f} s), {sum(s.starts_with_cut for s in clip.segments):2} cuts, "
        f"{shown:4} frames shown, {clip.seconds / clip.wall_seconds:5.1f} times real time"
    )


def print_fall(clip: Clip, fall: Span, limits: tuple[int, ...]) -> bool:
    """Print the chosen frames of one fall; tell whether each budget has three within it."""
    movement, counts, enough = falling_movement(clip, fall), [], True
    for limit in limits:
        budget = FrameBudget(limit, 2.0, _MAX_SIDE)
        chosen = [f.pts_seconds for s in clip.segments for f in telling_frames(s, budget)]
        inside = sum(fall.contains(t) for t in chosen)
        falling = sum(movement.start_seconds <= t <= movement.end_seconds for t in chosen)
        counts.append(f"{limit}: {inside} in the fall, {falling} in the movement")
        enough = enough and inside >= 3
    print(f"{'':32} fall {fall}, moving {movement}; of {'; of '.join(counts)}")
    return enough


def main() -> int:
    """Print the tables; status 1 when a fall is shown by fewer than three frames."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--walk", type=WalkMode, default=WalkMode.LEVELS, choices=list(WalkMode))
    parser.add_argument("--seconds", type=float, default=10.0, help="longest segment with movement")
    parser.add_argument("--frames", type=int, default=16, help="most frames a segment")
    parser.add_argument("--spans", action="store_true", help="print every segment")
    given = parser.parse_args()
    budget, fallen, enough = FrameBudget(given.frames, 2.0, _MAX_SIDE), falls(given.folder), True
    for path in sorted(given.folder.glob("*.mp4")):
        clip = cut(path, given.walk, given.seconds, budget)
        print_clip(clip, budget)
        for fall in fallen.get(clip.name, ()):
            enough = print_fall(clip, fall, (8, 12, 16)) and enough
        for segment in clip.segments if given.spans else ():
            marks = f"{'still ' if segment.still else ''}{'cut' if segment.starts_with_cut else ''}"
            shown = len(telling_frames(segment, budget))
            print(f"{'':32} {segment.span!s:20} {segment.activity:7.2%} {shown:3} frames {marks}")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
