"""What could not be seen is a segment of its own: nothing is looked at, told or searched across it."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from indexing_kit import RecordingVision

from indexer.errors import VisionError
from indexer.library.records import VideoStatus
from indexer.pipeline import index_video
from indexer.timeline import Frame, Span
from indexer.vision.model import Look, Reply
from indexer.vision.observer import Observer

RATE = 25
LOST = Span(4.0, 6.0)
RED = (230, 20, 20)


def write_jump(path: Path, *lost: Span) -> Path:
    """Write 10 s of a still wall with a block, which lies elsewhere behind the first hole."""
    random = np.random.default_rng(1)
    wall = np.kron(random.integers(40, 120, (9, 16, 1)), np.ones((24, 24, 3))).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "g": "25"})
        stream.width, stream.height, stream.pix_fmt = wall.shape[1], wall.shape[0], "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, RATE)
        for number in range(10 * RATE):
            if any(each.contains(number / RATE) for each in lost):
                continue
            picture = wall.copy()
            left, top = (30, 20) if number < lost[0].start_seconds * RATE else (280, 150)
            picture[top : top + 40, left : left + 40] = RED
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def jump(tmp_path, library):
    path = write_jump(tmp_path / "jump.mkv", LOST)
    for name in ("jump", "killed"):
        library.catalog.add_video(name, path, path.stat().st_size)
    return path


def spans(library, video_id):
    return [
        (segment.span.start_seconds, segment.span.end_seconds, segment.caption is not None)
        for segment in library.segments(video_id)
    ]


def test_no_look_runs_through_what_was_not_seen_and_coverage_stays_right(make_indexer, library, jump):
    vision = RecordingVision()
    index_video(make_indexer(vision, segment_seconds=20.0), "jump", jump, lambda done: None)
    assert spans(library, "jump") == [(0.0, 4.0, True), (4.0, 6.0, False), (6.0, 10.0, True)]
    assert [look.span for look in vision.looks] == [Span(0, 4), Span(6, 10)]
    for look in vision.looks:
        assert all(look.span.contains(frame.pts_seconds) for frame in look.frames)
    record = library.video("jump")
    assert record.status is VideoStatus.PARTIAL
    assert [gap.span for gap in record.unseen] == [LOST]
    assert library.coverage("jump").inspected == (Span(0, 4), Span(6, 10))
    found = library.search_meaning("forklift", limit=9)
    assert found and not any(hit.segment.span.intersect(LOST) for hit in found)


def test_what_lies_elsewhere_behind_a_hole_did_not_move_there(make_indexer, library, jump):
    index_video(make_indexer(Observer(), segment_seconds=20.0), "jump", jump, lambda done: None)
    told = [segment.caption for segment in library.segments("jump") if segment.caption]
    assert len(told) == 2
    for caption in told:
        assert not caption.events, "neither a movement nor a cut, nor did anything come up or vanish"
        assert "Nothing moved" in caption.summary


def test_a_killed_run_goes_on_around_a_hole_as_an_undisturbed_one(make_indexer, library, jump):
    index_video(make_indexer(segment_seconds=2.0), "jump", jump, lambda done: None)

    def die_from(seconds):
        def look(request):
            if request.span.start_seconds >= seconds:
                raise VisionError("gone")

        return RecordingVision(on_look=look)

    for seconds in (0.0, 6.0):
        with pytest.raises(VisionError):
            index_video(make_indexer(die_from(seconds), segment_seconds=2.0), "killed", jump, lambda _: None)
    index_video(make_indexer(segment_seconds=2.0), "killed", jump, lambda _: None)
    again = [replace(segment, video_id="jump") for segment in library.segments("killed")]
    assert again == library.segments("jump")
    assert library.video("killed").unseen == library.video("jump").unseen


def test_too_little_between_two_holes_is_told_as_not_seen(make_indexer, library, tmp_path):
    path = write_jump(tmp_path / "twice.mkv", LOST, Span(6.2, 8.0))
    library.catalog.add_video("twice", path, path.stat().st_size)
    index_video(make_indexer(segment_seconds=20.0), "twice", path, lambda done: None)
    assert [seen for _, _, seen in spans(library, "twice")] == [True, False, False, True]
    assert library.coverage("twice").inspected == (Span(0, 4), Span(8, 10))
    reasons = {str(gap.span): gap.reason for gap in library.video("twice").unseen}
    assert list(reasons) == ["0:04–0:06", "0:06–0:06.2", "0:06.2–0:08"]
    assert reasons["0:06–0:06.2"] == "too little of it could be decoded to tell anything"


def test_movement_up_to_a_hole_went_on_to_it():
    """Times are rounded to a hundredth: that must not end a movement which nobody saw end."""
    frames = []
    for number in range(14):
        picture = np.full((96, 160, 3), 90, np.uint8)
        picture[30:60, 10 + 8 * number : 34 + 8 * number] = RED
        frames.append(Frame(2.036 + number * 0.125, picture))
    (answer,) = Observer().look([Look(tuple(frames), Span(2.036, 3.784), "", Reply.CAPTION)])
    summary = json.loads(answer)["summary"]
    assert "was under way at 0:02" in summary
    assert "went on to 0:03.8" in summary
