"""Rules asked of what was indexed: which segments, with which frames, and after a model that gave up."""

from __future__ import annotations

from contextlib import closing

import pytest
from indexing_kit import RecordingVision, write_video

from indexer.errors import VisionError
from indexer.rules.asking import RuleRound
from indexer.rules.store import Rules
from indexer.running import IndexRun
from indexer.timeline import Span, Unseen
from indexer.vision.model import Look


class JudgingVision(RecordingVision):
    """Says yes to looks that touch a second, no to others; gives up after a number of looks."""

    def __init__(self, yes_at: float = 1.0, gives_up_after: int = 10**6, looks_at_once: int = 1) -> None:
        super().__init__(looks_at_once=looks_at_once)
        self.yes_at = yes_at
        self.gives_up_after = gives_up_after

    def look(self, requests: list[Look]) -> list[str]:
        if len(self.looks) >= self.gives_up_after:
            raise VisionError("the server is gone")
        super().look(requests)
        return [
            f"Yes. A block passes at {self.yes_at:g} s."
            if each.span.contains(self.yes_at)
            else "No, nothing."
            for each in requests
        ]


@pytest.fixture
def rules(library):
    with closing(Rules(library.folder)) as rules:
        yield rules


@pytest.fixture
def indexed(make_indexer, library, tmp_path):
    """Index a clip of eight seconds into several segments; returns its id."""

    def index() -> str:
        path = write_video(tmp_path / "clip.mp4", seconds=8)
        IndexRun(make_indexer(), lambda _: None).run([path])
        return library.videos()[0].video_id

    return index


@pytest.mark.parametrize("at_once", [1, 3])
def test_each_segment_is_asked_once_and_a_yes_is_an_alert(library, rules, indexed, at_once):
    """The frames shown lie in the segment, the question is in the prompt, the rest is counted."""
    rule = rules.add("block", "A white block passes")
    video = indexed()
    vision = JudgingVision(yes_at=5.0, looks_at_once=at_once)
    done = []
    RuleRound(library, rules, vision, report=lambda *now: done.append(now[2:])).ask_pending()
    segments = library.segments(video)
    assert len(segments) > 2 and [look.span for look in vision.looks] == [each.span for each in segments]
    assert all("A white block passes" in look.prompt for look in vision.looks)
    assert done[-1] == (len(segments), len(segments))
    [alert] = rules.alerts()
    assert alert.span.contains(5.0) and alert.reason == "A block passes at 5 s"
    assert alert.frame_seconds and all(alert.span.contains(each) for each in alert.frame_seconds)
    cost = rules.costs()[rule.rule_id]
    assert cost.looks == len(segments) and cost.frames == sum(len(look.frames) for look in vision.looks)

    RuleRound(library, rules, vision).ask_pending()
    assert len(vision.looks) == len(segments), "nothing is asked twice"


def test_what_could_not_be_seen_is_not_judged_by_a_frame_from_before_it(library, rules, indexed):
    rules.add("block", "A white block passes")
    video = indexed()
    segments = library.segments(video)
    lost, middle = segments[1].span, segments[1].span.start_seconds + 0.5
    gaps = [
        Unseen(Span(lost.start_seconds, middle), "damaged"),
        Unseen(Span(middle, lost.end_seconds), "no frames"),
    ]
    library.catalog.add_unseen(video, library.fingerprint.key, gaps)
    vision = JudgingVision(yes_at=middle)
    RuleRound(library, rules, vision).ask_pending()
    assert [look.span for look in vision.looks] == [each.span for each in segments if each.span != lost]
    assert rules.alerts() == []


def test_a_round_that_broke_off_goes_on_where_it_was(library, rules, indexed):
    """What the model had answered is kept; the next round asks only for the rest."""
    rules.add("block", "A white block passes")
    segments = library.segments(indexed())
    with pytest.raises(VisionError):
        RuleRound(library, rules, JudgingVision(gives_up_after=2)).ask_pending()
    later = JudgingVision()
    RuleRound(library, rules, later).ask_pending()
    assert [look.span for look in later.looks] == [each.span for each in segments[2:]]


def test_what_was_indexed_before_the_rule_is_asked_only_when_said(library, rules, indexed):
    """A new rule does not set a model to work on years of footage."""
    old = indexed()
    with library.catalog.transaction() as connection:
        connection.execute("UPDATE videos SET indexed_at = '2020-01-01T00:00:00+00:00'")
    rule, vision = rules.add("block", "A white block passes"), JudgingVision()
    round_ = RuleRound(library, rules, vision)
    round_.ask_pending()
    assert vision.looks == []
    round_.ask(rule, old)
    assert len(rules.alerts()) == 1


def test_a_rule_that_rests_and_a_model_that_measures_ask_nothing(library, rules, indexed):
    indexed()
    rule = rules.add("block", "A white block passes")
    rules.enable(rule, False)
    vision = JudgingVision()
    RuleRound(library, rules, vision).ask_pending()
    rules.enable(rule, True)
    vision.judges = False
    RuleRound(library, rules, vision).ask_pending()
    assert vision.looks == [] and rules.costs() == {}


def test_a_file_that_is_away_is_asked_about_when_it_is_back(library, rules, indexed, tmp_path):
    """A drive that is not there just now must not turn into "cannot tell" for ever."""
    rule, video, vision = rules.add("block", "A white block passes"), indexed(), JudgingVision()
    path = tmp_path / "clip.mp4"
    away = path.rename(tmp_path / "away.mp4")
    RuleRound(library, rules, vision).ask_pending()
    assert rules.asked(rule, video) == set()
    away.rename(path)
    RuleRound(library, rules, vision).ask_pending()
    assert len(rules.asked(rule, video)) == len(library.segments(video))
    assert Span(0, 8).covers(rules.alerts()[0].span)
