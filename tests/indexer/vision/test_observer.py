"""The observer says of drawn scenes what was drawn into them, and nothing else."""

import json

import cv2
import numpy as np
import pytest

from indexer.timeline import Frame, Span
from indexer.vision.model import Look, Reply
from indexer.vision.observer import Observer


def caption(observer, stage, frames):
    (answer,) = observer.look([stage.look(frames)])
    return json.loads(answer)


def movements(record):
    return [event for event in record["events"] if "region" in event["actor"]]


def along(start, end, begin, finish):
    """A way from one point to another between two times; at rest before and after."""

    def where(seconds):
        share = min(max((seconds - begin) / (finish - begin), 0), 1)
        return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share

    return where


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ((60, 60), (420, 60), "moved to the right from the upper left to the upper right"),
        ((420, 135), (60, 135), "moved to the left from the right to the left"),
        ((240, 40), (240, 235), "moved downwards from the top to the bottom"),
        ((60, 235), (60, 40), "moved upwards from the lower left to the upper left"),
        ((60, 40), (420, 240), "moved downwards and to the right from the upper left to the lower right"),
    ],
)
def test_direction_and_places_are_named(observer, stage, start, end, words):
    frames = stage.film((along(start, end, 2, 4), 16, 16, stage.red))
    (event,) = movements(caption(observer, stage, frames))
    assert words in event["action"]


@pytest.mark.parametrize("colour", ["red", "blue", "green"])
def test_colour_is_that_of_the_thing_and_not_of_the_wall_behind_it(observer, stage, colour):
    frames = stage.film((along((60, 130), (420, 130), 1, 5), 18, 18, getattr(stage, colour)))
    (event,) = movements(caption(observer, stage, frames))
    assert event["actor"] == f"a {colour} region"


def test_a_fall_of_half_a_second_is_found_to_a_sample_at_8_frames_a_second(observer, stage):
    frames = stage.film((along((80, 50), (90, 230), 3.0, 3.5), 16, 16, stage.red), seconds=8)
    (event,) = movements(caption(observer, stage, frames))
    assert event["start_seconds"] == pytest.approx(3.0, abs=0.13)
    assert event["end_seconds"] == pytest.approx(3.5, abs=0.13)
    assert "moved downwards" in event["action"]
    assert event["action"].endswith("stayed there")
    assert "fast" in event["details"]


def test_speed_is_told_in_picture_widths_a_second(observer, stage):
    frames = stage.film((along((60, 130), (420, 130), 1, 4), 16, 16, stage.red))
    (event,) = movements(caption(observer, stage, frames))
    rate = float(event["details"].split("about ")[1].split()[0])
    assert "picture widths per second" in event["details"]
    assert rate == pytest.approx(360 / 480 / 3, rel=0.2)


def test_size_is_told_as_a_share_of_the_picture(observer, stage):
    frames = stage.film((along((60, 130), (420, 130), 1, 4), 24, 24, stage.blue))
    (event,) = movements(caption(observer, stage, frames))
    share = float(event["details"].rsplit("about ", 1)[1].split()[0])
    assert share == pytest.approx(100 * 49 * 49 / (480 * 270), rel=0.3)


def test_a_slow_large_thing_of_one_colour_is_one_region_and_not_two_edges(observer, stage):
    frames = stage.film((along((60, 150), (420, 150), 0, 10), 45, 40, stage.blue), seconds=10)
    (event,) = movements(caption(observer, stage, frames))
    assert event["actor"] == "a blue region"
    assert "to the right" in event["action"]


def test_two_things_are_two_regions(observer, stage):
    frames = stage.film(
        (along((60, 60), (420, 60), 1, 4), 16, 16, stage.red),
        (along((420, 220), (60, 220), 2, 5), 18, 18, stage.blue),
    )
    record = caption(observer, stage, frames)
    actions = {event["actor"]: event["action"] for event in movements(record)}
    assert actions.keys() == {"a red region", "a blue region"}
    assert "to the right" in actions["a red region"]
    assert "to the left" in actions["a blue region"]
    assert record["summary"].startswith("Two regions moved")


def test_what_comes_in_and_goes_out_over_the_edges_is_told(observer, stage):
    def where(seconds):
        return (-40 + 560 * (seconds - 1) / 3, 140) if 1 <= seconds < 4 else None

    (event,) = movements(caption(observer, stage, stage.film((where, 30, 30, stage.green))))
    assert event["action"].startswith("came into the picture at the left edge")
    assert event["action"].endswith("left the picture at the right edge")


