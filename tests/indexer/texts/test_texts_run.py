"""Subtitles in the library: read with the video, kept as the files are, gone with the video."""

from __future__ import annotations

import os

import pytest
from indexing_kit import RecordingVision
from talking_video import write_talking

from indexer.errors import DecoderFailed
from indexer.running import IndexRun
from indexer.texts.run import read_texts
from indexer.timeline import Span

SRT = "1\n00:00:01,000 --> 00:00:02,000\n{}\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "videos"
    folder.mkdir()
    write_talking(folder / "clip.mkv", subtitles=[(2.0, 9.0, "from the track")], offset_seconds=2.0)
    (folder / "clip.srt").write_text(SRT.format("beside it"))
    return folder


@pytest.fixture
def video(folder):
    return folder / "clip.mkv"


def index(make_indexer, video, **changes):
    events = []
    IndexRun(make_indexer(**changes), events.append).run([video])
    return events


def again(make_indexer, video, since=0.0):
    indexer = make_indexer()
    return list(read_texts(indexer.library.catalog, indexer.decoder, None, [video], since=since))


def said(library) -> list[str]:
    (video,) = library.videos()
    return [text.text for text in library.timed_texts(video.video_id)]


def test_they_are_there_when_the_video_is_published(make_indexer, library, video):
    index(make_indexer, video)
    (record,) = library.videos()
    found = library.timed_texts(record.video_id)
    assert [(text.span, text.text, text.origin) for text in found] == [
        (Span(1.0, 2.0), "beside it", "clip.srt"),
        (Span(2.0, 4.0), "from the track", "track 1"),  # cut where the pictures end
    ]
    assert [text.text for text in library.timed_texts(record.video_id, Span(0.0, 1.5))] == ["beside it"]


def test_they_are_not_found_before(make_indexer, library, video):
    def look(request):
        assert library.search_texts("track") == []

    index(make_indexer, video, vision=RecordingVision(on_look=look))
    assert len(library.search_texts("track")) == 1


def test_a_changed_a_new_and_a_removed_file_are_noticed(make_indexer, library, video, folder):
    index(make_indexer, video)
    assert again(make_indexer, video, since=9e9) == []
    (folder / "clip.srt").write_text(SRT.format("changed words"))
    os.utime(folder / "clip.srt", (1, 1))
    (folder / "clip.de.vtt").write_text("WEBVTT\n\n00:03.000 --> 00:04.000\nneu\n\nkaputt\n")
    (told,) = again(make_indexer, video)
    assert (told.subtitles, told.utterances) == (3, 0)
    assert told.remarks == ("clip.de.vtt: 1 damaged part skipped",)
    assert said(library) == ["changed words", "from the track", "neu"]
    (folder / "clip.srt").unlink()
    again(make_indexer, video)
    assert said(library) == ["from the track", "neu"]
    assert library.search_texts("changed") == []


def test_they_go_with_the_video(make_indexer, library, video):
    index(make_indexer, video)
    library.remove(library.videos()[0].video_id)
    for table in ("texts", "text_places", "text_words"):
        assert library.catalog.query(f"SELECT * FROM {table}") == []


def test_the_same_words_in_two_places_are_told_once(make_indexer, library, video, folder):
    (folder / "clip.en.srt").write_text(SRT.format("Beside it"))
    index(make_indexer, video)
    assert [text.casefold() for text in said(library)] == ["beside it", "from the track"]


def test_a_decoder_that_dies_of_the_tracks_costs_the_tracks_alone(
    make_indexer, library, video, decoder, monkeypatch
):
    def die(path, *, stream=None):
        raise DecoderFailed("clip.mkv: the isolated decoder was ended by SIGSEGV.")

    monkeypatch.setattr(decoder, "subtitles", die)
    index(make_indexer, video)
    assert said(library) == ["beside it"]
    (told,) = again(make_indexer, video)
    assert "SIGSEGV" in told.remarks[0]
