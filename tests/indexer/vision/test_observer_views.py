"""Plain walls, quick cameras, cross-fades and small things are called what they are, and nothing worse."""

import json

import cv2
import numpy as np
import pytest

RED = (200, 20, 20)


def caption(observer, stage, frames):
    (answer,) = observer.look([stage.look(frames)])
    return json.loads(answer)


def wall(*boxes, light=1.0):
    """A light wall with faint grid lines, without noise; boxes are (left, top, side, colour)."""
    picture = np.full((270, 480, 3), 180, np.float32)
    picture[::40] = 150
    picture[:, ::40] = 150
    for left, top, side, colour in boxes:
        picture[top : top + side, left : left + side] = colour
    return (picture * light).astype(np.uint8)


def test_two_boxes_that_cross_a_plain_wall_are_told_and_no_lens_is_covered(observer, stage):
    frames = stage.frames(
        lambda now: wall((int(30 + 45 * now), 30, 38, RED), (int(405 - 45 * now), 200, 38, RED))
    )
    record = caption(observer, stage, frames)
    assert [event["actor"] for event in record["events"]] == ["a red region", "a red region"]
    assert "covered" not in json.dumps(record)


def test_a_still_plain_wall_is_still(observer, stage):
    record = caption(observer, stage, stage.frames(lambda _: wall()))
    assert record["events"] == []
    assert record["summary"].startswith("Nothing moved")


def test_lights_out_in_a_plain_room_cover_no_lens(observer, stage):
    frames = stage.frames(lambda now: wall(light=1 / 12 if 2 <= now < 4 else 1.0))
    record = caption(observer, stage, frames)
    lights = [event for event in record["events"] if event["actor"] == "the light"]
    assert [event["start_seconds"] for event in lights] == [2.0, 4.0]
    assert "nothing of the scene" not in json.dumps(record)


def test_an_empty_plain_wall_is_not_covered_when_something_large_passes_close_by(observer, stage):
    pattern = np.random.default_rng(5).integers(0, 255, (9, 14, 3), dtype=np.uint8)
    pattern = cv2.resize(pattern, (460, 270), interpolation=cv2.INTER_NEAREST)

    def draw(now):
        picture = wall()
        left = round(480 - (now - 2) * 480)
        inside = picture[:, max(left, 0) : max(left + 460, 0)]
        if now >= 2 and inside.size:
            inside[:] = pattern[:, max(-left, 0) :][:, : inside.shape[1]]
        return stage.picture(picture)

    assert "covered" not in json.dumps(caption(observer, stage, stage.frames(draw)))


def test_movement_is_measured_on_a_dark_plain_wall(observer, stage):
    frames = stage.frames(lambda now: wall((int(30 + 60 * now), 100, 45, (700, 0, 0)), light=1 / 8))
    (event,) = caption(observer, stage, frames)["events"]
    assert "moved to the right" in event["action"]


def rooms(count):
    random = np.random.default_rng(3)
    return [
        cv2.GaussianBlur(
            cv2.resize(random.integers(20, 230, (18, 32, 3), dtype=np.uint8), (480, 270)), (0, 0), 2
        )
        for _ in range(count)
    ]


def test_a_quick_camera_is_no_cut(observer, stage):
    (room,) = rooms(1)
    wide = cv2.resize(room, (1440, 810))

    def draw(now):
        x, y = (round(480 + 420 * np.sin(5 * now)), round(270 + 220 * np.sin(7 * now)))
        return wide[y : y + 270, x : x + 480]

    record = caption(observer, stage, stage.frames(draw))
    assert "cut" not in json.dumps(record)
    assert "the whole picture" in [event["actor"] for event in record["events"]]


def test_a_cross_fade_is_neither_light_nor_movement(observer, stage):
    first, second = rooms(2)
    first = first // 6

    def draw(now):
        share = min(max((now - 2) / 0.8, 0), 1)
        return stage.picture(cv2.addWeighted(first, 1 - share, second, share, 0))

    (event,) = caption(observer, stage, stage.frames(draw))["events"]
    assert (event["actor"], event["action"]) == ("the view", "changed gradually to another")
    assert event["start_seconds"] == pytest.approx(2.0, abs=0.26)
    assert event["end_seconds"] == pytest.approx(2.8, abs=0.26)


@pytest.mark.parametrize("rate", [8, 25])
def test_what_is_a_little_larger_than_the_floor_is_found(observer, stage, rate):
    side = round((0.0022 * 480 * 270) ** 0.5)

    def draw(now):
        room = stage.room.copy()
        left = round(60 + 50 * now)
        room[100 : 100 + side, left : left + side] = RED
        return stage.picture(room)

    (event,) = caption(observer, stage, stage.frames(draw, seconds=4, rate=rate))["events"]
    assert "to the right" in event["action"]
    assert event["end_seconds"] - event["start_seconds"] > 3.5


def test_a_plain_road_is_not_blurred_before_a_car_brings_edges_into_it(observer, stage):
    """What passes is not the scene: its edges are no reason to miss edges where it has not come yet."""
    car = cv2.resize(
        np.random.default_rng(5).integers(0, 255, (40, 40, 3), dtype=np.uint8), (200, 110), interpolation=0
    )
    road = cv2.GaussianBlur(stage.room, (0, 0), 6)

    def draw(now):
        picture, top = road.copy(), round(270 - 250 * (now - 1))
        picture[max(top, 0) : max(top + 110, 0), 140:340] = car[max(-top, 0) : max(270 - top, 0)][
            : 270 - max(top, 0)
        ]
        return stage.picture(picture, noise=0.5)

    record = caption(observer, stage, stage.frames(draw, seconds=4, rate=12.5))
    assert "blurred" not in json.dumps(record)
    assert any("upwards" in event["action"] for event in record["events"])


def test_a_faint_room_is_not_blurred_before_a_sharp_thing_stands_in_it(observer, stage):
    """The only strong edges are the thing's own, and before it comes the room has none of them to lose."""
    faint = cv2.GaussianBlur(stage.room, (0, 0), 6)

    def draw(now):
        picture = faint.copy()
        if now >= 2:
            picture[150:210, 100:160] = 0
        return stage.picture(picture, noise=0.5)

    record = caption(observer, stage, stage.frames(draw, seconds=4, rate=12.5))
    assert "blurred" not in json.dumps(record)
    assert any("appeared" in event["action"] for event in record["events"])
