"""What every vision model keeps, whoever it is. A new implementation joins by a line in ``MODELS``."""

import json
from dataclasses import replace

import pytest

from indexer.timeline import Frame, Span
from indexer.vision.model import FrameBudget, Look, Reply
from indexer.vision.observer import Observer

MODELS = {"observer": Observer}


@pytest.fixture(scope="module", params=sorted(MODELS))
def model(request):
    return MODELS[request.param]()


def crossing(stage, start=0.0, colour=None, *, leftwards=False):
    """Six seconds in which something crosses between seconds 2 and 4."""

    def where(seconds):
        share = min(max((seconds - 2) / 2, 0), 1)
        return (420 - 360 * share if leftwards else 60 + 360 * share), 130

    return stage.film((where, 16, 16, colour or stage.red), start=start)


def test_name_is_stable(model):
    assert model.name
    assert model.name == model.name.strip() == type(model)().name


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


def test_answers_are_as_many_as_requests_and_in_their_order(model, stage):
    looks = [
        stage.look(crossing(stage, colour=stage.red)),
        stage.look(crossing(stage, colour=stage.blue), Reply.TEXT),
        stage.look(crossing(stage, colour=stage.green)),
    ]
    together = model.look(looks)
    assert len(together) == 3
    assert together == [model.look([look])[0] for look in looks]
    for answer, colour in zip(together, ("red", "blue", "green"), strict=True):
        assert colour in answer


def test_a_caption_is_json_with_times_inside_the_span(model, stage):
    (answer,) = model.look([stage.look(crossing(stage, start=60.0))])
    record = json.loads(answer)
    assert isinstance(record["summary"], str)
    assert record["summary"]
    assert record["events"]
    for event in record["events"]:
        assert 60.0 <= event["start_seconds"] < event["end_seconds"] <= 66.0
        assert event.keys() == {
            "start_seconds", "end_seconds", "actor", "action", "details", "intent", "text_on_screen",
        }  # fmt: skip


def test_a_text_is_not_empty(model, stage):
    (answer,) = model.look([stage.look(crossing(stage), Reply.TEXT)])
    assert answer.strip()


def test_seconds_are_absolute(model, stage):
    early = stage.look(crossing(stage))
    late = replace(
        early,
        frames=tuple(Frame(frame.pts_seconds + 3600, frame.pixels) for frame in early.frames),
        span=Span(early.span.start_seconds + 3600, early.span.end_seconds + 3600),
    )
    events, shifted = (json.loads(answer)["events"] for answer in model.look([early, late]))
    assert len(events) == len(shifted)
    for event, other in zip(events, shifted, strict=True):
        for key in ("start_seconds", "end_seconds"):
            assert other[key] == pytest.approx(event[key] + 3600, abs=0.011)
        assert (other["actor"], other["action"]) == (event["actor"], event["action"])


def test_a_single_frame_is_answered(model, stage):
    frames = crossing(stage)[:1]
    caption, text = model.look([stage.look(frames), stage.look(frames, Reply.TEXT)])
    assert json.loads(caption)["summary"]
    assert text.strip()


def test_a_look_without_frames_cannot_be_made():
    with pytest.raises(ValueError, match="at least one frame"):
        Look((), Span(0, 1), "", Reply.TEXT)
