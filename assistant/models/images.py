"""Images in messages, as LangChain writes them, to frames. Nothing is ever fetched from a network."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from indexer.errors import VisionError
from indexer.timeline import Frame

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 20 * 1024**2
MAX_PIXELS = 64_000_000
"""Largest picture, width times height, as for videos."""


def read_image(block: Mapping[str, Any]) -> Frame:
    """Decode an image block.

    Args:
        block: LangChain's standard ``{"type": "image", "base64": …}``. A picture out of a video may carry
            its second in ``extras["seconds"]``; any other is shown as second 0.

    Raises:
        VisionError: The block holds no data, or data that is no picture of the formats and sizes allowed.
    """
    if "base64" not in block:
        raise VisionError("an image in a message has no base64 data; images are not fetched from addresses")
    extras = block.get("extras") or {}
    return Frame(float(extras.get("seconds", 0.0)), _decode(block["base64"]))


def _decode(text: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Decode base64 to RGB pixels, shape (height, width, 3)."""
    try:
        data = base64.b64decode(text, validate=True)
        if len(data) > MAX_BYTES:
            raise VisionError(f"an image in a message has over {MAX_BYTES:,} bytes; send a smaller one")
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise VisionError(
                    f"an image in a message has {image.width}x{image.height} pixels; send a smaller one"
                )
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (binascii.Error, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise VisionError(
            f"an image in a message cannot be decoded; send it as {', '.join(FORMATS)}, in base64"
        ) from None
