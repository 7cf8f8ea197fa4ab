"""What is done with groups of packets: which stay undecoded, which are compared, and what is read ahead."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.media.change import BlockPicture
from indexer.media.levels.crew import Job
from indexer.media.levels.groups import Group
from indexer.media.levels.pending import PendingGroups
from indexer.media.levels.quiet import loudness
from indexer.media.levels.shots import Shot

PIXELS = 1920 * 1080
SECONDS = 2
QUIET, LOUD = 200, 20_000
"""Bytes of each frame after the key frame."""


class Waiting:
    """Groups of two seconds each that wait; the PTS count seconds. Remembers what is to be decoded."""

    def __init__(self) -> None:
        self.submitted: list[Job] = []
        self.pending = PendingGroups(self.submitted.append, float)
        self._count = 0

    def read(self, *frame_bytes: int, passed_over: bool = False) -> None:
        """Let groups come in whose frames take so many bytes, 50 each."""
        for size in frame_bytes:
            start = self._count * SECONDS
            group = Group(self._count, start, end=start + SECONDS, sizes=[size] * 49, key_bytes=100_000)
            group.held_bytes = 100_000 + 49 * size
            self._count += 1
            measured = loudness(group, PIXELS, SECONDS)
            if passed_over:
                self.pending.pass_over(measured)
            else:
                self.pending.add(group, measured)

    def work(self, brightness: int = 90) -> None:
        """Have everything decoded that was submitted so far, all pictures equally bright."""
        for job in self.submitted:
            if not job.is_done:
                picture = BlockPicture(np.full((36, 64, 3), brightness, np.uint8))
                job.shots.append(Shot(job.group.start, picture, None))
                job.is_done = True

    @property
    def keys(self) -> list[int]:
        """Numbers of the groups whose key frame was submitted."""
        return [job.group.ordinal for job in self.submitted if job.key_only]

    @property
    def spans(self) -> list[int]:
        """Numbers of the groups that were submitted whole."""
        return [job.group.ordinal for job in self.submitted if not job.key_only]


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_nothing_is_decided_of_a_group_before_the_next_one_is_read(waiting: Waiting) -> None:
    waiting.read(LOUD)
    waiting.pending.decide(is_all_read=False)
    assert not waiting.submitted
    waiting.read(LOUD)
    waiting.pending.decide(is_all_read=False)
    assert (waiting.spans, waiting.keys) == ([0], [])


def test_quiet_groups_between_like_key_frames_are_still(waiting: Waiting) -> None:
    """Of the 2 s groups every fourth has a key frame that is compared: one in 8 s."""
    waiting.read(*[QUIET] * 10)
    waiting.pending.decide(is_all_read=False)
    assert (waiting.keys, waiting.spans) == ([0, 4, 8], [])
    assert not waiting.pending.first.is_settled, "not before the key frames are seen"
    assert [job.group.ordinal for job in waiting.pending.awaited()] == [0, 4]
    waiting.work()
    waiting.pending.decide(is_all_read=False)
    assert waiting.pending.first.is_still
    assert not waiting.spans, "nothing but key frames is decoded"


def test_quiet_groups_between_unlike_key_frames_are_decoded(waiting: Waiting) -> None:
    """Something changed so slowly that no packet shows it."""
    waiting.read(*[QUIET] * 6)
    waiting.pending.decide(is_all_read=False)
    waiting.submitted[1].shots.append(Shot(8, BlockPicture(np.full((36, 64, 3), 200, np.uint8)), None))
    waiting.submitted[1].is_done = True
    waiting.work()
    waiting.pending.decide(is_all_read=False)
    assert waiting.spans == [0, 1, 2]


def test_a_key_frame_that_cannot_be_decoded_settles_nothing_in_favour_of_still(waiting: Waiting) -> None:
    waiting.read(*[QUIET] * 6)
    waiting.pending.decide(is_all_read=False)
    for job in waiting.submitted:
        job.is_done = True  # without a picture
    waiting.pending.decide(is_all_read=False)
    assert waiting.spans == [0, 1, 2]


def test_the_last_quiet_group_is_decoded_for_nothing_comes_after_it(waiting: Waiting) -> None:
    waiting.read(QUIET, QUIET)
    waiting.pending.decide(is_all_read=True)
    waiting.work()
    waiting.pending.decide(is_all_read=True)
    assert waiting.pending.first.is_still
    waiting.pending.release()
    waiting.pending.decide(is_all_read=True)
    assert waiting.spans == [1]


def test_a_group_that_was_given_out_still_vouches_for_those_after_it(waiting: Waiting) -> None:
    """Its key frame is the one before theirs."""
    waiting.read(*[QUIET] * 6)
    waiting.pending.decide(is_all_read=False)
    waiting.work()
    for _ in range(3):
        waiting.pending.release()
    waiting.pending.decide(is_all_read=False)
    assert waiting.pending.first.group.ordinal == 3
    assert waiting.pending.first.is_still
    assert waiting.keys == [0, 4]


def test_groups_are_decoded_in_their_order_and_few_at_a_time(waiting: Waiting) -> None:
    waiting.read(*[LOUD] * 8)
    waiting.pending.decide(is_all_read=False)
    assert waiting.spans == [0, 1, 2]
    waiting.submitted[0].is_done = True
    waiting.pending.decide(is_all_read=False)
    assert waiting.spans == [0, 1, 2, 3]


def test_a_group_whose_packets_are_odd_is_neither_compared_nor_decoded_here(waiting: Waiting) -> None:
    """It is decoded frame by frame from the file, when its turn comes."""
    waiting.read(QUIET, QUIET)
    waiting.pending.first.group.is_sound = False
    assert waiting.pending.first.is_settled
    waiting.pending.decide(is_all_read=False)
    assert not waiting.submitted


def test_what_was_passed_over_shows_what_is_quiet_here(waiting: Waiting) -> None:
    """After two groups with next to nothing in them, as many bytes as this are movement."""
    waiting.read(30, 30, passed_over=True)
    waiting.read(400, 400)
    waiting.pending.decide(is_all_read=False)
    assert waiting.spans == [2]
    fresh = Waiting()
    fresh.read(400, 400)
    fresh.pending.decide(is_all_read=False)
    assert (fresh.spans, fresh.pending.first.is_quiet) == ([], True)


def test_packets_are_read_on_to_the_next_key_frame_that_is_compared_and_no_further(waiting: Waiting) -> None:
    read = 0
    while waiting.pending.has_room:
        waiting.read(QUIET)
        waiting.pending.decide(is_all_read=False)
        read += 1
    assert read == 8, "the first key frame to compare is group 4's: as many as are held otherwise"
    waiting.work()
    waiting.pending.decide(is_all_read=False)
    for _ in range(6):
        waiting.pending.release()
    assert waiting.pending.has_room


def test_of_large_groups_as_many_are_read_as_two_at_a_time_need(waiting: Waiting) -> None:
    """10 MB each: of the second, which is decoded beside the first, the third tells what it is."""
    waiting.read(200_000, 200_000)
    waiting.pending.decide(is_all_read=False)
    assert (waiting.spans, waiting.pending.has_room) == ([0], True)
    waiting.read(200_000)
    waiting.pending.decide(is_all_read=False)
    assert waiting.spans == [0, 1]
    assert not waiting.pending.has_room


def test_two_groups_that_fill_the_memory_are_enough(waiting: Waiting) -> None:
    """20 MB each."""
    waiting.read(400_000, 400_000)
    waiting.pending.decide(is_all_read=False)
    assert not waiting.pending.has_room
