"""What a file holds beside its pictures, read by the child: subtitles and sound, on the one clock."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from talking_video import write_talking

from indexer.media.allowance import Allowance, TooMuch
from indexer.media.answers import read_sound, read_subtitles
from indexer.media.beside import CHUNK_SAMPLES, SAMPLE_RATE
from indexer.media.limits import DecoderLimits
from indexer.media.process import ChildLost
from indexer.timeline import Span

CUES = [(1.0, 2.0, "Stop right there"), (2.5, 3.5, "{\\i1}second{\\i0}\\Nline")]


@pytest.mark.parametrize(
    ("codec", "suffix"), [("subrip", "mkv"), ("ass", "mkv"), ("webvtt", "mkv"), ("mov_text", "mp4")]
)
@pytest.mark.parametrize("offset", [0.0, 2.0])
def test_subtitles_have_the_times_of_the_pictures_and_no_markup(tmp_path, decoder, codec, suffix, offset):
    path = write_talking(tmp_path / f"a.{suffix}", subtitles=CUES, codec=codec, offset_seconds=offset)
    found = decoder.subtitles(path)
    assert [(text.span, text.text) for text in found.texts] == [
        (Span(1.0, 2.0), "Stop right there"),
        (Span(2.5, 3.5), "second line"),
    ]
    assert {text.origin for text in found.texts} == {"track 1"}
    assert found.skipped == 0


def test_a_file_without_other_tracks_has_no_subtitles_and_no_sound(tmp_path, decoder):
    path = write_talking(tmp_path / "a.mp4")
    assert decoder.subtitles(path).texts == ()
    assert list(decoder.sound(path)) == []


def test_tracks_of_pictures_are_named_as_not_readable(tmp_path, decoder):
    path = write_talking(tmp_path / "a.mkv", subtitles=[(0.5, 1.0, "")], codec="dvd_subtitle")
    found = decoder.subtitles(path)
    assert (found.texts, found.unreadable) == ((), ("track 1: dvd_subtitle, pictures of text",))


def test_a_subtitle_that_begins_before_the_first_picture_begins_with_it(tmp_path, decoder):
    path = write_talking(
        tmp_path / "a.mkv", subtitles=[(-1.0, -0.5, "gone"), (-0.5, 1.0, "stays")], offset_seconds=2.0
    )
    assert [(text.span, text.text) for text in decoder.subtitles(path).texts] == [(Span(0.0, 1.0), "stays")]


def _loud(sounds, at: float) -> bool:
    """Tell whether a tone is heard in the 20 ms from a time on."""
    for sound in sounds:
        if sound.start_seconds <= at < sound.end_seconds:
            place = round((at - sound.start_seconds) * SAMPLE_RATE)
            return bool(np.abs(sound.samples[place : place + 320].astype(int)).max() > 5000)
    return False


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("offset", [0.0, 2.0])
def test_sound_is_heard_when_its_pictures_are_shown(tmp_path, decoder, suffix, offset):
    path = write_talking(tmp_path / f"a.{suffix}", tones=[(1.0, 2.0)], offset_seconds=offset)
    sounds = list(decoder.sound(path))
    assert [_loud(sounds, at) for at in (0.5, 0.9, 1.05, 1.9, 2.1, 3.0)] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]
    assert sounds[0].start_seconds == pytest.approx(0, abs=0.05)
    assert sounds[-1].end_seconds == pytest.approx(4.0, abs=0.05)


def test_sound_that_begins_late_is_not_moved_to_the_start(tmp_path, decoder):
    path = write_talking(tmp_path / "a.mkv", tones=[(2.0, 2.5)], sound_seconds=(1.5, 3.0))
    (sound,) = decoder.sound(path)
    assert (sound.start_seconds, sound.end_seconds) == pytest.approx((1.5, 3.0), abs=0.06)
    assert [_loud([sound], at) for at in (1.9, 2.05, 2.4, 2.6)] == [False, True, True, False]


def test_sound_ends_with_the_pictures(tmp_path, decoder):
    path = write_talking(tmp_path / "a.mkv", seconds=2.0, tones=[(0.0, 4.0)], sound_seconds=(0.0, 4.0))
    assert list(decoder.sound(path))[-1].end_seconds == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(("name", "codec"), [("a.vob", "pcm_dvd"), ("a.vob", "ac3"), ("a.flv", "aac")])
def test_sound_is_heard_where_only_its_packets_tell_what_it_is(name, codec, tmp_path, decoder):
    """Pictures are not decoded to find out about such a file; its sound must be."""
    path = write_talking(tmp_path / name, tones=[(1.0, 2.0)], sound_codec=codec)
    sounds = list(decoder.sound(path))
    assert [_loud(sounds, at) for at in (0.8, 1.1, 1.8, 2.2)] == [False, True, True, False]


def test_sound_of_joined_recordings_follows_their_pictures(tmp_path, decoder):
    """Two transport streams end to end: the clock of the second one begins anew."""
    first = write_talking(tmp_path / "a.ts", tones=[(1.0, 2.0)], offset_seconds=50.0)
    second = write_talking(tmp_path / "b.ts", tones=[(3.0, 3.5)])
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    assert decoder.probe(joined).duration_seconds == pytest.approx(8.0, abs=0.2)
    sounds = list(decoder.sound(joined))
    assert [at for at in (0.8, 1.1, 1.8, 2.2, 6.8, 7.15, 7.4, 7.7) if _loud(sounds, at)] == [
        1.1,
        1.8,
        7.15,
        7.4,
    ]


def test_a_child_that_sends_sound_for_ever_is_stopped():
    allowance = Allowance(DecoderLimits(), {"do": "sound"})
    with pytest.raises(TooMuch, match="more than its progress"):
        for _ in range(20):
            allowance.count({"kind": "sound", "pts_seconds": 1.0})
            allowance.count_bytes(2 * CHUNK_SAMPLES)


def test_a_long_recordings_sound_is_within_the_allowance():
    allowance = Allowance(DecoderLimits(), {"do": "sound"})
    for number in range(1000):
        allowance.count({"kind": "sound", "pts_seconds": 30.0 * number})
        allowance.count_bytes(2 * CHUNK_SAMPLES)


def test_long_sound_comes_in_bounded_chunks_without_a_gap(tmp_path, decoder):
    path = write_talking(tmp_path / "a.mkv", seconds=70.0, tones=[(65.0, 66.0)])
    sounds = list(decoder.sound(path))
    assert [len(sound.samples) <= CHUNK_SAMPLES for sound in sounds] == [True] * 3
    assert all(
        after.start_seconds == pytest.approx(before.end_seconds, abs=1e-4)
        for before, after in pairwise(sounds)
    )
    assert [_loud(sounds, at) for at in (64.9, 65.1, 65.9, 66.1)] == [False, True, True, False]


def test_the_decoder_serves_others_after_sound_was_left_early(tmp_path, decoder):
    path = write_talking(tmp_path / "a.mkv", seconds=70.0, tones=[(0.0, 1.0)])
    sounds = decoder.sound(path)
    next(sounds)
    sounds.close()
    assert decoder.probe(path).has_audio


@pytest.mark.parametrize(
    "cue",
    [
        [1, 0.0, 1.0],
        [1, "0", 1.0, "a"],
        [1, 0.0, float("nan"), "a"],
        [1, 0.0, 1.0, 5],
        [1, 0.0, 1.0, "a" * 9999],
    ],
)
def test_subtitles_that_no_child_would_tell_are_refused(cue):
    header = {"kind": "subtitles", "cues": [cue], "labels": {}, "unreadable": [], "skipped": 0}
    with pytest.raises(ChildLost):
        read_subtitles(header)


@pytest.mark.parametrize("count", [0, -1, CHUNK_SAMPLES + 1, "5", True])
def test_sound_that_no_child_would_send_is_refused(count):
    with pytest.raises(ChildLost):
        read_sound({"kind": "sound", "pts_seconds": 0.0, "samples": count}, child=None)


@pytest.mark.real
def test_subtitles_of_a_real_file(real_clips, decoder):
    """Its two tracks, one for each size of its picture, say the same at the same time."""
    found = decoder.subtitles(real_clips / "nasa_13013.mp4")
    assert found.texts[0].text.startswith("NAR: This is the optical and science segment of the Webb")
    assert found.texts[0].span == Span(0.21, 4.26)
    assert {text.origin for text in found.texts} == {"track 2 (eng)", "track 5 (eng)"}
    (sound,) = decoder.sound(real_clips / "nasa_13013.mp4")
    assert sound.end_seconds == pytest.approx(13.013, abs=0.05)
