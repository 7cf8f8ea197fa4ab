"""The text in view, verbatim: read in the best frame of a scene, and in the first and last where it differs.

Nothing is remembered from one look to the next: what is told of a stretch depends on that stretch alone,
whichever files are indexed together and wherever a run was interrupted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.timeline import Frame
from indexer.vision.observing.ocr import Line, Ocr, Pixels
from indexer.vision.observing.pictures import Picture

_SURE = 0.6
"""Confidence under which a reading is dropped."""
_SURE_OF_FEW = 0.9
"""The same for two characters, which edges and handles are often taken for."""
_SURE_OF_ONE = 0.98
_PIECE = (96, 16)
_PIECE_LEVELS = 10

Grid = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScreenText:
    """One piece of text that was in view."""

    text: str
    """As it reads in the first frame of the look."""
    last_text: str
    """As it reads in the last frame; the same unless it runs, like a clock."""
    box: tuple[float, float, float, float]
    """Left, top, right, bottom as shares of the picture."""

    @property
    def runs(self) -> bool:
        """Whether it changed while it was looked at."""
        return self.text != self.last_text


class ScreenReader:
    """Reads the text of looks. Safe to share between threads."""

    def __init__(self, ocr: Ocr | None = None) -> None:
        self._ocr = ocr or Ocr()

    def read(self, frames: Sequence[Frame], pictures: Sequence[Picture]) -> list[ScreenText]:
        """Read the text of one scene's frames, in reading order.

        Args:
            frames: The frames at full size.
            pictures: The same frames, measured; tells which one is fit to read.
        """
        qualities = [_quality(picture) for picture in pictures]
        best = max(range(len(frames)), key=lambda at: qualities[at])
        pixels = frames[best].pixels
        lines = [line for line in self._ocr.find(pixels) if _is_sure(line.text, line.confidence)]
        return _in_blocks(self._running(lines, frames, best), pixels.shape)

    def _running(
        self, lines: Sequence[Line], frames: Sequence[Frame], best: int
    ) -> list[tuple[Line, str, str]]:
        """Read each line in the first and in the last frame too, where it looks different there."""
        texts = {(at, end): line.text for at, line in enumerate(lines) for end in (0, 1)}
        wanted: list[tuple[int, int]] = []
        pieces: list[Pixels] = []
        for at, line in enumerate(lines):
            reference = _thumb(_cut(frames[best].pixels, line))
            for end, frame in enumerate((frames[0], frames[-1])):
                piece = _cut(frame.pixels, line)
                if frame.pixels.shape == frames[best].pixels.shape and _differ(_thumb(piece), reference):
                    wanted.append((at, end))
                    pieces.append(piece)
        for (at, end), (text, confidence) in zip(wanted, self._ocr.read(pieces), strict=True):
            counted = _is_sure(text, confidence) and _same_shape(text, lines[at].text)
            if counted and _digits(text) != _digits(lines[at].text):
                texts[at, end] = text
        return [(line, texts[at, 0], texts[at, 1]) for at, line in enumerate(lines)]


def _quality(picture: Picture) -> float:
    """Say how fit a picture is for reading: sharp, and bright enough."""
    return picture.sharpness * min(picture.brightness, 0.35)


def _is_sure(text: str, confidence: float) -> bool:
    if len(text) == 1 and not (text.isascii() and text.isalnum()):
        return False  # window panes and grids read as 日, 口 and 田
    needed = {1: _SURE_OF_ONE, 2: _SURE_OF_FEW}.get(len(text), _SURE)
    return bool(text) and confidence >= needed


def _same_shape(first: str, second: str) -> bool:
    """Tell whether two readings differ in their digits only, as those of a clock or a counter do."""
    return bool(_digits(first)) and re.sub(r"[\d\s]", "", first) == re.sub(r"[\d\s]", "", second)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _cut(pixels: Pixels, line: Line) -> Pixels:
    left, top, right, bottom = line.box
    return pixels[top : max(bottom, top + 2), left : max(right, left + 2)]


def _thumb(piece: Pixels) -> Grid:
    grey = cv2.cvtColor(cv2.resize(piece, _PIECE, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, dtype=np.float32)


def _differ(first: Grid, second: Grid) -> bool:
    """Tell whether two pieces show other strokes; a few strong differences are enough for one digit."""
    strokes = [piece - np.median(piece) for piece in (first, second)]
    contrast = max(float(np.abs(stroke).max()) for stroke in strokes)
    limit = max(_PIECE_LEVELS, 0.2 * contrast)
    return int((np.abs(strokes[0] - strokes[1]) > limit).sum()) >= 6


def _in_blocks(lines: Sequence[tuple[Line, str, str]], shape: tuple[int, ...]) -> list[ScreenText]:
    """Join lines that stand below each other, such as the two of a sign, into one text."""
    blocks: list[list[tuple[Line, str, str]]] = []
    row = max(1.0, float(np.median([line.box[3] - line.box[1] for line, _, _ in lines])) if lines else 1.0)
    # Boxes of one row differ by a pixel or two from frame to frame: order by rows, then from the left.
    for entry in sorted(lines, key=lambda each: (round(each[0].box[1] / row), each[0].box[0])):
        home = next((block for block in blocks if _continues(block[-1][0], entry[0])), None)
        if home is None:
            blocks.append([entry])
        else:
            home.append(entry)
    return [_block_text(block, shape) for block in blocks]


def _continues(above: Line, below: Line) -> bool:
    """Tell whether a line goes on the text of the one above: close under it, and of a like size."""
    tall, low = above.box[3] - above.box[1], below.box[3] - below.box[1]
    overlap = min(above.box[2], below.box[2]) - max(above.box[0], below.box[0])
    narrow = min(above.box[2] - above.box[0], below.box[2] - below.box[0])
    gap = below.box[1] - above.box[3]
    return overlap > 0.6 * narrow and -0.5 * low < gap < 0.7 * min(tall, low) and 0.5 < low / max(tall, 1) < 2


def _block_text(block: Sequence[tuple[Line, str, str]], shape: tuple[int, ...]) -> ScreenText:
    height, width = shape[:2]
    boxes = np.array([line.box for line, _, _ in block])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    return ScreenText(
        text=" ".join(first for _, first, _ in block),
        last_text=" ".join(last for _, _, last in block),
        box=(float(left) / width, float(top) / height, float(right) / width, float(bottom) / height),
    )
