"""Indexing one video: what is published is whole, and work that was done is never done again."""

import threading
from dataclasses import replace

import pytest
from indexing_kit import RecordingVision, write_video

from indexer.errors import LibraryError, NotAVideo, VisionError
from indexer.library.jobs import Job
from indexer.library.records import VideoStatus
from indexer.pipeline import index_jobs, index_video
from indexer.preparing import prepare
from indexer.timeline import Span


@pytest.fixture
def video(tmp_path, library):
    path = write_video(tmp_path / "yard.mp4", seconds=5.0)
    library.catalog.add_video("yard", path, path.stat().st_size)
    return path


def test_a_video_is_published_with_captions_events_and_vectors(make_indexer, library, video):
    done = []
    index_video(make_indexer(), "yard", video, done.append)
    segments = library.segments("yard")
    assert [segment.span for segment in segments] == [Span(0, 2), Span(2, 4), Span(4, 5)]
    assert segments[1].caption.summary == "A forklift passes in part 2."
    assert segments[1].caption.events[0].span == Span(2, 4)
    assert library.video("yard").status is VideoStatus.READY
    assert done == [0.0, 2.0, 4.0, 5.0]
    (hit, *_) = library.search_meaning("forklift passing", limit=5)
    assert hit.video.name == "yard.mp4"
    assert {hit.segment.ordinal for hit in library.search_words("forklifts", limit=5)} == {0, 1, 2}
    assert library.coverage("yard").inspected == (Span(0, 5),)


def test_every_look_lies_inside_its_segment_and_keeps_the_budget(make_indexer, video):
    vision = RecordingVision()
    index_video(make_indexer(vision), "yard", video, lambda done: None)
    assert [look.span for look in vision.looks] == [Span(0, 2), Span(2, 4), Span(4, 5)]
    for look in vision.looks:
        assert len(look.frames) <= 4
        assert all(look.span.contains(frame.pts_seconds) for frame in look.frames)
        assert max(frame.pixels.shape[1] for frame in look.frames) == 64
        assert f"{look.span.start_seconds:g}–{look.span.end_seconds:g} s" in look.prompt


def test_nothing_is_visible_before_the_end_and_a_killed_run_goes_on(make_indexer, library, video):
    def die_at_second_four(look):
        if look.span.start_seconds >= 4:
            assert library.segments("yard") == [], "half a video is never visible"
            assert library.search_words("forklift", limit=5) == []
            raise VisionError("the GPU is gone")

    with pytest.raises(VisionError):
        index_video(
            make_indexer(RecordingVision(on_look=die_at_second_four)), "yard", video, lambda done: None
        )

    after = RecordingVision()
    index_video(make_indexer(after), "yard", video, lambda done: None)
    assert [look.span for look in after.looks] == [Span(4, 5)], "what was captioned is not captioned again"
    assert [segment.ordinal for segment in library.segments("yard")] == [0, 1, 2]


def test_vectors_that_cannot_be_read_back_keep_the_video_unpublished(
    make_indexer, library, video, monkeypatch
):
    indexer = make_indexer()
    vectors = library.vectors_of(indexer.embedder.name)
    monkeypatch.setattr(type(vectors), "stored_ids", lambda self, ids: set(ids[1:]))
    with pytest.raises(LibraryError, match="1 of 3 vectors"):
        index_video(indexer, "yard", video, lambda done: None)
    assert library.segments("yard") == []


def test_a_reindex_replaces_the_old_index_in_one_step(make_indexer, library, video):
    index_video(make_indexer(), "yard", video, lambda done: None)
    seen = []
    other = RecordingVision("recording-2", on_look=lambda look: seen.append(len(library.segments("yard"))))
    index_video(make_indexer(other, segment_seconds=5.0), "yard", video, lambda done: None)
    assert seen == [3], "the old index stays visible while the new one is made"
    assert [segment.span for segment in library.segments("yard")] == [Span(0, 5)]
    assert len(library.search_words("forklift", limit=9)) == 1
    assert len(library.search_meaning("forklift", limit=9)) == 1


def test_a_text_file_is_refused_and_leaves_nothing(make_indexer, library, tmp_path):
    path = tmp_path / "notes.mp4"
    path.write_text("no video at all\n" * 50)
    library.catalog.add_video("notes", path, 10)
    with pytest.raises(NotAVideo):
        index_video(make_indexer(), "notes", path, lambda done: None)
    assert library.segments("notes") == []


