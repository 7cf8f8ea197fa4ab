"""What every vision model keeps, whoever it is: the observer, a server behind HTTP, Qwen3-VL in process.

A model that only measures promises a caption's JSON. One that judges promises words, and its JSON as far as
it understands; so what needs understanding is asked of every model but the one with random weights.
"""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from vision_subjects import SUBJECTS, events_of

from indexer.timeline import Frame, Span
from indexer.vision.captions import parse_caption
from indexer.vision.model import FrameBudget, Look, Reply, close_vision, frames_shown


@pytest.fixture(scope="module", params=sorted(SUBJECTS))
def subject(request, tmp_path_factory):
    with SUBJECTS[request.param](tmp_path_factory.mktemp("model")) as subject:
        yield subject


@pytest.fixture
def model(subject):
    return subject.model


@pytest.fixture
def understanding(subject):
    """A model whose words are about the frames."""
    if subject.model.judges and not subject.understands:
        pytest.skip("its weights are random: it promises words, not sense")
    return subject.model


def crossing(stage, start=0.0, colour=None, *, leftwards=False):
    """Six seconds in which something crosses between seconds 2 and 4."""

    def where(seconds):
        share = min(max((seconds - 2) / 2, 0), 1)
        return (420 - 360 * share if leftwards else 60 + 360 * share), 130

    return stage.film((where, 16, 16, colour or stage.red), start=start)


def short(look):
    """A look whose answer is limited, so that random weights end soon."""
    return replace(look, max_new_tokens=24)


def test_name_is_stable(subject):
    assert subject.model.name
    assert subject.model.name == subject.model.name.strip() == subject.again().name


def test_judging_is_a_plain_yes_or_no(model):
    assert model.judges in (True, False)


def test_it_likes_at_least_one_look_at_once(model):
    assert model.looks_at_once >= 1


def test_budgets_are_valid_and_looking_again_is_at_least_as_fine(model):
    assert isinstance(model.caption_budget, FrameBudget)
    assert isinstance(model.look_budget, FrameBudget)
    assert model.look_budget.frames_per_second >= model.caption_budget.frames_per_second


def test_no_requests_are_no_answers(model):
    assert model.look([]) == []


def test_answers_are_as_many_as_requests_in_their_order_and_the_same_as_alone(model, stage):
    looks = [
        short(stage.look(crossing(stage, colour=stage.red))),
        short(stage.look(crossing(stage, colour=stage.blue), Reply.TEXT)),
        short(stage.look(crossing(stage, colour=stage.green))),
    ]
    together = model.look(looks)
    assert together == [model.look([look])[0] for look in looks]
    assert len(set(together)) == 3, "other pixels, other words"


def test_each_answer_is_about_its_own_frames(understanding, stage):
    colours = ("red", "blue", "green")
    looks = [stage.look(crossing(stage, colour=getattr(stage, colour))) for colour in colours]
    for answer, colour in zip(understanding.look(looks), colours, strict=True):
        assert colour in answer


def test_of_a_caption_no_word_is_lost_and_its_times_lie_inside_the_span(model, stage):
    look = short(stage.look(crossing(stage, start=60.0)))
    (answer,) = model.look([look])
    caption = parse_caption(answer, look.span)
    assert caption.summary
    assert caption.well_formed or caption.summary == answer.strip()
    assert all(look.span.covers(event.span, tolerance_seconds=0) for event in caption.events)


def test_a_caption_is_json_with_times_inside_the_span(understanding, stage):
    (answer,) = understanding.look([stage.look(crossing(stage, start=60.0))])
    events = events_of(answer)
    assert events
    for event in events:
        assert 60.0 <= event["start_seconds"] < event["end_seconds"] <= 66.0


def test_a_text_is_not_empty(model, stage):
    (answer,) = model.look([short(stage.look(crossing(stage), Reply.TEXT))])
    assert answer.strip()


def test_seconds_are_absolute(understanding, stage):
    early = stage.look(crossing(stage))
    late = replace(
        early,
        frames=tuple(Frame(frame.pts_seconds + 3600, frame.pixels) for frame in early.frames),
        span=Span(early.span.start_seconds + 3600, early.span.end_seconds + 3600),
    )
    events, shifted = (json.loads(answer)["events"] for answer in understanding.look([early, late]))
    assert events and len(events) == len(shifted)
    for event, other in zip(events, shifted, strict=True):
        for key in ("start_seconds", "end_seconds"):
            assert other[key] == pytest.approx(event[key] + 3600, abs=0.011)
        assert (other["actor"], other["action"]) == (event["actor"], event["action"])


def test_a_single_frame_is_answered(model, stage):
    frames = crossing(stage)[:1]
    answers = model.look([short(stage.look(frames)), short(stage.look(frames, Reply.TEXT))])
    assert all(answer.strip() for answer in answers)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_of_a_few_frames_all_are_shown(model, stage, count):
    look = stage.look(crossing(stage)[:count], Reply.TEXT)
    assert frames_shown(model, look) == look.frames


def test_frames_that_are_too_many_are_answered_and_those_shown_are_spread_evenly(model, stage):
    """Ten minutes at a frame a second, which no model is ever asked for: nothing breaks or is hidden."""
    picture = stage.picture()
    look = short(Look(tuple(Frame(float(second), picture) for second in range(600)), Span(0, 600), "What?"))
    if model.judges:  # measuring them all would only take time
        assert model.look([look])[0]
    shown = [frame.pts_seconds for frame in frames_shown(model, look)]
    gaps = [after - before for before, after in pairwise(shown)]
    assert shown == sorted(set(shown))
    assert (shown[0], shown[-1]) == (0, 599)
    assert max(gaps) - min(gaps) <= 1


def test_what_was_never_used_closes_and_twice_is_no_error(subject):
    unused = subject.again()
    close_vision(unused)
    close_vision(unused)


def test_a_look_without_frames_cannot_be_made():
    with pytest.raises(ValueError, match="at least one frame"):
        Look((), Span(0, 1), "", Reply.TEXT)
