"""Moments are found by meaning and by words, merged where they touch, as fine as the index knows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from assistant_fakes import DOCK, RED_FALLS, YARD, FakeLibrary

from assistant.observer_words import asks_for_text, observer_words
from assistant.retrieval import find_like, find_moments
from indexer.library.frames import FrameHit
from indexer.library.records import Hit
from indexer.timeline import Caption, Event, Segment, Span


def find(library: FakeLibrary, query: str, **arguments: object) -> list[tuple[str, Span]]:
    moments = find_moments(library, query, **arguments)  # type: ignore[arg-type]
    return [(moment.video.name, moment.span) for moment in moments]


def test_the_best_event_is_the_moment_and_not_its_whole_segment(library: FakeLibrary) -> None:
    assert find(library, "when did the lights go out?")[0] == ("dock.mp4", Span(18, 20))


def test_words_that_the_observer_cannot_know_find_what_it_measures(library: FakeLibrary) -> None:
    assert find(library, "what fell?")[0] == ("dock.mp4", RED_FALLS.span)


def test_another_model_s_index_is_searched_for_the_person_s_words_alone(library: FakeLibrary) -> None:
    library.vision_name = "qwen3-vl"
    assert find(library, "what fell?") == []


def test_a_lexical_index_finds_nothing_where_no_word_is_shared(library: FakeLibrary) -> None:
    assert find(library, "suitcase") == []


def test_an_embedding_that_knows_meaning_may_find_without_shared_words(library: FakeLibrary) -> None:
    library.embedder_name = "sentence-model"
    assert find(library, "suitcase")[0] == ("dock.mp4", Span(0, 10))


def test_words_of_a_phrase_count_only_together(library: FakeLibrary) -> None:
    """No region that moved to the left "left the picture"."""
    assert find(library, "did anyone leave?") == []


def test_a_moment_s_events_lie_inside_its_span_and_far_ones_are_other_moments(library: FakeLibrary) -> None:
    library.events[DOCK] = [
        Event(Span(at, at + 1), "a red region", f"moved upwards {at}") for at in (5, 6.5, 15, 25)
    ]
    moments = find_moments(library, "red", limit=5)  # type: ignore[arg-type]
    assert [moment.span for moment in moments] == [Span(5, 7.5), Span(15, 16), Span(25, 26)]
    assert [moment.segments_span for moment in moments] == [Span(0, 10), Span(10, 20), Span(20, 30)]
    for moment in moments:
        assert moment.events and all(moment.span.covers(event.span) for event in moment.events)


def test_an_event_that_segments_cut_is_one_moment(library: FakeLibrary) -> None:
    (moment,) = find_moments(library, "blue")  # type: ignore[arg-type]
    assert (moment.span, moment.segments_span) == (Span(9, 13), Span(0, 20))


def test_events_outside_a_window_make_no_moment(library: FakeLibrary) -> None:
    library.events[DOCK] = [Event(Span(at, at + 1), "a red region", f"moved upwards {at}") for at in (11, 18)]
    assert find(library, "red", video_id=DOCK, span=Span(15, 30)) == [("dock.mp4", Span(18, 19))]


def test_words_that_say_little_make_no_link(library: FakeLibrary) -> None:
    """ "Go out" of the lights must not find what grows smaller "as things do that go away"."""
    smaller = Event(Span(2, 3), "a red region", "moved upwards, growing smaller as things do that go away")
    library.events[DOCK] = [smaller]
    assert find(library, "when did the lights go out?") == []


def test_ranks_are_fused_so_that_both_searches_count(
    two_videos: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First by words and second by meaning beats first by meaning alone."""
    dock, yard = two_videos.video(DOCK), two_videos.video(YARD)
    first, far, other = (
        two_videos.segments(DOCK)[0], two_videos.segments(DOCK)[2], two_videos.segments(YARD)[0]
    )  # fmt: skip
    two_videos.embedder_name = "sentence-model"
    by_meaning = [Hit(dock, far, 0.9), Hit(yard, other, 0.8)]
    by_words = [Hit(yard, other, 3.0), Hit(dock, first, 2.0)]
    monkeypatch.setattr(two_videos, "search_meaning", lambda *_, **__: by_meaning)
    monkeypatch.setattr(two_videos, "search_words", lambda *_, **__: by_words)
    moments = find_moments(two_videos, "van")  # type: ignore[arg-type]
    assert [(m.video.name, m.segments[0].ordinal) for m in moments] == [
        ("yard_2.mp4", 0), ("dock.mp4", 2), ("dock.mp4", 0)
    ]  # fmt: skip
    assert (moments[0].ranks.dense, moments[0].ranks.words) == (2, 1)
    assert (moments[1].ranks.dense, moments[1].ranks.words) == (1, None)
    assert moments[0].score > moments[1].score > moments[2].score > 0


