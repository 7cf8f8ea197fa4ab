"""Frames as image files."""

from __future__ import annotations

from pathlib import Path

import cv2

from indexer.timeline import Frame

_SUFFIXES = {".jpg": ".jpg", ".jpeg": ".jpg", ".png": ".png"}


def encode_jpeg(frame: Frame, quality: int = 90) -> bytes:
    """Compress a frame as JPEG.

    Args:
        frame: RGB pixels.
        quality: 1 to 100.

    Raises:
        ValueError: The quality is out of range.
    """
    if not 1 <= quality <= 100:
        raise ValueError(f"JPEG quality is 1 to 100, got {quality}")
    return _encode(frame, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality])


def save_image(frame: Frame, path: Path) -> None:
    """Write a frame as an image, JPEG or PNG by the suffix of ``path``.

    Raises:
        ValueError: The suffix is another one.
        OSError: The file cannot be written.
    """
    suffix = _SUFFIXES.get(path.suffix.lower())
    if suffix is None:
        raise ValueError(f"{path.name}: images are written as {', '.join(_SUFFIXES)}; choose one of these")
    path.write_bytes(encode_jpeg(frame) if suffix == ".jpg" else _encode(frame, suffix, []))


def _encode(frame: Frame, suffix: str, options: list[int]) -> bytes:
    done, data = cv2.imencode(suffix, cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise ValueError(f"{frame!r} cannot be written as {suffix}")
    return bytes(data)
