"""The parts of the page that are plain functions: steps in words, frames to show, harmless Markdown."""

from __future__ import annotations

import pytest
from chat_fakes import DOCK, FakeLibrary, make_answer

from app.pages.parts.basis import coverage_lines
from app.pages.parts.evidence import FRAMES_PER_ANSWER, evidence_frames, spread
from app.pages.parts.steps import describe, finished_line
from app.pages.parts.text import answer_markdown, plain, plain_lines
from assistant.answer import Citation, Source, Step
from indexer.timeline import Span


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("list_videos", {}, "List the videos"),
        (
            "recall_span",
            {"video": "dock.mp4", "start_seconds": 83, "end_seconds": 100.5},
            "Read the index: dock.mp4 1:23–1:40.5",
        ),
        (
            "search_moments",
            {"query": "red box", "video": None, "limit": 5},
            "Search the index: “red box”, limit 5",
        ),
        ("some_new_tool", {"video": "a.mp4"}, "some new tool: a.mp4"),
    ],
)
def test_step_is_said_in_words(tool: str, arguments: dict[str, object], said: str) -> None:
    """Times are read as people read them, and a tool that the page does not know is still shown."""
    assert describe(tool, arguments) == said


def test_step_line_gives_seconds_and_failure() -> None:
    """A failed step is told apart from one that came back."""
    step = Step("list_videos", {}, 2.04)
    assert finished_line(step).endswith("2.0 s") and "check" in finished_line(step)
    assert "error" in finished_line(step, failed=True)


def test_frames_are_labelled_addressed_and_seek_to_their_second(library: FakeLibrary) -> None:
    """The player starts at the frame's own PTS, rounded up to the millisecond."""
    frames = evidence_frames(make_answer(), library)  # type: ignore[arg-type]
    assert [f"{frame.name} {frame.time}" for frame in frames] == [
        "dock.mp4 0:05",
        "dock.mp4 0:05.04",
        "dock.mp4 0:05.23",
        "dock.mp4 0:05.8",
    ]
    assert [frame.seconds for frame in frames] == [5.0, 5.04, 5.234, 5.8]
    assert frames[2].image == f"/library/frame/{DOCK}/5234.jpg?side=480"
    assert frames[2].video == f"/library/video/{DOCK}"
    assert (frames[2].width, frames[2].height, frames[2].codec) == (768, 432, "h264")


def test_frame_is_shown_once_and_not_too_many(library: FakeLibrary) -> None:
    """Citations that overlap share their frames; the strip stays short; without frames the start serves."""
    spans = [Span(second, second + 2) for second in range(0, 20, 2)]
    many = [Citation("dock.mp4", DOCK, span, Source.LOOK, (span.start_seconds, 19.0)) for span in spans]
    frames = evidence_frames(make_answer(citations=tuple(many)), library)  # type: ignore[arg-type]
    assert len(frames) == len({frame.seconds for frame in frames}) == len(spans) + 1 <= FRAMES_PER_ANSWER
    bare = make_answer(citations=(Citation("dock.mp4", DOCK, Span(7.5, 9), Source.INDEX),))
    assert [frame.seconds for frame in evidence_frames(bare, library)] == [7.5]  # type: ignore[arg-type]


def test_spread_keeps_the_ends() -> None:
    """Few of many, evenly, first and last among them."""
    assert spread([float(number) for number in range(10)], 4) == [0, 3, 6, 9]
    assert spread([1.0, 2.0], 4) == [1.0, 2.0]


def test_nothing_inspected_is_said() -> None:
    """An answer without coverage must not look like one that saw nothing happen."""
    assert coverage_lines(make_answer(coverage=())) == ["No part of any video was inspected for this answer."]


def test_plain_text_keeps_every_character() -> None:
    """Specials are escaped, words and line breaks are kept."""
    assert plain("a_b*c") == r"a\_b\*c"
    assert plain("1. x") == r"1\. x"
    assert plain_lines("a\nb") == "a  \nb"
    assert answer_markdown("**bold** at 0:05") == r"**bold** at 0\:05"