def test_without_words_segments_come_in_the_order_of_time(library: FakeLibrary) -> None:
    assert find(library, "", video_id=DOCK, span=Span(5, 25)) == [
        ("dock.mp4", Span(0, 10)), ("dock.mp4", Span(10, 20)), ("dock.mp4", Span(20, 30))
    ]  # fmt: skip


def test_a_question_about_text_finds_where_text_is(two_videos: FakeLibrary) -> None:
    (moment, *_) = find_moments(two_videos, "what does the sign say?")  # type: ignore[arg-type]
    assert {event.text_on_screen for event in moment.events} == {"DOCK 4 KEEP CLEAR"}
    del two_videos.texts[DOCK]
    assert find(two_videos, "what does the sign say?") == []


def test_the_observer_s_words_are_said_once_and_only_for_whole_words() -> None:
    assert observer_words("did it fall or drop?") == ["downwards"]
    assert observer_words("有东西掉下来吗") == ["downwards"]
    assert observer_words("fallacy of the gateway") == []
    assert asks_for_text("牌子上写着什么") and not asks_for_text("who is in the yard?")


def test_one_event_that_says_it_beats_many_that_say_a_word_of_it(library: FakeLibrary) -> None:
    """A segment full of "picture" must not bury the one event that "left the picture"."""
    leaves = Event(Span(25, 26), "a red region", "moved to the right and left the picture at the right edge")
    others = [Event(Span(i, i + 1), "a region", f"moved in place, {i} % of the picture") for i in range(9)]
    library.events[DOCK] = [*others, leaves]
    assert find(library, "what leaves the picture?")[0] == ("dock.mp4", Span(25, 26))


