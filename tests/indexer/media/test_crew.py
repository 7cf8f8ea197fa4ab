"""Groups are decoded beside each other, taken in order, and hold no more pictures than they may."""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest
from drawn_video import passing, write_drawn

from indexer.media.levels import crew as crew_module
from indexer.media.levels.crew import Crew, Job
from indexer.media.levels.groups import Group, Grouper
from indexer.media.levels.shots import Footage, GroupDecoder
from indexer.media.pictures import Geometry

_BOUND = 300_000


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Footage, list[Group]]]:
    """Six seconds of movement in groups of one second, some 600 kB of pictures each."""
    path = tmp_path_factory.mktemp("crew") / "groups.mp4"
    write_drawn(path, passing(0, 6, 6), options={"g": "25", "keyint_min": "25", "sc_threshold": "0"})
    yield from _groups_of(path)


def _groups_of(path: Path) -> Iterator[tuple[Footage, list[Group]]]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        ticks = stream.time_base or Fraction(1, 1000)
        grouper = Grouper(ticks)
        packets = [packet for packet in container.demux(stream) if packet.size]
        groups = [group for group in map(grouper.add, packets) if group is not None] + grouper.finish()
        geometry = Geometry(stream.width, stream.height, 0)
        yield Footage(stream.codec_context, packets[0], ticks, 0, geometry, 96, 8.0, 10**7), groups


def test_groups_come_whole_and_in_order_within_the_bound(
    video: tuple[Footage, list[Group]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody takes what is decoded for a while: the threads stop at the bound, and go on when it is taken."""
    footage, groups = video
    monkeypatch.setattr(crew_module, "_HELD_BYTES", _BOUND)
    assert len(groups) >= 5
    alone = GroupDecoder(footage, lambda: None)
    expected = [[shot.pts for shot in alone.shots(group)] for group in groups]
    largest = max(shot.size_bytes for shot in alone.shots(groups[0]))
    crew = Crew(footage, lambda: False, threads=2)
    try:
        jobs = [Job(group, key_only=False) for group in groups]
        for job in jobs:
            crew.submit(job)
        deadline = time.monotonic() + 20
        while _held_bytes(jobs) < _BOUND and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)  # what goes on decoding now goes too far
        assert _BOUND <= _held_bytes(jobs) <= _BOUND * 5 // 4 + 2 * largest
        assert [list(_taken(crew, job)) for job in jobs] == expected
    finally:
        crew.stop()


def _taken(crew: Crew, job: Job) -> Iterator[int]:
    while True:
        was_done = job.is_done
        yield from (shot.pts for shot in crew.take(job, 0.1))
        if was_done and not job.shots:
            return


def _held_bytes(jobs: list[Job]) -> int:
    return sum(shot.size_bytes for job in jobs for shot in list(job.shots))
