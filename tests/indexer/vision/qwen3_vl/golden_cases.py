"""The videos that the golden tensors were made from, drawn anew each time instead of stored."""

from dataclasses import dataclass

import numpy as np

from indexer.timeline import Frame


@dataclass(frozen=True)
class GoldenCase:
    """A drawn video and the pixels that it may have in all after resizing."""

    name: str
    height: int
    width: int
    milliseconds: tuple[int, ...]
    max_pixels: int = 25_165_824

    @property
    def frames(self) -> tuple[Frame, ...]:
        return tuple(
            Frame(time / 1000, draw(self.height, self.width, number))
            for number, time in enumerate(self.milliseconds)
        )


CASES = (
    GoldenCase("two_frames", 64, 96, (0, 500)),
    GoldenCase("one_frame", 64, 64, (7_250,)),
    GoldenCase("odd_size_variable_rate", 75, 101, (40, 1_990, 2_030)),
    GoldenCase("tall_after_half_an_hour", 130, 45, (1_800_000, 1_800_400, 1_800_700, 1_803_000, 1_803_100)),
    GoldenCase("eight_frames_over_budget", 120, 160, tuple(range(5_000, 6_000, 125)), max_pixels=24 * 2048),
    GoldenCase("smaller_than_a_token", 20, 24, (100, 300)),
    GoldenCase("ties_in_the_size", 80, 112, (12_300, 12_400)),
)

PROMPT = "<|im_start|>user\nBefore.{slots}What happens?<|im_end|>\n<|im_start|>assistant\n"
"""With one slot for each video."""


def draw(height: int, width: int, number: int) -> np.ndarray:
    """Ramps that wrap around, a moving square and stripes of one pixel: edges of every kind, in integers."""
    y, x = np.mgrid[:height, :width]
    channels = [3 * x + 2 * y + 20 * number, 255 - 2 * x + 5 * y, (x // 8 + y // 8 + number) % 2 * 200 + 20]
    picture = np.stack(channels, axis=2) % 256
    left = (7 * number) % max(width - 10, 1)
    picture[5:15, left : left + 10] = (250, 10, 30)
    picture[height // 2 :: 2, : width // 3] = 0
    return picture.astype(np.uint8)