def test_more_movements_than_fit_are_counted(observer, stage):
    things = [
        (along((30 + 55 * at, 40), (30 + 55 * at, 230), 1 + 0.2 * at, 3 + 0.2 * at), 9, 9, stage.red)
        for at in range(8)
    ]
    look = stage.look(stage.film(*things), Reply.TEXT)
    record = json.loads(observer.look([stage.look(look.frames)])[0])
    assert len(record["events"]) == 6
    assert "five smaller movements" in record["summary"]
    assert "Besides, two smaller movements." in observer.look([look])[0]


def test_a_still_picture_with_noise_is_still(observer, stage):
    frames = stage.frames(lambda _: stage.picture(noise=4))
    record = caption(observer, stage, frames)
    assert record["summary"].startswith("Nothing moved that is larger than 0.2 % of the picture.")
    assert record["events"] == []


def test_lights_out_is_a_change_of_light_and_not_a_movement(observer, stage):
    frames = stage.frames(lambda seconds: stage.picture(light=0.15 if 2 <= seconds < 4 else 1.0))
    record = caption(observer, stage, frames)
    drop, rise = record["events"]
    assert drop["actor"] == rise["actor"] == "the light"
    assert (drop["start_seconds"], drop["end_seconds"]) == (2.0, 4.0)
    assert "dropped suddenly" in drop["action"]
    assert "lights go out" in drop["action"]
    assert rise["start_seconds"] == 4.0
    assert "Nothing moved that is larger" in record["summary"]


def test_movement_is_measured_on_both_sides_of_lights_out(observer, stage):
    thing = along((60, 60), (420, 60), 0.5, 1.5), along((60, 220), (420, 220), 4.5, 5.5)

    def draw(seconds):
        room = stage.with_things(seconds, [(way, 16, 16, stage.red) for way in thing])
        return stage.picture(room, light=0.15 if 2 <= seconds < 4 else 1.0)

    starts = [event["start_seconds"] for event in movements(caption(observer, stage, stage.frames(draw)))]
    assert starts == pytest.approx([0.5, 4.5], abs=0.13)


def test_a_camera_that_adjusts_its_exposure_is_no_movement(observer, stage):
    frames = stage.frames(lambda seconds: stage.picture(light=1.0 - 0.35 * np.sin(seconds / 6 * np.pi)))
    assert caption(observer, stage, frames)["events"] == []


def test_a_flickering_lamp_is_one_event(observer, stage):
    frames = stage.frames(lambda seconds: stage.picture(light=0.3 if seconds % 1 >= 0.5 else 1.0))
    (event,) = caption(observer, stage, frames)["events"]
    assert event["action"] == "flickered"


def test_a_cut_is_told_and_movement_is_measured_on_each_side(observer, stage):
    other = np.random.default_rng(3).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    other = cv2.resize(other, stage.size, interpolation=cv2.INTER_NEAREST)
    way = along((60, 60), (420, 60), 0.5, 2.5)

    def draw(seconds):
        return stage.picture(
            other if seconds >= 3 else stage.with_things(seconds, [(way, 16, 16, stage.red)])
        )

    record = caption(observer, stage, stage.frames(draw))
    (cut,) = (event for event in record["events"] if event["actor"] == "the view")
    (moved,) = movements(record)
    assert cut["start_seconds"] == 3.0
    assert moved["end_seconds"] == pytest.approx(2.5, abs=0.13)


def test_a_covered_lens_is_told_with_its_time(observer, stage):
    hand = np.full_like(stage.room, (92, 60, 50))
    frames = stage.frames(lambda seconds: stage.picture(hand if 2 <= seconds < 4 else None))
    (event,) = caption(observer, stage, frames)["events"]
    assert event["actor"] == "the camera's view"
    assert event["action"] == "showed nothing of the scene, as when the lens was covered"
    assert (event["start_seconds"], event["end_seconds"]) == (2.0, 4.0)


def test_a_black_picture_is_told(observer, stage):
    frames = stage.frames(lambda _: np.zeros_like(stage.room))
    record = caption(observer, stage, frames)
    assert record["events"][0]["action"] == "was black"
    assert "dark" in record["summary"]


