"""A picture that somebody searches with: read with care, since it may come from anywhere.

Its format is told from its content and is one of four; its size is read from its header before a pixel is
decoded; and it is made small before anything else sees it.
"""

from __future__ import annotations

import io
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.discovery import printable
from indexer.errors import MediaError

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
_MOST_BYTES = 32 << 20
_MOST_PIXELS = 50_000_000
_SIDE = 1024
"""Longer side to which a picture is made smaller: models look at 224 to 512 pixels."""

Picture = Path | bytes | NDArray[np.uint8]
"""A file, the bytes of one, or RGB pixels of shape (height, width, 3)."""


def read_picture(picture: Picture) -> NDArray[np.uint8]:
    """Read a picture as RGB pixels, upright and at most 1,024 pixels long.

    Args:
        picture: A JPEG, PNG, WebP or BMP file, the bytes of one, or pixels.

    Returns:
        Shape (height, width, 3).

    Raises:
        MediaError: It cannot be read, is none of these formats, or is too large.
    """
    if isinstance(picture, np.ndarray):
        return _checked(picture)
    if isinstance(picture, bytes):
        return _decoded(picture, "the picture")
    return _decoded(_bytes_of(picture), printable(picture.name))


def _checked(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise MediaError(
            "a picture to search with needs 8-bit RGB pixels of shape (height, width, 3), not "
            f"{pixels.dtype} of shape {pixels.shape}"
        )
    from PIL import Image

    return _small(Image.fromarray(pixels))


def _bytes_of(path: Path) -> bytes:
    name = printable(path.name)
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe or a device would keep us waiting
            raise MediaError(f"{name} is no file. Give a picture: JPEG, PNG, WebP or BMP")
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise MediaError(f"{name} cannot be read: {error.strerror}. Check the path") from error
    return content


def _decoded(content: bytes, name: str) -> NDArray[np.uint8]:
    from PIL import Image

    if len(content) > _MOST_BYTES:
        raise MediaError(f"{name} is larger than {_MOST_BYTES >> 20} MB. Save it smaller, as a JPEG say")
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(content), formats=_FORMATS) as image,
        ):
            if image.width * image.height > _MOST_PIXELS:
                raise Image.DecompressionBombError
            image.draft("RGB", (_SIDE, _SIDE))  # a JPEG is decoded at a fraction of its size
            return _small(image)
    except Image.DecompressionBombError as error:  # Pillow itself refuses much larger ones
        raise MediaError(
            f"{name} has more than {_MOST_PIXELS // 1_000_000} million pixels. Save it smaller"
        ) from error
    except Exception as error:  # Pillow's readers raise whatever they stumble over
        raise MediaError(
            f"{name} cannot be read as a picture; JPEG, PNG, WebP and BMP can be. Open it in a picture "
            "viewer and save it anew"
        ) from error


def _small(image: Image) -> NDArray[np.uint8]:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((_SIDE, _SIDE))
    return np.asarray(upright)
