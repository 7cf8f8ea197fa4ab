"""Kill index runs at random moments and run them again: the library ends as an undisturbed run's."""

from __future__ import annotations

import queue
import random
import shutil
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from bench.crash.captioner import Captioner
from bench.crash.contents import Contents, read_contents
from bench.crash.runs import PHASES, Bench, Run
from bench.crash.watcher import watching

_LONGEST_RUN_SECONDS = 120.0
_STARTING_SHARE = 0.08
"""Share of the kills that hit a program which has not opened the library yet: a third of a run, and dull."""
_AIMED_SHARE = 0.5
"""Share of the kills that come right behind a caption: the writes there are too short to be hit by chance."""
_BEHIND_A_CAPTION_SECONDS = 0.008
_BEHIND_A_VIDEO_SECONDS = 0.35
"""How long behind a caption, and behind a video's last one, these come at most."""


@dataclass(frozen=True)
class Undisturbed:
    """What a run leaves that nobody killed."""

    contents: Contents
    opens_after_seconds: float
    """When it opened the library."""
    seconds: float
    last_captions: frozenset[str]
    """What tells the last caption of each video."""


@dataclass
class Outcome:
    """What the kills showed."""

    kills: Counter[str] = field(default_factory=Counter)
    """How many hit each phase."""
    run_seconds: float = 0.0
    """How long a run takes that nobody kills, the shortest that was met: kills come within that time."""
    libraries: int = 0
    equal: int = 0
    looks: int = 0
    captions: int = 0
    asked_again: int = 0
    """Captions that were under way when the kill came, and were asked for once more."""
    troubles: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many kills there were."""
        return self.kills.total()


def kill_again_and_again(bench: Bench, captioner: Captioner, kills: int, seed: int) -> Outcome:
    """Kill runs until there were so many kills; each library is run until it is done, and compared."""
    draw, outcome, calm = random.Random(seed), Outcome(), run_undisturbed(bench, captioner)
    outcome.run_seconds = calm.seconds
    print(f"undisturbed: {calm.contents.segments} segments in {calm.seconds:.1f} s, the library open after "
          f"{calm.opens_after_seconds:.1f} s", flush=True)  # fmt: skip
    try:
        while outcome.total < kills:
            _kill_one_library(bench, captioner, draw, calm, kills, outcome)
    except KeyboardInterrupt:
        print(f"stopped after {outcome.total} of {kills} kills")
    return outcome


def _kill_one_library(
    bench: Bench, captioner: Captioner, draw: random.Random, calm: Undisturbed, kills: int, outcome: Outcome
) -> None:
    """Make one library, with kills, and compare it with the undisturbed one."""
    library = bench.folder / f"killed-{outcome.libraries + 1}"
    captioner.begin(library / "catalog.sqlite")
    before = outcome.total
    with watching(library) as watcher:
        _finish_with_kills(bench, captioner, library, draw, calm, kills, outcome)
    troubles = [*watcher.violations, *read_contents(library).differences(calm.contents)]
    troubles += [f"captioned though written: {digest}" for digest in captioner.asked_though_written]
    outcome.libraries += 1
    outcome.looks += watcher.looks
    outcome.equal += not troubles
    outcome.troubles += [f"{library.name}: {trouble}" for trouble in troubles]
    outcome.captions += len(captioner.asked)
    outcome.asked_again += captioner.asked.total() - len(captioner.asked)
    print(f"{library.name}: {outcome.total - before} kills, {'; '.join(troubles) or 'equal'}", flush=True)
    if not troubles:
        shutil.rmtree(library)


def run_undisturbed(bench: Bench, captioner: Captioner) -> Undisturbed:
    """Index twice without any trouble, which must give the same; the shorter run says how long one takes."""
    first, second = (_run_undisturbed(bench, captioner, bench.folder / name) for name in ("calm", "calm-too"))
    differences = second.contents.differences(first.contents)
    if differences:
        raise SystemExit(f"two undisturbed runs differ: {'; '.join(differences)}")
    return min(first, second, key=lambda run: run.seconds)


def _run_undisturbed(bench: Bench, captioner: Captioner, library: Path) -> Undisturbed:
    captioner.begin(library / "catalog.sqlite")
    begin = time.monotonic()
    run = bench.start(library)
    while not (library / "catalog.sqlite").exists() and not run.ended_within(0.02):
        pass
    opened = time.monotonic()
    if not run.ended_within(_LONGEST_RUN_SECONDS):
        run.kill(children_too=True)
        raise SystemExit(f"the undisturbed run does not end:\n{run.words}")
    ended = time.monotonic()
    contents = read_contents(library)
    return Undisturbed(contents, opened - begin, ended - begin, _last_captions(contents))


def _last_captions(contents: Contents) -> frozenset[str]:
    last: dict[object, tuple[int, str]] = {}
    for row in map(dict, contents.tables["segments"]):
        digest = str(row["summary"]).removeprefix("Picture ").split(":")[0]
        last[row["video_id"]] = max(last.get(row["video_id"], (-1, "")), (row["ordinal"], digest))
    return frozenset(digest for _, digest in last.values())


def _finish_with_kills(
    bench: Bench,
    captioner: Captioner,
    library: Path,
    draw: random.Random,
    calm: Undisturbed,
    kills: int,
    outcome: Outcome,
) -> None:
    """Run until a run ends by itself, killing the others."""
    kills_before = outcome.total
    while True:
        captioner.answered, begin = queue.SimpleQueue(), time.monotonic()
        run = bench.start(library)
        if outcome.total == kills:
            if not run.ended_within(_LONGEST_RUN_SECONDS):
                outcome.troubles.append(f"{library.name}: a run does not end: {run.words[-500:]}")
                run.kill(children_too=True)
            return
        if _ends_before_its_moment(run, captioner, draw, calm, outcome.run_seconds):
            if outcome.total == kills_before:
                outcome.run_seconds = min(outcome.run_seconds, time.monotonic() - begin)
            return
        children_too = draw.random() < 0.8  # the others are left behind, and have to notice
        outcome.kills[run.kill(children_too=children_too)] += 1
        if not run.leaves_nobody():
            outcome.troubles.append(f"{library.name}: children of a killed run are still there")


def _ends_before_its_moment(
    run: Run, captioner: Captioner, draw: random.Random, calm: Undisturbed, run_seconds: float
) -> bool:
    """Wait for a random moment: of the whole run, or shortly behind one of its captions."""
    kind = draw.random()
    if kind < _STARTING_SHARE:
        return run.ended_within(draw.uniform(0.0, calm.opens_after_seconds))
    if kind > _STARTING_SHARE + _AIMED_SHARE:
        return run.ended_within(draw.uniform(calm.opens_after_seconds, run_seconds))
    behind_a_video = draw.random() < 0.6
    wanted = calm.last_captions if behind_a_video else None
    for _ in range(draw.randint(1, 3 if behind_a_video else 12)):
        if not _await_caption(run, captioner, wanted):
            return True
    longest = _BEHIND_A_VIDEO_SECONDS if behind_a_video else _BEHIND_A_CAPTION_SECONDS
    return run.ended_within(draw.uniform(0.0, longest))


def _await_caption(run: Run, captioner: Captioner, wanted: Collection[str] | None) -> bool:
    """Wait until a caption (one of the wanted ones) is handed out; False when the run ends before."""
    while True:
        try:
            digest = captioner.answered.get(timeout=0.05)
        except queue.Empty:
            if run.ended_within(0.0):
                return False
            continue
        if wanted is None or digest in wanted:
            return True


def print_outcome(outcome: Outcome) -> None:
    """Print the table."""
    print("\n| killed while | kills |\n|---|---:|")
    for phase in ["starting", *PHASES]:
        print(f"| {phase} | {outcome.kills[phase]} |")
    print(f"| all | {outcome.total} |\n")
    print(f"libraries equal to the undisturbed one: {outcome.equal} of {outcome.libraries}")
    print(f"captions: {outcome.captions}; asked for once more because a kill came before they were written: "
          f"{outcome.asked_again} (at most 2 are under way); captioned though written: "
          f"{sum('though written' in trouble for trouble in outcome.troubles)}")  # fmt: skip
    print(f"looks of an open reader: {outcome.looks:,}")
    for trouble in outcome.troubles:
        print(f"WRONG {trouble}")