def test_a_cut_between_two_scenes_is_an_event_that_can_be_found(make_indexer, library, tmp_path):
    path = write_video(tmp_path / "two.mp4", seconds=4.0, scenes=2)
    library.catalog.add_video("two", path, path.stat().st_size)
    index_video(make_indexer(segment_seconds=10.0), "two", path, lambda done: None)
    before, after = library.segments("two")
    assert [event.action for event in before.caption.events] == ["passes"]
    assert [event.action for event in after.caption.events] == [
        "changes at once to another view, as at a cut of the scene",
        "passes",
    ]
    assert abs(after.caption.events[0].span.start_seconds - 2.0) < 1 / 8
    assert [hit.segment.ordinal for hit in library.search_words("when does the scene cut?", limit=5)] == [1]


def test_segments_of_several_videos_are_looked_at_in_batches(make_indexer, library, tmp_path):
    videos = [
        write_video(tmp_path / f"{name}.mp4", seconds=4.0, seed=seed) for seed, name in enumerate("abc")
    ]
    for path in videos:
        library.catalog.add_video(path.stem, path, path.stat().st_size)
    prepared = threading.Event()
    slow = RecordingVision(on_look=lambda look: prepared.wait(60), looks_at_once=4)
    jobs = [Job(path.stem, path, 0, True, 0.0) for path in videos]
    ended = []

    def take():
        if len(jobs) < len(videos):
            prepared.set()  # the first video's other segments are ready, and wait for the first look
        return jobs.pop(0) if jobs else None

    index_jobs(
        make_indexer(slow, segment_seconds=1.0),
        take,
        lambda job, seconds: None,
        lambda job, error: ended.append((job.video_id, error)),
    )
    assert ended == [("a", None), ("b", None), ("c", None)]
    assert sum(slow.batches) == 12
    assert 1 < max(slow.batches) <= 4, "what is ready is looked at together"
    for path in videos:
        captions = [segment.caption.summary for segment in library.segments(path.stem)]
        assert captions == [f"A forklift passes in part {second}." for second in range(4)]


def test_a_broken_reply_is_asked_for_once_more_and_then_kept_as_text(make_indexer, library, video):
    class Chatty(RecordingVision):
        def look(self, requests):
            good = super().look(requests)
            return [
                reply
                if "could not be read" in request.prompt and request.span.start_seconds < 4
                else "Well, hm."
                for reply, request in zip(good, requests, strict=True)
            ]

    vision = Chatty()
    index_video(make_indexer(vision), "yard", video, lambda done: None)
    captions = [segment.caption for segment in library.segments("yard")]
    assert [caption.well_formed for caption in captions] == [True, True, False]
    assert captions[2].summary == "Well, hm.", "never dropped"
    assert len(vision.looks) == 6, "each was asked twice, none a third time"


def test_what_is_watched_for_and_the_language_are_in_every_prompt_and_in_the_fingerprint(make_indexer, video):
    vision = RecordingVision()
    indexer = make_indexer(vision, watch=("someone falls", "a bag is left behind"), language="Chinese")
    index_video(indexer, "yard", video, lambda done: None)
    for look in vision.looks:
        assert '"someone falls"; "a bag is left behind"' in look.prompt
        assert "Write in Chinese" in look.prompt
    first, *others = [look.prompt for look in vision.looks]
    constant = first[: int(0.9 * len(first))]
    assert all(prompt.startswith(constant) for prompt in others), "what is constant stands first"
    keys = {make_indexer(**changes).fingerprint.key for changes in ({}, {"watch": ("a",)}, {"language": "x"})}
    assert len(keys) == 3


def test_a_watched_event_keeps_its_words(make_indexer, library, video):
    class Watcher(RecordingVision):
        def look(self, requests):
            return [
                reply.replace('"intent": ""', '"watch": "someone falls"') for reply in super().look(requests)
            ]

    index_video(make_indexer(Watcher(), watch=("someone falls",)), "yard", video, lambda done: None)
    assert {e.watch for s in library.segments("yard") for e in s.caption.events} == {"someone falls"}
    assert len(library.search_words("someone fell", limit=9)) == 3


def test_a_still_stretch_is_one_segment_of_one_frame_and_says_so(make_indexer, library, tmp_path):
    path = write_video(tmp_path / "hall.mp4", seconds=24.0, moving=lambda second: 14 <= second < 17)
    library.catalog.add_video("hall", path, path.stat().st_size)
    vision = RecordingVision()
    index_video(make_indexer(vision, segment_seconds=4.0), "hall", path, lambda done: None)
    segments = library.segments("hall")
    assert [segment.still for segment in segments] == [True, False, True]
    assert segments[1].span.start_seconds < 14 and segments[1].span.end_seconds > 17
    still, moving, _ = vision.looks
    assert len(still.frames) == 1 < len(moving.frames)
    assert "Nothing moves in it" in still.prompt and "Nothing moves in it" not in moving.prompt
    assert library.video("hall").still_seconds == pytest.approx(24 - segments[1].span.duration_seconds)


