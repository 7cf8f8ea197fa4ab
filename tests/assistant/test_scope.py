"""A question tells which videos and which times it means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from assistant_fakes import FakeLibrary, record

from assistant.scope import Scope, read_question
from indexer.errors import VideoNotFound
from indexer.library.lookup import handles
from indexer.library.records import VideoRecord
from indexer.timeline import Span


def read(library: FakeLibrary, question: str, video: str | None = None) -> Scope:
    return read_question(library, question, video)  # type: ignore[arg-type]


def test_the_only_video_needs_no_name(library: FakeLibrary) -> None:
    scope = read(library, "what happened at second 5?")
    assert scope.handles == ("dock.mp4",) and scope.named
    assert scope.videos[0].spans == (Span(5, 6),)
    assert scope.words == "", "a time and nothing else leaves nothing to search for"


def test_a_file_name_in_the_question_narrows_and_its_digits_are_no_time(two_videos: FakeLibrary) -> None:
    for question in ("what moved in yard_2.mp4?", "yard_2 里什么在动?", "did YARD_2.MP4 show a van?"):
        scope = read(two_videos, question)
        assert scope.handles == ("yard_2.mp4",) and scope.named and not scope.times


def test_a_stem_that_is_an_ordinary_word_counts_only_where_a_video_is_meant(two_videos: FakeLibrary) -> None:
    assert read(two_videos, "what fell off the dock?").handles == ("dock.mp4", "yard_2.mp4")
    assert read(two_videos, "what fell in the dock video?").handles == ("dock.mp4",)
    assert read(two_videos, "what fell in dock?").handles == ("dock.mp4",)


def test_without_a_name_every_answerable_video_is_meant(two_videos: FakeLibrary) -> None:
    scope = read(two_videos, "what fell?")
    assert scope.handles == ("dock.mp4", "yard_2.mp4") and not scope.named


def test_an_argument_beats_the_words(two_videos: FakeLibrary) -> None:
    scope = read(two_videos, "what fell in dock.mp4?", "yard_2.mp4")
    assert scope.handles == ("yard_2.mp4",)
    assert scope.notes == ("dock.mp4 was not looked at: the question is narrowed to something else",)
    assert not read(two_videos, "what fell in yard_2.mp4?", "yard_2.mp4").notes
    with pytest.raises(VideoNotFound):
        read(two_videos, "what fell?", "nowhere.mp4")


def test_a_time_past_the_end_is_a_note_for_that_video_alone(two_videos: FakeLibrary) -> None:
    scope = read(two_videos, "what happened at second 15?")
    assert [video.spans for video in scope.videos] == [(Span(15, 16),), ()]
    (note,) = scope.notes
    assert "yard_2.mp4" in note and "0:12" in note


def test_a_failed_video_that_is_named_is_told_with_its_reason(two_videos: FakeLibrary) -> None:
    scope = read(two_videos, "what fell in broken.mp4?")
    assert scope.videos == () and "no frame can be decoded" in scope.notes[0]


@pytest.mark.parametrize(
    "question", ["describe the video", "What happens in this clip?", "请描述这个视频", "summarise dock.mp4"]
)
def test_a_question_about_the_whole_leaves_no_words_to_search_for(
    library: FakeLibrary, question: str
) -> None:
    assert read(library, question).words == ""


def test_times_are_taken_out_of_the_words(library: FakeLibrary) -> None:
    scope = read(library, "did anything red move between 0:10 and 0:20?")
    assert scope.videos[0].spans == (Span(10, 20),)
    assert "red" in scope.words and "0:10" not in scope.words


def test_a_longer_name_wins_over_one_that_it_contains(library: FakeLibrary) -> None:
    library.records.append(record("d" * 16, "a dock.mp4", 5.0))
    assert read(library, "what is in a dock.mp4?").handles == ("a dock.mp4",)


class HandledLibrary(FakeLibrary):
    """Tells videos of one name apart as the real library does."""

    def handle(self, video: VideoRecord) -> str:
        return handles(self.records)[video.video_id]


def test_of_a_replaced_file_the_name_means_what_lies_there_now(two_videos: FakeLibrary) -> None:
    library = HandledLibrary(two_videos.records, two_videos.events)
    now = library.video("dock.mp4")
    library.records.insert(0, replace(now, video_id="e" * 16, replaced_by=now.video_id))
    for question in ("what fell in dock.mp4?", "what fell in dock?"):
        (meant,) = read(library, question).videos
        assert meant.video_id == now.video_id, question
    (older,) = read(library, "what fell in dock.mp4#eeeeee at second 5?").videos
    assert older.video_id == "e" * 16 and older.spans == (Span(5, 6),)


def test_a_name_that_two_files_share_means_both(two_videos: FakeLibrary) -> None:
    """Neither is taken silently for the one that was meant; each is told under its own handle."""
    library = HandledLibrary(two_videos.records, two_videos.events)
    first = library.video("dock.mp4")
    library.records.append(replace(first, video_id="e" * 16, path=first.path.parent / "other" / "Dock.mp4"))
    for question in ("what fell in dock.mp4 at second 5?", "what fell in dock at second 5?"):
        meant = read(library, question)
        assert {video.video_id for video in meant.videos} == {first.video_id, "e" * 16}, question
        assert all("#" in handle for handle in meant.handles)
    (other,) = read(library, "what fell in dock.mp4#eeeeee?").videos
    assert other.video_id == "e" * 16


@pytest.mark.parametrize(
    "question", ["what happened at second 5 of dok.mp4?", "dok.mp4里第5秒发生了什么", "what fell in dok.mp4"]
)
def test_a_file_name_that_no_video_has_is_told(two_videos: FakeLibrary, question: str) -> None:
    (missing,) = read(two_videos, question).missing
    assert "no video called 'dok.mp4'" in missing and "dock.mp4" in missing


def test_another_suffix_is_another_file(two_videos: FakeLibrary) -> None:
    scope = read(two_videos, "what fell in yard_2.mov?")
    assert not scope.named and "yard_2.mov" in scope.missing[0]
    assert not read(two_videos, "what fell in yard_2. And what moved?").missing


def test_words_that_mean_an_earlier_answer_are_noticed(library: FakeLibrary) -> None:
    for question in ("and what happened after that?", "what happened next?", "and then?", "然后呢？"):
        scope = read(library, question)
        assert scope.refers_back and not scope.words, question
    for question in (
        "what happened after 0:05?",
        "what happened after the light dropped?",
        "what is next to it?",
    ):
        assert not read(library, question).refers_back, question
