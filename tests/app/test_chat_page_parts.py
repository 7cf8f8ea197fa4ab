"""The parts of the page that are plain functions: steps in words, frames to show, harmless Markdown."""

from __future__ import annotations

import pytest
from chat_fakes import DOCK, FakeLibrary, make_answer

from app.pages.parts.basis import coverage_lines, split_basis
from app.pages.parts.chat_scope import parse_stretch
from app.pages.parts.claims import claim_line
from app.pages.parts.evidence import frames_of, spread
from app.pages.parts.evidence_moments import FRAMES_PER_MOMENT, moments_of
from app.pages.parts.links import chat_link, incident_link, search_link, timeline_link
from app.pages.parts.moment_card import split_text
from app.pages.parts.steps import describe, finished_line, summary
from app.pages.parts.text import answer_markdown, plain, plain_lines
from assistant.answer import Citation, Claim, Source, Step, Verdict, VideoSpan
from indexer.errors import WitnessError
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
    [moment] = moments_of(make_answer())
    frames = frames_of(library.records[0], "dock.mp4", moment.frame_seconds)
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


def test_citations_that_overlap_are_one_moment() -> None:
    """Each video's stretches that share footage make one card with a short strip; others stand apart."""
    spans = [Span(second, second + 3) for second in range(0, 20, 2)]
    many = [Citation("dock.mp4", DOCK, span, Source.LOOK, (span.start_seconds, 19.0)) for span in spans]
    apart = Citation("dock.mp4", DOCK, Span(25, 26), Source.INDEX)
    other = Citation("gate.mp4", "b" * 16, Span(0, 3), Source.SUBTITLES)
    moments = moments_of(make_answer(citations=(apart, *many, other)))
    assert [(moment.video_id, moment.span) for moment in moments] == [
        (DOCK, Span(25, 26)),
        (DOCK, Span(0, 21)),
        ("b" * 16, Span(0, 3)),
    ]
    assert len(moments[1].frame_seconds) == FRAMES_PER_MOMENT
    assert [moment.source for moment in moments] == [
        "read in the index",
        "its frames were looked at for this question",
        "subtitles",
    ]
    assert moments[0].frame_seconds == (25.0,)  # without frames of its own the start serves


def test_citation_that_joins_two_moments_makes_them_one() -> None:
    """What overlaps two stretches that stood apart joins them."""
    spans = (Span(0, 3), Span(6, 9), Span(2, 7))
    cited = tuple(Citation("dock.mp4", DOCK, span, Source.INDEX) for span in spans)
    assert [moment.span for moment in moments_of(make_answer(citations=cited))] == [Span(0, 9)]


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


def test_marks_of_a_second_look_are_set_off() -> None:
    """What did not stand is coloured, and whatever a model wrote into the reason stays text."""
    text = "A fell (a.mp4 0:01–0:02) [not confirmed on a second look: ![x](http://evil.example)]"
    assert ":orange-background[not confirmed" not in answer_markdown(text)  # brackets never come from a look
    marked = answer_markdown("A fell. [not confirmed on a second look: no *fall*] [z](http://y)")
    assert r":orange-background[not confirmed on a second look\: no \*fall\*]" in marked
    assert r"\[z\]" in marked


def test_basis_of_a_no_stands_apart() -> None:
    """The paragraph that tells what a no rests on is taken out of the answer; others keep theirs."""
    assert split_basis("No.\n\nWhat this rests on. a.mp4: 0:00–0:09\n\nMore") == (
        "No.\n\nMore",
        "What this rests on. a.mp4: 0:00–0:09",
    )
    assert split_basis("Yes. What this rests on. x") == ("Yes. What this rests on. x", "")


def test_claim_says_how_it_stands() -> None:
    """The verdict and its reason in words; footage words stay text."""
    line = claim_line(Claim("a *man* fell", (), Verdict.REFUSED, "no man"), make_answer())
    assert ":red[" in line and r"a \*man\* fell" in line and r"not confirmed by a second look" in line
    assert "no man" in line


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1:20-1:45", Span(80, 105)),
        ("5 – 7.5", Span(5, 7.5)),
        ("80 to 105", Span(80, 105)),
        ("5", Span(5, 6)),
    ],
)
def test_stretch_is_read(text: str, span: Span) -> None:
    """As people write it, with any dash."""
    assert parse_stretch(text) == span


@pytest.mark.parametrize("text", ["9-5", "soon"])
def test_stretch_that_is_none_is_refused(text: str) -> None:
    """In words."""
    with pytest.raises(WitnessError):
        parse_stretch(text)


def test_links_carry_what_the_pages_read() -> None:
    """Addresses of the pages; what is not given is not in them, and hostile words are quoted."""
    assert chat_link() == "/"
    assert chat_link("v1", "what & why?") == "/?video=v1&ask=what+%26+why%3F"
    assert chat_link("v1", span=Span(5, 6.25)) == "/?video=v1&start=5.000&end=6.250"
    assert timeline_link("v1", 5.0) == "/timeline?video=v1&at=5.000"
    assert timeline_link("v1") == "/timeline?video=v1"
    assert search_link("red box") == "/search?words=red+box"
    assert incident_link("7") == "/incidents?incident=7"


def test_time_of_steps_that_overlap_is_not_added_up() -> None:
    """Four looks at once take as long as the longest; one step takes its own time."""
    steps = tuple(Step("look_again", {}, seconds) for seconds in (40.0, 41.5, 39.0, 41.0))
    assert summary(steps) == "4 steps, the longest 41.5 s"
    assert summary(steps[:1]) == "1 step, 40.0 s"


@pytest.mark.parametrize(
    ("source", "said"), [(Source.LOOK, "a look at its frames"), (Source.INDEX, "was read or looked at")]
)
def test_statement_and_card_agree_on_what_was_looked_at(source: Source, said: str) -> None:
    """Neither says that nobody looked, where the answer was told from a look."""
    answer = make_answer(citations=(Citation("dock.mp4", DOCK, Span(5, 6), source),))
    line = claim_line(Claim("it fell", (VideoSpan(DOCK, Span(5, 6)),), Verdict.CITED), answer)
    assert said in line and "no second model judged it" in line and "nobody" not in line


def test_text_of_a_card_is_shown_whole() -> None:
    """No line is cut; what has no room at once follows in the part that opens."""
    long = "a grey and red region came into the picture " * 8
    assert split_text(long) == (long, "")
    lines = ["a " * 40, "b " * 40, "c " * 40, "d " * 40]
    first, rest = split_text("\n".join(lines))
    assert first.splitlines() == lines[:3] and rest == lines[3]
