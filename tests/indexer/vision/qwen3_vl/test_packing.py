"""Packing is the library's own, tensor for tensor, and its times are the frames' own."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from golden_cases import CASES, GoldenCase

from indexer.errors import VisionError
from indexer.timeline import Frame, Span
from indexer.vision.qwen3_vl.budget import LEAST_TOKENS, VideoBudget, fit
from indexer.vision.qwen3_vl.packing import (
    PIXELS_PER_TOKEN,
    lay_out,
    marks_of,
    pack,
    pixel_values,
    smart_resize,
)

GOLDEN = np.load(Path(__file__).with_name("golden.npz"))


def layout_of(case: GoldenCase):
    paired = len(case.frames) + len(case.frames) % 2
    size = smart_resize(paired, case.height, case.width, max_pixels=case.max_pixels)
    return lay_out(case.frames, *size)


def frames_at(*seconds: float, height: int = 64, width: int = 64) -> tuple[Frame, ...]:
    return tuple(Frame(time, np.zeros((height, width, 3), np.uint8)) for time in seconds)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pixel_values_and_grid_are_those_of_the_librarys_processor(case):
    layout = layout_of(case)
    assert layout.grid == tuple(GOLDEN[f"{case.name}.grids"][0])
    values = pixel_values(pack(case.frames, layout)).numpy()
    np.testing.assert_allclose(values, GOLDEN[f"{case.name}.pixels"], atol=1e-6)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_marks_and_placeholders_are_those_of_the_librarys_processor(case):
    assert f"Before.{layout_of(case).text()}What happens?" in str(GOLDEN[f"{case.name}.text"])


def test_pixel_values_in_bfloat16_lie_within_its_precision():
    exact = pixel_values(torch.arange(256, dtype=torch.uint8))
    assert exact[0] == -1 and exact[255] == 1
    half = pixel_values(torch.arange(256, dtype=torch.uint8), torch.bfloat16)
    assert (half.float() - exact).abs().max() < 2**-8


def test_the_order_of_the_patches_follows_the_picture():
    """The first four patches are the top left token's, so they and no others hold its colour."""
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:32, :32] = 200
    frames = [Frame(0.0, picture)]
    patches = pack(frames, lay_out(frames, 64, 64))
    assert (patches[:4] == 200).all()
    assert (patches[4:] == 0).all()


def test_frames_of_several_sizes_are_packed_together():
    frames = [*frames_at(0.0, height=64), *frames_at(0.5, height=200, width=90)]
    assert pack(frames, lay_out(frames, 64, 96)).shape == (24, 1536)


def test_marks_are_means_of_pairs_on_a_variable_rate_after_half_an_hour():
    frames = frames_at(1800.0, 1800.04, 1801.9, 1802.2, 1803.0)
    assert marks_of(frames) == ("1800.0", "1802.1", "1803.0")


@pytest.mark.parametrize("rate", [2, 8, 25, 60])
def test_marks_of_second_5_lie_inside_second_5(rate):
    """Also at 60 frames a second, where the last patch rounds to 6.0, which is the next second."""
    frames = frames_at(*(5 + number / rate for number in range(rate)))
    marks = [float(mark) for mark in marks_of(frames, Span(5, 6))]
    assert len(marks) == (rate + 1) // 2
    assert all(5 <= mark < 6 for mark in marks)


def test_a_frame_shown_from_before_the_span_keeps_its_own_time():
    assert marks_of(frames_at(3.2), Span(5, 6)) == ("3.2",)


def test_the_text_marks_each_temporal_patch_once_and_never_the_whole_video():
    text = lay_out(frames_at(0.0, 0.5, 1.0, 1.5), 64, 64).text()
    assert re.findall(
        r"<([\d.]+) seconds><\|vision_start\|>(?:<\|video_pad\|>){4}<\|vision_end\|>", text
    ) == [
        "0.2",
        "1.2",
    ]
    assert text.count("<|vision_start|>") == 2


@pytest.mark.parametrize("max_tokens", [1, 40, 250, 1_000, 12_000])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 16, 33, 64, 300])
@pytest.mark.parametrize("size", [(288, 512), (512, 288), (1080, 1920), (20, 30), (32, 3000), (719, 401)])
def test_no_budget_is_ever_exceeded(size, count, max_tokens):
    frames = frames_at(*range(count), height=size[0], width=size[1])
    height, width, number = fit(frames, VideoBudget(max_frames=64, max_tokens=max_tokens))
    assert height % 32 == width % 32 == 0 and 1 <= number <= min(count, 64)
    tokens = (number + number % 2) * height * width // PIXELS_PER_TOKEN
    assert 1 <= tokens <= max(max_tokens, 4)  # the library's own floor is 4096 pixels


def test_a_caption_of_ten_seconds_costs_about_a_thousand_tokens():
    frames = frames_at(*np.arange(0, 10, 0.625), height=288, width=512)
    height, width, count = fit(frames, VideoBudget(max_frames=16, max_tokens=1024))
    assert count == 16 and (height, width) == (256, 480)
    assert 900 <= count * height * width // PIXELS_PER_TOKEN <= 1024


def test_frames_become_fewer_before_they_become_too_small_to_see_anything():
    frames = frames_at(*range(64), height=288, width=512)
    height, width, count = fit(frames, VideoBudget(max_frames=64, max_tokens=200))
    assert count == 2 * (200 // LEAST_TOKENS)
    assert height * width >= 0.5 * LEAST_TOKENS * 32 * 32


def test_small_frames_are_not_blown_up():
    height, width, count = fit(frames_at(0, 1, height=100, width=70), VideoBudget(64, 12_000))
    assert (height, width, count) == (96, 64, 2)


def test_a_picture_that_no_model_can_take_is_refused():
    with pytest.raises(VisionError, match="Crop the video"):
        smart_resize(2, 32, 32 * 201, max_pixels=10**6)
