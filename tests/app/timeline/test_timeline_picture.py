"""The picture: every mark inside the window, on its row, with the frame and the second that it stands for."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from indexed_library import happens, minutes, publish

from app.timeline.axis import around
from app.timeline.facts import Cited, placed_citations, read_facts, whole_of_facts
from app.timeline.marks import Mark, Pen
from app.timeline.picture import Picture, draw
from app.timeline.rows import CITED, NOTED, UNSEEN, Scene
from app.timeline.view import Subject, lanes_on, of_cameras, of_video
from indexer.library.library import Library
from indexer.library.recordings import placed_recordings, recording
from indexer.timeline import Span

UTC = ZoneInfo("UTC")
DAY = date(2026, 3, 1)


def picture_of(
    library: Library, subject: Subject, window: Span | None = None, cited: list[Cited] | None = None
) -> Picture:
    window = window or subject.span
    whole = whole_of_facts(read_facts(library.catalog, subject.lanes, subject.span))
    facts = read_facts(library.catalog, subject.lanes, window)
    facts.cited.extend(placed_citations(cited or [], subject.lanes, window))
    return draw(Scene(subject.axis, subject.lanes, whole, facts, Pen(subject.axis, window), None))


def video(library: Library, name: str) -> Subject:
    found = recording(library.catalog, f"{name:0>16}")
    assert found is not None
    return of_video(found)


def cameras(library: Library, *names: str) -> Subject:
    subject = of_cameras(lanes_on(placed_recordings(library.catalog), DAY, UTC), DAY, names, UTC)
    assert subject is not None
    return subject


def of_colour(picture: Picture, colour: str) -> list[Mark]:
    return [mark for mark in picture.marks if mark.colour == colour]


def test_a_video_without_a_clock_has_a_row_for_each_thing_told(library: Library) -> None:
    picture = picture_of(library, video(library, "plain"))
    assert [label.text for label in picture.labels] == ["activity", "segments", "walks"]
    (walk,) = [mark for mark in picture.marks if "walks" in mark.text and mark.y > 90]
    assert (walk.x, walk.x2) == (pytest.approx(12 / 60), pytest.approx(14 / 60))
    assert (walk.video, walk.at, walk.title) == ("plain".rjust(16, "0"), 12.0, "0:12–0:14")
    assert walk.frame == f"/library/frame/{walk.video}/12000.jpg?side=320"


def test_the_pointer_finds_the_frame_of_its_time_everywhere(library: Library) -> None:
    """The slots cover the window without a hole, each with the frame in its middle."""
    slots = picture_of(library, video(library, "plain"), Span(20, 30)).slots
    assert slots[0].x == 0 and slots[-1].x2 == pytest.approx(1)
    assert all(one.x2 == pytest.approx(other.x) for one, other in pairwise(slots))
    for slot in slots:
        assert slot.at == pytest.approx(20 + 10 * (slot.x + slot.x2) / 2, abs=0.002)


def test_a_long_event_is_played_where_it_is_pointed_at(library: Library) -> None:
    """Each part of a wide mark has its own frame and says which; a narrow event begins at its start."""
    picture = picture_of(library, video(library, "gate1"), Span(10, 16))
    parts = [each for each in picture.touched if "walks" in each.text and each.y > 90]
    assert len(parts) == 40 and parts[0].at == 12.0
    for part in parts:
        assert part.at == pytest.approx(10 + 6 * part.x, abs=0.002)
        assert part.frame.endswith(f"/{round(part.at * 1000)}.jpg?side=320")
    assert parts[20].title == "0:13 (14:30:13), in 0:12–0:14"
    (narrow,) = [
        each
        for each in picture_of(library, video(library, "gate1"), Span(0, 119)).touched
        if "falls" in each.text and each.y > 90 and each.y2 - each.y == 16
    ][:1]
    assert (narrow.at, narrow.video.lstrip("0")) == (95.0, "gate1")


def test_what_can_be_pointed_at_covers_what_is_drawn(library: Library) -> None:
    picture = picture_of(library, video(library, "gate1"), Span(11, 14))
    for mark in picture.marks:
        over = [
            each for each in picture.touched if (each.y, each.y2, each.text) == (mark.y, mark.y2, mark.text)
        ]
        assert min(each.x for each in over) <= mark.x + 1e-9
        assert max(each.x2 for each in over) >= mark.x2 - 1e-9


def test_cameras_are_stacked_and_gaps_are_gaps(library: Library) -> None:
    """The gate has no footage between 14:32 and 14:35: nothing is drawn or found there."""
    picture = picture_of(library, cameras(library, "gate", "yard"))
    assert [label.text for label in picture.labels] == ["gate", "yard"]
    gate = [slot for slot in picture.slots if slot.y == 0]
    in_gap = [slot for slot in gate if 2 / 6 < (slot.x + slot.x2) / 2 < 5 / 6]
    assert gate and not in_gap
    assert {slot.video.lstrip("0") for slot in gate} == {"gate1", "gate2"}
    backs = [(round(back.x * 6), round(back.x2 * 6)) for back in picture.backs]
    assert backs == [(0, 2), (5, 6), (1, 4)]
    (unseen,) = of_colour(picture, UNSEEN)
    assert unseen.text == "not seen: damaged" and unseen.x == pytest.approx(2 / 6)
    assert unseen.title.startswith("yard 14:32:00–14:32:10 (1:00)")


def test_citations_and_notes_are_marked(library: Library) -> None:
    library.add_note("gate1".rjust(16, "0"), Span(30, 31), "a cat")
    cited = [Cited("gate1".rjust(16, "0"), Span(12, 14), "who came?"), Cited("f" * 16, Span(0, 1), "gone")]
    picture = picture_of(library, cameras(library, "gate"), cited=cited)
    (citation,), (note,) = of_colour(picture, CITED), of_colour(picture, NOTED)
    assert (citation.text, citation.at, note.text) == ("who came?", 12.0, "a person: a cat")
    rows = [label.text for label in picture_of(library, video(library, "gate1"), cited=cited).labels]
    assert rows[-2:] == ["cited", "notes"]


def test_zooming_down_to_a_second_keeps_rows_and_loses_nothing(library: Library) -> None:
    """The rows stay where they are in every window, and an event is in view wherever it happens."""
    subject = video(library, "gate1")
    rows = picture_of(library, subject).labels
    for length in (60.0, 10.0, 1.0):
        picture = picture_of(library, subject, around(95.5, length, subject.span))
        assert picture.labels == rows
        (fall,) = [
            mark for mark in picture.marks if "falls" in mark.text and mark.y > 90 and mark.y2 - mark.y == 16
        ]
        assert 0 <= fall.x < fall.x2 <= 1


def test_a_day_stays_light(library: Library) -> None:
    """Thousands of segments and events of several cameras become a few thousand marks."""
    walks = [happens(7.0 * number, 7.0 * number + 3, "a person", f"{verb} by") for number in range(60)
             for verb in ("walks", "runs")]  # fmt: skip
    for camera in range(6):
        for hour in range(4):
            name = f"c{camera}h{hour}"
            starts_at = f"2026-03-01T{hour:02}:00:00+00:00"
            publish(library, name, minutes(7, *walks), camera=f"c{camera}", starts_at=starts_at)
    picture = picture_of(library, cameras(library, *(f"c{number}" for number in range(6))))
    assert 500 < len(picture.marks) + len(picture.slots) + len(picture.backs) < 4000
    assert len(picture.touched) < 4000


def test_hostile_names_and_captions_are_only_data(library: Library) -> None:
    """What a caption says ends up as one line of a mark's text, cut to a readable length."""
    publish(library, "evil", minutes(1, happens(5, 6, "<img src=x>\n" * 40, "![x](http://evil.example)")))
    picture = picture_of(library, video(library, "evil"))
    texts = [mark.text for mark in picture.marks]
    assert any("<img src=x>" in text for text in texts)
    assert all(len(text) <= 160 and "\n" not in text for text in texts)