def test_an_event_that_is_found_by_its_own_vector_gives_its_own_span(
    library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No word is shared, so only the event's nearness can tell that it is meant and not its segment."""
    library.embedder_name, library.vision_name = "sentence-model", "qwen3-vl"
    segment = library.segments(DOCK)[0]
    hits = [Hit(library.video(DOCK), segment, 0.9, RED_FALLS)]
    monkeypatch.setattr(library, "search_meaning", lambda *_, **__: hits)
    (moment,) = find_moments(library, "suitcase")  # type: ignore[arg-type]
    assert (moment.span, moment.events) == (RED_FALLS.span, (RED_FALLS,))


def test_a_re_ranker_has_the_last_word(library: FakeLibrary) -> None:
    class Backwards:
        def scores(self, query: str, texts: Sequence[str]) -> list[float]:
            return [float(number) for number in range(len(texts))]

    library.events[DOCK] = [Event(Span(at, at + 1), "a red region", f"moved {at}") for at in (5, 15, 25)]
    plain = find_moments(library, "red")  # type: ignore[arg-type]
    turned = find_moments(library, "red", reranker=Backwards())  # type: ignore[arg-type]
    assert [moment.span for moment in turned] == [moment.span for moment in reversed(plain)]
    assert [moment.ranks.reranker for moment in turned] == [1, 2, 3]


def test_the_library_s_re_ranker_is_used_where_none_is_given(library: FakeLibrary) -> None:
    """So that a question to the agent is re-ranked like ``witness search``."""

    class Last:
        def scores(self, query: str, texts: Sequence[str]) -> list[float]:
            return [float(number) for number in range(len(texts))]

    library.events[DOCK] = [Event(Span(at, at + 1), "a red region", f"moved {at}") for at in (5, 15, 25)]
    plain = find(library, "red")
    library.reranker = Last()
    assert find(library, "red") == plain[::-1]


def captioned(library: FakeLibrary, *told: tuple[float, float, str]) -> FakeLibrary:
    """Have the dock's index say these things, as imported captions do."""
    segments = [
        Segment(DOCK, number, Span(start, end), 0.0, caption=Caption(text))
        for number, (start, end, text) in enumerate(told)
    ]
    library.vision_name = "imported"
    library.segments = lambda video_id, span=None: segments if video_id == DOCK else []  # type: ignore[method-assign]
    return library


def test_time_between_two_captions_that_fit_belongs_to_the_moment(library: FakeLibrary) -> None:
    captioned(library, (0, 5, "a man lifts a box"), (12, 18, "the man carries the box"), (19, 25, "a dog"))
    assert find(library, "man with a box")[0] == ("dock.mp4", Span(0, 18))


def test_captions_that_touch_keep_their_own_spans(library: FakeLibrary) -> None:
    """One span for both would say less well when."""
    captioned(library, (0, 10, "a man lifts a box"), (10, 20, "the man carries it"), (20, 25, "a dog"))
    assert find(library, "man lifts box")[0] == ("dock.mp4", Span(0, 10))


def test_of_two_neighbours_the_one_that_fits_better_belongs_to_the_moment(library: FakeLibrary) -> None:
    captioned(library, (0, 5, "a box"), (10, 15, "the man lifts a red box"), (20, 25, "a man with a box"))
    assert find(library, "man lifts red box")[0] == ("dock.mp4", Span(10, 25))


def test_a_caption_further_away_is_another_moment(library: FakeLibrary) -> None:
    captioned(library, (0, 5, "a man lifts a box"), (36, 40, "the man carries the box"))
    assert {span for _, span in find(library, "man box")} == {Span(0, 5), Span(36, 40)}


def test_what_frames_look_like_is_a_third_ranking(library: FakeLibrary) -> None:
    """The words fit two segments alike; the frames tell which is meant, and find one that no word names."""
    captioned(library, (0, 10, "a van"), (10, 20, "a dog"), (20, 30, "a van parks"), (30, 40, "a cat sits"))
    first, _, other, last = library.segments(DOCK)
    before = find(library, "van")
    assert before[0][1] == first.span and last.span not in {span for _, span in before}
    dock = library.video(DOCK)
    library.frame_hits = [FrameHit(dock, other, 21.0, 0.3), FrameHit(dock, last, 33.0, 0.2)]
    moments = find_moments(library, "van")  # type: ignore[arg-type]
    assert moments[0].span == other.span and moments[0].ranks.frames == 1
    assert last.span in {moment.span for moment in moments}


def test_a_picture_finds_moments_with_the_frame_s_place(library: FakeLibrary) -> None:
    captioned(library, (0, 10, "a van"), (10, 20, "a dog"))
    dock, (first, second) = library.video(DOCK), library.segments(DOCK)
    library.frame_hits = [FrameHit(dock, second, 12.5, 0.9), FrameHit(dock, first, 0.0, 0.4)]
    moments = find_like(library, b"a picture", limit=2)  # type: ignore[arg-type]
    assert [(moment.span, moment.seconds, moment.score) for moment in moments] == [
        (second.span, 12.5, 0.9), (first.span, 0.0, 0.4)
    ]  # fmt: skip
    assert [moment.ranks.frames for moment in moments] == [1, 2]


def test_time_ranks_tell_the_order_within_each_video(library: FakeLibrary) -> None:
    library.events[DOCK] = [Event(Span(at, at + 1), "a red region", f"moved {at}") for at in (5, 15, 25)]
    moments = find_moments(library, "red 25")  # type: ignore[arg-type]
    assert [m.ranks.time for m in sorted(moments, key=lambda m: m.span)] == list(range(1, len(moments) + 1))
