"""Subtitle files as people have them: encodings, damage, markup."""

from __future__ import annotations

import pytest

from indexer.texts.cues import MAX_TEXTS, decode, parse_cues
from indexer.texts.markup import ass_text, plain_text
from indexer.timeline import Span

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello there\n\n2\n00:01:00,500 --> 01:00:02,000\nTwo\nlines\n"


def read(text: str) -> list[tuple[float, float, str]]:
    return [(cue.span.start_seconds, cue.span.end_seconds, cue.text) for cue in parse_cues(text).cues]


def test_subrip():
    assert read(SRT) == [(1.0, 2.5, "Hello there"), (60.5, 3602.0, "Two lines")]


def test_webvtt_with_its_other_blocks_and_settings():
    text = (
        "WEBVTT - a title\n\nSTYLE\n::cue { color: red }\n\nNOTE nothing\n\n"
        "intro\n00:01.000 --> 00:02.000 line:0 position:20%\n<v Anna>Hi <c.loud>you</c> &amp; me\n"
    )
    found = parse_cues(text)
    assert [(cue.span, cue.text) for cue in found.cues] == [(Span(1.0, 2.0), "Hi you & me")]
    assert found.skipped == 0


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings_and_line_ends(encoding, ends):
    text = SRT.replace("Hello there", "Café à Genève").replace("\n", ends)
    assert read(decode(text.encode(encoding)))[0] == (1.0, 2.5, "Café à Genève")


def test_what_windows_puts_where_latin_1_has_no_signs():
    assert decode(b"\x93Stop\x94 \x96 caf\xe9") == "“Stop” – café"


def test_damaged_cues_are_skipped_and_counted():
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\ngood\n\n"
        "2\n00:00:05,000 --> 00:00:04,000\nbackwards\n\n"
        "3\n00:99:00,000 --> 00:99:04,000\nno such minute\n\n"
        "no arrow at all\n\n"
        "4\n00:00:06,000 --> 00:00:07,000\nalso good\n"
    )
    found = parse_cues(text)
    assert [cue.text for cue in found.cues] == ["good", "also good"]
    assert found.skipped == 3


def test_cues_without_an_empty_line_between_them():
    text = "1\n00:00:01,000 --> 00:00:02,000\nIn 2024\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n"
    assert read(text) == [(1.0, 2.0, "In 2024"), (3.0, 4.0, "two")]


def test_overlapping_cues_stay_and_empty_ones_go():
    text = (
        "00:01.000 --> 00:05.000\none\n\n00:02.000 --> 00:03.000\ntwo\n\n00:04.000 --> 00:05.000\n<i></i>\n"
    )
    assert read(text) == [(1.0, 5.0, "one"), (2.0, 3.0, "two")]


@pytest.mark.parametrize("content", [b"", b"\x00" * 500, b"\xff\xfe", bytes(range(256)) * 20, b"-->" * 5000])
def test_what_is_no_subtitle_file_gives_nothing(content):
    assert parse_cues(decode(content)).cues == ()


def test_a_file_without_end_is_bounded():
    text = "\n\n".join(
        f"00:{n // 60 % 60:02}:{n % 60:02},000 --> 01:59:00,000\nx" for n in range(MAX_TEXTS + 7)
    )
    found = parse_cues(text)
    assert (len(found.cues), found.skipped) == (MAX_TEXTS, 7)


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ('<font color="#fff">red</font> <b>box</b>', "red box"),
        ("{\\an8\\fs20}up\\Nhere\\hnow", "up here now"),
        ("a < b and c > d, {not a code}", "a < b and c > d, {not a code}"),
        ("{\\p1}m 0 0 l 10 10{\\p0}word", "word"),
        ("zero\u200bwidth \u202eturned\u202c", "zero width turned"),
    ],
)
def test_markup(marked, plain):
    assert plain_text(marked) == plain


def test_the_text_of_an_ass_event_is_what_follows_its_eighth_comma():
    assert ass_text("0,0,Default,Anna,0,0,0,,Well, yes, {\\i1}no") == "Well, yes, no"
    assert ass_text("nothing of the kind") == ""