def test_a_lens_out_of_focus_is_told_with_its_time(observer, stage):
    soft = cv2.GaussianBlur(stage.room, (0, 0), 5)
    frames = stage.frames(lambda seconds: stage.picture(soft if seconds >= 3 else None, noise=0.5))
    (event,) = caption(observer, stage, frames)["events"]
    assert (event["actor"], event["action"]) == ("the camera's view", "was blurred")
    assert (event["start_seconds"], event["end_seconds"]) == (3.0, 6.0)


def test_a_camera_that_turns_moves_the_whole_picture_and_no_regions(observer, stage):
    wide = np.hstack([stage.room, stage.room[:, ::-1]])

    def draw(seconds):
        shift = round(60 * min(max(seconds - 2, 0), 2) * 2)
        return stage.picture(wide[:, shift : shift + stage.size[0]])

    record = caption(observer, stage, stage.frames(draw))
    assert not movements(record) or "the whole picture" in [event["actor"] for event in record["events"]]
    (event,) = (event for event in record["events"] if event["actor"] == "the whole picture")
    assert event["start_seconds"] == pytest.approx(2.0, abs=0.3)
    assert event["end_seconds"] == pytest.approx(4.0, abs=0.3)
    assert "to the left" in event["action"]


def test_one_frame_says_that_movement_was_not_measured(observer, stage):
    frames = stage.film((along((60, 60), (420, 60), 0, 1), 16, 16, stage.red))[:1]
    record = caption(observer, stage, frames)
    assert "movement could not be measured" in record["summary"]
    assert record["events"] == []
    (line,) = observer.look([stage.look(frames, Reply.TEXT)])[0].splitlines()
    assert "movement could not be measured" in line


def test_two_frames_are_enough_to_see_that_something_moved(observer, stage):
    frames = stage.film((along((60, 60), (420, 60), 0, 1), 20, 20, stage.red), rate=1, seconds=2)
    assert movements(caption(observer, stage, frames))


@pytest.mark.parametrize("size", [(17, 13), (1, 1), (333, 35), (50, 401)])
def test_odd_sizes_are_measured(observer, stage, size):
    frames = tuple(Frame(at / 8, cv2.resize(stage.picture(), size)) for at in range(10))
    assert caption(observer, stage, frames)["summary"]


def test_grey_pictures_are_measured(observer, stage):
    def draw(seconds):
        room = stage.with_things(seconds, [(along((60, 60), (420, 60), 1, 4), 16, 16, (250, 250, 250))])
        return cv2.cvtColor(cv2.cvtColor(stage.picture(room), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)

    (event,) = movements(caption(observer, stage, stage.frames(draw)))
    assert event["actor"] == "a white region"


def test_frames_of_different_sizes_in_one_look_are_measured(observer, stage):
    frames = list(stage.film((along((60, 60), (420, 60), 1, 4), 16, 16, stage.red)))
    frames[20:] = [Frame(each.pts_seconds, cv2.resize(each.pixels, (240, 135))) for each in frames[20:]]
    assert "region" in caption(observer, stage, frames)["summary"]


def test_every_line_of_text_begins_with_its_time_inside_the_span(observer, stage):
    frames = stage.film((along((80, 50), (90, 230), 3.0, 3.5), 16, 16, stage.red), start=60.0)
    lines = observer.look([stage.look(frames, Reply.TEXT)])[0].splitlines()
    assert "1:03–1:03.5: A red region moved downwards" in "\n".join(lines)
    assert "1:00–1:03: Nothing moved that is larger than 0.2 % of the picture." in lines
    assert all(line.startswith("1:0") and "–" in line.split(": ")[0] for line in lines)


def test_it_never_names_what_it_cannot_know(observer, stage):
    frames = stage.film((along((80, 50), (90, 230), 3.0, 3.5), 16, 16, stage.red))
    answers = observer.look([stage.look(frames), stage.look(frames, Reply.TEXT)])
    for guess in ("person", "fell", "fall", "box", "man", "car"):
        assert all(f" {guess} " not in answer for answer in answers)


def test_events_stay_inside_a_span_narrower_than_its_frames(observer, stage):
    frames = stage.film((along((60, 60), (420, 60), 0, 6), 16, 16, stage.red), start=10)
    look = Look(frames, Span(12.0, 13.0), "", Reply.CAPTION)
    for event in json.loads(observer.look([look])[0])["events"]:
        assert 12.0 <= event["start_seconds"] < event["end_seconds"] <= 13.0


def test_it_says_that_it_does_not_judge():
    assert Observer().judges is False
    assert Observer().name == "observer-1"
