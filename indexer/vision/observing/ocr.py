"""RapidOCR behind two calls: find and read the text of a picture, and read given pieces of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from indexer.errors import VisionError

Pixels = NDArray[np.uint8]

_DETECTOR, _RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_WIDEST = 3.0
"""Aspect ratio from which a picture is padded: the detector enlarges it by its short side."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text in a picture."""

    text: str
    confidence: float
    box: tuple[int, int, int, int]
    """Left, top, right, bottom, in pixels."""


class Ocr:
    """Reads text with the models that RapidOCR carries in its package.

    The models are loaded at the first use, once, and never downloaded. Safe to share between threads.
    """

    def __init__(self) -> None:
        self._engine: Any = None
        self._lock = threading.Lock()

    def find(self, pixels: Pixels) -> list[Line]:
        """Find and read all text.

        Args:
            pixels: RGB, shape (height, width, 3).

        Raises:
            VisionError: The models cannot be loaded.
        """
        with self._lock:
            result = self._load()(_padded(pixels), use_cls=False)
        if result.boxes is None or result.txts is None:
            return []
        lines = []
        for corners, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
            left, top = np.floor(corners.min(axis=0)).astype(int).tolist()
            right, bottom = np.ceil(corners.max(axis=0)).astype(int).tolist()
            lines.append(Line(text.strip(), float(score), (max(0, left), max(0, top), right, bottom)))
        return lines

    def read(self, pieces: Sequence[Pixels]) -> list[tuple[str, float]]:
        """Read pieces that hold one line of text each; returns text and confidence of each.

        Raises:
            VisionError: The models cannot be loaded.
        """
        if not pieces:
            return []
        with self._lock:
            # RapidOCR wants OpenCV's channel order when it is handed crops.
            result = self._load().recognize_txt([piece[..., ::-1].copy() for piece in pieces])
        return [(text.strip(), float(score)) for text, score in zip(result.txts, result.scores, strict=True)]

    def _load(self) -> Any:
        if self._engine is None:
            try:
                import rapidocr  # half a second: only when there is something to read

                models = Path(rapidocr.__file__).parent / "models"
                for name in (_DETECTOR, _RECOGNISER):
                    (models / name).stat()  # missing is told now, and not at the first picture with text
                engine = rapidocr.RapidOCR(
                    params={
                        "Global.log_level": "critical",
                        # Named explicitly, because RapidOCR downloads a model whose path it is not given.
                        "Det.model_path": str(models / _DETECTOR),
                        "Rec.model_path": str(models / _RECOGNISER),
                    }
                )
                engine.recognize_txt([np.zeros((16, 32, 3), np.uint8)])
                self._engine = engine
            except (ImportError, OSError, RuntimeError, ValueError) as error:
                raise VisionError(
                    f"the text reader cannot be loaded ({error}); install Witness again, so that rapidocr "
                    "comes with its models"
                ) from error
        return self._engine


def _padded(pixels: Pixels) -> Pixels:
    """Return the picture in OpenCV's channel order, padded with black when it is very wide or tall."""
    height, width = pixels.shape[:2]
    below = max(0, round(width / _WIDEST) - height)
    beside = max(0, round(height / _WIDEST) - width)
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    if below or beside:
        bgr = cv2.copyMakeBorder(bgr, 0, below, 0, beside, cv2.BORDER_CONSTANT)
    return bgr.astype(np.uint8)