def test_answers_that_came_before_the_server_failed_are_kept_and_never_asked_for_again(
    make_indexer, library, video, monkeypatch
):
    looking, ready = threading.Event(), threading.Event()

    def prepare_others_during_the_first_look(*arguments):
        for item in prepare(*arguments):
            if getattr(item, "ordinal", 0) == 1:
                looking.wait(60)
            yield item
        ready.set()

    class Failing(RecordingVision):
        def look(self, requests):
            replies = super().look(requests)
            if all(request.span.start_seconds != 2 for request in requests):
                looking.set()
                ready.wait(60)  # the other two are looked at together then
                return replies
            error = VisionError("the server is gone")
            error.replies = [
                None if request.span.start_seconds == 2 else reply
                for request, reply in zip(requests, replies, strict=True)
            ]
            raise error

    monkeypatch.setattr("indexer.pipeline.prepare", prepare_others_during_the_first_look)
    first = Failing(looks_at_once=3)
    with pytest.raises(VisionError, match="gone"):
        index_video(make_indexer(first), "yard", video, lambda done: None)
    assert library.segments("yard") == [], "a video with a hole in it is not published"

    after = RecordingVision(looks_at_once=3)
    index_video(make_indexer(after), "yard", video, lambda done: None)
    assert [look.span.start_seconds for look in first.looks] == [0, 2, 4]
    assert [look.span.start_seconds for look in after.looks] == [2], "only what had no answer"
    segments = library.segments("yard")
    assert [segment.span for segment in segments] == [Span(0, 2), Span(2, 4), Span(4, 5)]
    assert [segment.caption.summary[-2] for segment in segments] == ["0", "2", "4"]


def test_the_next_batch_is_looked_at_while_the_last_one_is_written(make_indexer, library, video, monkeypatch):
    looking = threading.Event()
    write = library.catalog.add_segment
    overlapped = []

    def slow_write(segment, key):
        if segment.ordinal == 0:
            overlapped.append(looking.wait(60.0))
        return write(segment, key)

    def note(look):
        if look.span.start_seconds > 0:
            looking.set()

    monkeypatch.setattr(library.catalog, "add_segment", slow_write)
    index_video(make_indexer(RecordingVision(on_look=note)), "yard", video, lambda done: None)
    assert overlapped == [True], "the second look began before the first caption was written"
    assert len(library.segments("yard")) == 3


def test_a_container_that_claims_too_much_gives_a_partial_video_of_the_true_length(
    make_indexer, library, video, tmp_path
):
    broken = tmp_path / "cut-off.mkv"
    whole = write_video(tmp_path / "whole.mkv", seconds=12.0)
    broken.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.5)])
    library.catalog.add_video("cut", broken, broken.stat().st_size)
    done = []
    index_video(make_indexer(), "cut", broken, done.append)
    record = library.video("cut")
    assert record.status is VideoStatus.PARTIAL
    (gap,) = record.unseen
    assert 3 < gap.span.start_seconds < 9 and gap.span.end_seconds == pytest.approx(12.0, abs=0.2)
    assert done == sorted(done) and done[-1] == pytest.approx(gap.span.start_seconds)
    assert library.segments("cut")[-1].span.end_seconds == pytest.approx(gap.span.start_seconds)


def test_a_killed_run_goes_on_to_the_same_segments(make_indexer, library, tmp_path):
    path = write_video(
        tmp_path / "on.mp4", seconds=16.0, scenes=2, moving=lambda second: 3 <= second < 7 or second >= 11
    )
    for name in ("whole", "killed"):
        library.catalog.add_video(name, path, path.stat().st_size)
    index_video(make_indexer(segment_seconds=3.0), "whole", path, lambda done: None)
    whole = library.segments("whole")

    def die_at_the_second(look):
        looked.append(look)
        if len(looked) > 1:
            raise VisionError("gone")

    for _ in range(20):
        looked = []
        try:
            index_video(
                make_indexer(RecordingVision(on_look=die_at_the_second), segment_seconds=3.0),
                "killed",
                path,
                lambda _: None,
            )
        except VisionError:
            continue
        break
    assert [replace(segment, video_id="whole") for segment in library.segments("killed")] == whole
    assert len(whole) > 4 and any(segment.still for segment in whole)
