"""The walk in levels decodes little, and finds what the full walk finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from drawn_video import RATE, passing, scene, with_block, write_drawn

from indexer.media.codec_log import CodecLog
from indexer.media.decoder import Decoder
from indexer.media.levels.groups import Group
from indexer.media.levels.shots import Footage, GroupDecoder
from indexer.media.levels.walker import LevelsWalk
from indexer.media.limits import DecoderLimits
from indexer.media.pictures import Geometry, Painter
from indexer.media.samples import Sample, WalkMode, WalkPlan
from indexer.media.video_file import VideoFiles
from indexer.timeline import Unseen

ACTIVE = 0.002
SHORT_GROUPS = {"g": "50", "keyint_min": "50", "sc_threshold": "0", "preset": "veryfast"}


@dataclass
class Walked:
    """What a walk in this process gave and cost."""

    samples: list[Sample]
    damage: list[Unseen]

    @property
    def times(self) -> list[float]:
        return [sample.pts_seconds for sample in self.samples]

    @property
    def active_seconds(self) -> set[int]:
        return {int(sample.pts_seconds) for sample in self.samples if (sample.activity or 0) > ACTIVE}

    @property
    def cuts(self) -> list[float]:
        return [sample.pts_seconds for sample in self.samples if sample.is_cut]


def walk(decoder: Decoder, path: Path, mode: WalkMode = WalkMode.LEVELS, start: float = 0.0) -> Walked:
    with decoder.walk(path, WalkPlan(8, 96, start, mode)) as opened:
        samples = list(opened)
    return Walked(samples, opened.damage)


def decoded_between(walked: Walked, start: float, end: float) -> int:
    return sum(start <= time < end for time in walked.times)


def activity_between(walked: Walked, start: float, end: float) -> list[float]:
    inside = [sample.activity for sample in walked.samples if start < sample.pts_seconds < end]
    return [activity for activity in inside if activity is not None]


def test_still_footage_costs_its_key_frames(tmp_path: Path, decoder: Decoder) -> None:
    """Ten seconds with a key frame every two: one sample in eight seconds, but for the first group, where the
    encoder still refines its picture, and the last one, which no key frame ends."""
    path = tmp_path / "still.mp4"
    write_drawn(path, passing(0, 0, 10), options=SHORT_GROUPS)
    walked = walk(decoder, path)
    quiet = [sample for sample in walked.samples if 2 <= sample.pts_seconds < 8]
    assert [sample.pts_seconds for sample in quiet] == [2]
    assert all(sample.frame is not None for sample in quiet)
    assert decoded_between(walked, 8, 10) > 10
    assert walked.active_seconds == set()


@pytest.mark.parametrize(
    ("codec", "name", "options"),
    [
        ("libx264", "passing.mp4", SHORT_GROUPS),
        ("libx264", "passing.ts", SHORT_GROUPS),
        ("libx264", "open.mkv", {"g": "50", "preset": "veryfast", "x264-params": "open-gop=1:scenecut=0"}),
        (
            "libx265",
            "passing.mkv",
            {"preset": "ultrafast", "x265-params": "keyint=50:scenecut=0:log-level=0"},
        ),
        ("libvpx-vp9", "passing.webm", {"g": "50", "deadline": "realtime", "cpu-used": "8", "b": "400k"}),
        ("libsvtav1", "av1.mp4", {"g": "50", "preset": "12", "svtav1-params": "scd=0:lp=1"}),
        ("mpeg4", "passing.mov", {"g": "50", "bf": "2", "q": "4"}),
    ],
)
def test_movement_is_found_and_measured_as_in_the_full_walk(
    codec: str, name: str, options: dict[str, str], tmp_path: Path, decoder: Decoder
) -> None:
    """Something crosses the picture from second 5 to 7: as much of it moves as in the full walk, which
    measures at other frames."""
    path = tmp_path / name
    write_drawn(path, passing(5, 7, 12), codec=codec, options=options)
    full, levels = walk(decoder, path, WalkMode.FULL), walk(decoder, path)
    assert {5, 6} <= full.active_seconds
    assert levels.active_seconds == full.active_seconds
    assert levels.times == sorted(set(levels.times))
    assert set(levels.times) <= set(full.times)
    truth, found = activity_between(full, 5.2, 6.8), activity_between(levels, 5.2, 6.8)
    assert len(found) >= 10
    assert np.mean(found) == pytest.approx(np.mean(truth), rel=0.25)


def test_a_change_between_key_frames_is_found_although_packets_are_even(
    tmp_path: Path, decoder: Decoder
) -> None:
    """Something creeps in, too slowly for the packets: the key frames before and after differ."""
    background = scene(1)
    path = tmp_path / "creeping.mp4"
    creeping = [with_block(background, 0.3 + 0.02 * (number - 100) / 100) if number >= 100 else background
                for number in range(300)]  # fmt: skip
    write_drawn(path, creeping, options=SHORT_GROUPS)
    walked = walk(decoder, path)
    assert decoded_between(walked, 2, 4) > 5
    assert 4 in walked.active_seconds or 3 in walked.active_seconds


@pytest.mark.parametrize(
    "options",
    [
        {"g": "1", "preset": "veryfast"},
        {"g": "50", "preset": "veryfast", "b": "2M", "maxrate": "2M", "bufsize": "1M",
         "x264-params": "nal-hrd=cbr:filler=1:scenecut=0"},
        {"g": "5000", "keyint_min": "5000", "preset": "veryfast", "x264-params": "scenecut=0"},
    ],
    ids=["all-intra", "constant-bit-rate", "one-key-frame"],
)  # fmt: skip
def test_where_packets_say_nothing_everything_is_decoded(
    options: dict[str, str], tmp_path: Path, decoder: Decoder
) -> None:
    """Nothing moves, but these packets cannot tell."""
    path = tmp_path / "silent.mp4"
    write_drawn(path, passing(0, 0, 14), options=options)
    walked = walk(decoder, path)
    assert max(np.diff(walked.times)) < 0.2


def test_cuts_are_placed_to_the_frame(tmp_path: Path, decoder: Decoder) -> None:
    """Also where the encoder put no key frame, and the frame of the cut is one that the walk leaves out."""
    path = tmp_path / "cuts.mp4"
    places = [31, 74, 115, 156, 198]
    shots = [scene(10 + sum(number >= place for place in places)) for number in range(240)]
    options = {"g": "240", "bf": "3", "b_strategy": "0", "preset": "veryfast", "x264-params": "scenecut=0"}
    write_drawn(path, shots, options=options)
    walked = walk(decoder, path)
    assert walked.cuts == pytest.approx([place / RATE for place in places])
    assert len(walked.samples) < 230


def test_a_walk_goes_on_where_an_earlier_one_stopped(tmp_path: Path, decoder: Decoder) -> None:
    """From any second, the samples, measures, cuts and kept pictures are those of an undisturbed walk."""
    path = tmp_path / "mixed.mp4"
    film = [*passing(3, 5, 14), *passing(2, 4, 10, seed=9)]
    write_drawn(path, film, options=SHORT_GROUPS, noise=2.0)
    whole = walk(decoder, path).samples
    for start in (0.0, 4.4, 11.3, 14.0, 16.52, 23.9):
        rest = walk(decoder, path, start=start).samples
        expected = [sample for sample in whole if sample.pts_seconds >= start - 1e-6]
        assert [told(sample) for sample in rest] == [told(sample) for sample in expected], start


def told(sample: Sample) -> tuple[object, ...]:
    pixels = None if sample.frame is None else sample.frame.pixels.tobytes()
    return sample.pts_seconds, sample.activity, sample.is_cut, pixels


def test_the_index_is_known_after_the_walk(tmp_path: Path, decoder: Decoder) -> None:
    """The walk reads every packet anyway: what it learned is the same as a probe's."""
    path = tmp_path / "known.mp4"
    write_drawn(path, passing(1, 2, 6))
    quick = decoder.probe(path, quick=True)
    with decoder.walk(path, WalkPlan(8, 96)) as opened:
        at_first = opened.info
        list(opened)
    assert at_first is None
    assert opened.info == decoder.probe(path)
    assert (quick.width, quick.height, quick.codec) == (384, 216, "h264")
    assert quick.duration_seconds == pytest.approx(6.0, abs=0.1)


