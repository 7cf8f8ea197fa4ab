"""Damaged files by the thousand: does anything crash the parent, escape its limits, or give a wrong time?

    python -m bench.media.fuzz                              10,000 cases
    python -m bench.media.fuzz --cases 500 --seed 7 --keep FOLDER

Small files of every container are damaged (bits and bytes changed, cut, zeroed, doubled, inserted) and put
through probe, walk and frames_at with tight limits. The child may crash: that is what it is for. Exit status
1 when the parent fails, a request outlasts its limits, or a frame comes with a time that is not its own.

A damaged file can itself give a frame another time. So a frame whose number and time do not belong together
is looked up in what ffmpeg alone makes of the file, from its start; it is wrong when ffmpeg disagrees too.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "tests" / "indexer" / "media"))

from fuzz_kit import LIMITS, ORDER, RATE, SEEDS, SLOWEST_SECONDS, Verdict, cases, damage, judge, write_seed

from bench.media.plain import ask
from indexer.media.decoder import Decoder

_SHOWN = 20
_NEAR = 0.6 / RATE
"""Seconds by which two times of one frame may differ."""


@dataclass
class Tally:
    """What the cases came to."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    frames: int = 0
    moved: int = 0
    """Frames that the damage itself gave another time: ffmpeg reads them so too."""
    wrong: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    escaped: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0


def main() -> None:
    arguments = parse_arguments()
    tally, began = Tally(), time.monotonic()
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder, prefix="witness-fuzz-") as name,
        Decoder(limits=LIMITS) as decoder,
    ):
        folder = Path(name)
        (folder / "whole").mkdir()
        seeds = {each: write_seed(folder / "whole", each) for each in arguments.files or SEEDS}
        for number, (each, chance) in enumerate(cases(arguments.seed, arguments.cases, list(seeds))):
            kind, data = damage(seeds[each], chance)
            path = folder / f"{number:06d} {kind} {each}"
            path.write_bytes(data)
            if not run_case(decoder, path, chance, tally) and arguments.keep:
                arguments.keep.mkdir(parents=True, exist_ok=True)
                (arguments.keep / path.name).write_bytes(data)
            path.unlink()
            elapsed = time.monotonic() - began
            if number % 1000 == 999:
                print(f"{number + 1} cases, {elapsed:.0f} s", file=sys.stderr, flush=True)
            if elapsed > arguments.minutes * 60:
                break
    print_tally(tally, time.monotonic() - began)
    raise SystemExit(1 if tally.wrong or tally.failures or tally.escaped else 0)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop then, however many are done")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--files", nargs="+", choices=list(SEEDS), help="damage only these")
    parser.add_argument("--keep", type=Path, help="keep the files of cases that went wrong or crashed here")
    parser.add_argument("--folder", type=Path, help="where to work; default: the folder for temporary files")
    return parser.parse_args()


def run_case(decoder: Decoder, path: Path, chance, tally: Tally) -> bool:
    """Run one case; tell whether it is one that nobody needs to look at."""
    outcomes = tally.outcomes.setdefault(path.suffix[1:], Counter())
    try:
        verdict = judge(decoder, path, chance)
    except Exception:  # noqa: BLE001  # whatever it is, the parent must not fail
        tally.failures.append(f"{path.name}: {traceback.format_exc()}")
        outcomes["parent"] += 1
        return False
    outcomes[verdict.outcome] += 1
    tally.frames += verdict.frames
    tally.slowest_seconds = max(tally.slowest_seconds, verdict.slowest_seconds)
    if verdict.slowest_seconds > SLOWEST_SECONDS:
        tally.escaped.append(f"{path.name}: {verdict.slowest_seconds:.0f} s")
    wrong = wrong_times(path, verdict)
    tally.wrong += [f"{path.name}: frame {number} at {seconds:.3f} s" for seconds, number in wrong]
    tally.moved += len(verdict.suspects) - len(wrong)
    return not wrong and verdict.outcome not in ("crash", "hang")


def wrong_times(path: Path, verdict: Verdict) -> list[tuple[float, int]]:
    """Return the frames to which ffmpeg alone gives other times, wherever the one clock starts.

    One start has to explain all frames of the file, those among them that look right.
    """
    if not verdict.suspects:
        return []
    plain = ask(path)
    starts = {0.0, *(pts for pts, _ in plain)}
    starts |= {pts - seconds for seconds, number in verdict.read for pts, other in plain if number == other}
    return min((_unexplained(plain, start, verdict) for start in starts), key=len)


def _unexplained(plain: list[tuple[float, int]], start: float, verdict: Verdict) -> list[tuple[float, int]]:
    """Leave out what is right by its number, as ffmpeg may not come that far, and what ffmpeg shows too."""
    return [
        (seconds, number)
        for seconds, number in verdict.read
        if abs(seconds + start - number / RATE) > _NEAR
        and not _bears_out([other for pts, other in plain if abs(seconds + start - pts) < _NEAR],
                           number, round((seconds + start) * RATE))
    ]  # fmt: skip


def _bears_out(shown: list[int], number: int, expected: int) -> bool:
    """Tell whether ffmpeg shows the number at its time too, or never the one that was drawn.

    A picture of which damage left another number, without a word from the codec, is no witness of its time.
    """
    return number in shown or bool(shown and expected not in shown)


def print_tally(tally: Tally, seconds: float) -> None:
    heads = (*ORDER, "parent")
    total: Counter[str] = sum(tally.outcomes.values(), Counter())
    print(f"{platform.machine()}, {os.cpu_count()} CPU cores, {platform.platform()}")
    print(
        f"{total.total()} damaged files in {seconds:.0f} s, slowest request {tally.slowest_seconds:.1f} s\n"
    )
    print("| container | cases | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 2) + "|")
    for name, row in [*sorted(tally.outcomes.items()), ("all", total)]:
        print(f"| {name} | {row.total()} | " + " | ".join(str(row[head]) for head in heads) + " |")
    print(
        f"\nparent failed {len(tally.failures)} times, {len(tally.escaped)} requests outlasted their limits"
    )
    print(f"{tally.frames} frames were read back: {len(tally.wrong)} with a wrong time, {tally.moved} where"
          " the damage gave them")  # fmt: skip
    for line in [*tally.failures, *tally.escaped, *tally.wrong][:_SHOWN]:
        print(line)


if __name__ == "__main__":
    main()
