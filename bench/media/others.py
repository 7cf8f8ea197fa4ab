"""The same videos read by others: OpenCV, every frame; PySceneDetect, its default detector."""

from __future__ import annotations

import time
from pathlib import Path

import cv2


def opencv_seconds(path: Path) -> float | None:
    """Seconds that OpenCV takes to read every frame; None where it can decode none."""
    began, count = time.perf_counter(), 0
    capture = cv2.VideoCapture(str(path))
    while capture.read()[0]:
        count += 1
    capture.release()
    return time.perf_counter() - began if count else None


def scenedetect_seconds(path: Path) -> tuple[float, int] | None:
    """Seconds that PySceneDetect takes, and how many cuts it finds; None where it is not installed."""
    try:
        from scenedetect import AdaptiveDetector, detect
    except ImportError:
        return None
    began = time.perf_counter()
    scenes = detect(str(path), AdaptiveDetector())
    return time.perf_counter() - began, max(0, len(scenes) - 1)
