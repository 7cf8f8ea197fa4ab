"""A list of moments has room for other videos and other scenes, and loses nothing that fits."""

from __future__ import annotations

from assistant_fakes import DOCK, YARD, FakeLibrary

from assistant.retrieval import find_moments
from assistant.retrieving.choosing import choose, overlap, says_the_same
from assistant.retrieving.moment import Moment
from indexer.timeline import Caption, Segment, Span


def moment(library: FakeLibrary, video_id: str, start: float, text: str, length: float = 5) -> Moment:
    span = Span(start, start + length)
    segment = Segment(video_id, int(start), span, 0.0, caption=Caption(text))
    return Moment(library.video(video_id), span, 1.0 / (1 + start), (segment,))


def test_one_long_video_does_not_crowd_out_another(two_videos: FakeLibrary) -> None:
    long = [moment(two_videos, DOCK, at * 10.0, f"scene number {at} of {at * 7}") for at in range(8)]
    short = moment(two_videos, YARD, 0, "a van")
    found = choose([*long, short], 5, one_video=False)
    assert [each.video.name for each in found].count("dock.mp4") == 4 and short in found
    assert choose(long, 5, one_video=False) == long[:5], "there is nobody to make room for"
    assert choose([*long, short], 5, one_video=True) == long[:5]


def test_what_says_the_same_waits_behind_what_says_something_else(two_videos: FakeLibrary) -> None:
    still = [moment(two_videos, DOCK, at * 10.0, "Nothing moves on the dock.") for at in range(4)]
    other = moment(two_videos, DOCK, 90, "A cart crosses.")
    assert choose([*still, other], 3, one_video=True) == [still[0], other, still[1]]


def test_a_stretch_that_lies_in_a_better_moment_is_that_moment(two_videos: FakeLibrary) -> None:
    wide, inside = moment(two_videos, DOCK, 0, "a", 10), moment(two_videos, DOCK, 1, "b c d", 8)
    assert choose([wide, inside], 5, one_video=True) == [wide]


def test_overlap_and_likeness() -> None:
    assert overlap(Span(0, 10), Span(5, 15)) == 1 / 3
    assert overlap(Span(0, 5), Span(5, 10)) == 0.0
    assert says_the_same("The dock is still.", "the DOCK is still") and not says_the_same("", "")


def test_a_static_scene_of_many_segments_is_one_moment(library: FakeLibrary) -> None:
    """Segments without events that say the same in a row are found as one stretch."""
    library.events[DOCK] = []
    library.texts[DOCK] = ""
    library.vision_name = "qwen3-vl"
    (found, *_) = find_moments(library, "nothing moved")  # type: ignore[arg-type]
    assert found.span == Span(0, 30) and len(found.segments) == 3
