"""Captions and events as subtitles and as a table: the times right, nothing in them active."""

from __future__ import annotations

import csv
import io

from app.incidents.events_out import Line, events_csv, srt, subtitle_lines, vtt
from indexer.library.library import Library
from indexer.timeline import Caption, Event, Segment, Span

LINES = [
    Line(Span(0, 1.5), "one\ntwo & <b>three</b>", "event"),
    Line(Span(3661.0004, 3662.9996), "a --> b", "event"),
]


def test_srt_counts_its_cues_and_tells_them_to_the_millisecond() -> None:
    """With a comma; what it would take for a tag or for times is replaced."""
    assert srt(LINES) == (
        "1\n00:00:00,000 --> 00:00:01,500\none two & ‹b›three‹/b›\n\n"
        "2\n01:01:01,000 --> 01:01:03,000\na → b\n"
    )


def test_vtt_escapes_its_text() -> None:
    """With a full stop, and entities as WebVTT has them."""
    assert vtt(LINES) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\none two &amp; &lt;b&gt;three&lt;/b&gt;\n\n"
        "01:01:01.000 --> 01:01:03.000\na --&gt; b\n"
    )


def test_subtitles_are_the_events_and_else_the_summary() -> None:
    """In the order of time; a segment that nobody looked at says nothing."""
    events = (Event(Span(5, 6), "a van", "leaves"), Event(Span(4, 6), "a man", "waves"))
    segments = [
        Segment("v", 0, Span(0, 4), 0.0, caption=Caption("nothing moves")),
        Segment("v", 1, Span(4, 8), 0.0, caption=Caption("a van and a man", events)),
        Segment("v", 2, Span(8, 9), 0.0),
    ]
    assert [line.text for line in subtitle_lines(segments)] == [
        "nothing moves",
        "a man waves",
        "a van leaves",
    ]


def test_the_table_has_the_wall_clock_and_no_formulas(library: Library) -> None:
    """A cell that a spreadsheet would run stands behind a quote; an unknown clock leaves cells empty."""
    videos = [library.video("gate.mp4"), library.video("yard.mp4")]
    library.catalog.set_camera(videos[1].video_id, " @SUM(A1)")
    rows = list(csv.DictReader(io.StringIO(events_csv(library, [library.video(v.video_id) for v in videos]))))
    assert [(row["video"], row["kind"], row["start_seconds"]) for row in rows] == [
        ("gate.mp4", "summary", "0.000"),
        ("gate.mp4", "summary", "2.000"),
        ("yard.mp4", "summary", "0.000"),
        ("yard.mp4", "summary", "2.000"),
    ]
    assert rows[1]["wall_clock_start"] == "2026-03-01T14:30:02.000+00:00"
    assert rows[2]["wall_clock_start"] == ""
    assert rows[1]["text"] == "'=HYPERLINK(1) falls"
    assert rows[2]["camera"] == "' @SUM(A1)"
    assert rows[0]["text"] == "A <b>red</b> van & a pallet stand at the gate."