def test_a_walk_that_is_left_ends_its_threads(tmp_path: Path) -> None:
    """In the middle, with work queued."""
    path = tmp_path / "left.mp4"
    write_drawn(path, passing(0, 6, 12), options=SHORT_GROUPS)
    limits, log = DecoderLimits(), CodecLog()
    files = VideoFiles(limits, lambda: None, log)
    with LevelsWalk(files, path, WalkPlan(8, 96), limits, log.patched_up, lambda: None) as walking:
        threads = [walking._reader._thread]
        seen = walking.seen()
        next(seen)
        threads += walking._crew_at_work._threads
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.real
def test_full_colour_of_an_old_encoder_is_decoded_by_groups(real_clips: Path) -> None:
    """Only the file's first packet tells of that encoder; who has not seen it errs at every block."""
    with av.open(str(real_clips / "cockatoo.mp4")) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        stream = container.streams.video[0]
        assert stream.codec_context.pix_fmt == "yuv444p"
        geometry = Geometry(stream.width, stream.height, 0)
        last = [packet for packet in packets if packet.is_keyframe][-1]
        container.seek(0)
        true = next(frame for frame in container.decode(stream) if frame.pts == last.pts)
        footage = Footage(
            stream.codec_context, packets[0], stream.time_base, 0, geometry, 960, 8.0, 36_000_000
        )
        shot = GroupDecoder(footage, lambda: None).key(Group(1, last.pts or 0, packets=[last]))
    assert shot.draft is not None
    painter = Painter(geometry, 960)
    assert np.array_equal(painter.paint(shot.draft), painter.rgb(true))
