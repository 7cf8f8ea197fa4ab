"""Activity counts what moves and nothing else; cuts are cuts and nothing else."""

import numpy as np

from indexer.media.change import ChangeMeter
from indexer.timeline import Frame

HEIGHT, WIDTH = 108, 192


def scene(seed: int) -> np.ndarray:
    """Draw a structured picture: random rectangles in random colours."""
    random = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH, 3), random.integers(40, 200), np.uint8)
    for _ in range(60):
        top, left = random.integers(0, HEIGHT - 20), random.integers(0, WIDTH - 30)
        picture[top : top + random.integers(8, 40), left : left + random.integers(8, 60)] = random.integers(
            0, 255, 3
        )
    return picture


def changes(pictures: list[np.ndarray]):
    meter = ChangeMeter()
    return [meter.measure(Frame(number / 8, picture)) for number, picture in enumerate(pictures)]


def with_noise(picture: np.ndarray, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_sensor_noise_is_no_activity():
    measured = changes([with_noise(scene(1), seed) for seed in range(5)])
    assert max(change.activity for change in measured[1:]) < 0.001


def test_a_moving_block_counts_by_its_size():
    pictures = []
    for step in range(4):
        picture = scene(1)
        picture[40:60, 20 + 30 * step : 40 + 30 * step] = (250, 20, 20)
        pictures.append(picture)
    block_share = 20 * 20 / (HEIGHT * WIDTH)
    for change in changes(pictures)[1:]:  # the block's old place and its new one
        assert block_share < change.activity < 3 * block_share
        assert not change.is_cut


def test_lights_out_is_neither_activity_nor_a_cut():
    bright = scene(1)
    dark = (bright * 0.2).astype(np.uint8)
    measured = changes([bright, bright, dark, dark, bright])
    assert not any(change.is_cut for change in measured)
    assert max(change.activity for change in measured[1:]) < 0.05


def test_another_scene_is_a_cut_at_its_first_frame():
    measured = changes([scene(1)] * 3 + [scene(2)] * 3)
    assert [change.is_cut for change in measured] == [False, False, False, True, False, False]


def test_a_cut_through_black_is_found_when_the_picture_returns():
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    measured = changes([scene(1), scene(1), black, black, scene(2), scene(2)])
    assert [change.is_cut for change in measured] == [False, False, False, False, True, False]


def test_black_between_the_same_scene_is_no_cut():
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    assert not any(change.is_cut for change in changes([scene(1), black, scene(1)]))


def test_half_of_the_picture_changing_scene_is_a_cut():
    pictures = [scene(1), scene(1), scene(1), scene(1)]
    for picture in pictures[2:]:
        picture[:, : WIDTH // 2] = scene(7)[:, : WIDTH // 2]
    assert [change.is_cut for change in changes(pictures)] == [False, False, True, False]


def test_slow_movement_is_measured_over_an_eighth_of_a_second_at_any_frame_rate():
    def pictures(rate):
        for number in range(rate):
            picture = scene(1)
            left = 20 + round(60 * number / rate)
            picture[40:60, left : left + 20] = (250, 20, 20)
            yield Frame(number / rate, picture)

    activities = {}
    for rate in (8, 30):
        meter = ChangeMeter()
        measured = [meter.measure(frame).activity for frame in pictures(rate)]
        activities[rate] = np.mean([activity for activity in measured if activity is not None])
    assert activities[30] > 0.7 * activities[8] > 0
