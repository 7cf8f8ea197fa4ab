"""A picture may come from anywhere: what cannot be used is refused before it costs anything."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from indexer.embedding.picture import read_picture
from indexer.errors import MediaError

RED = np.zeros((30, 40, 3), np.uint8) + np.array([200, 10, 10], np.uint8)


def encoded(kind: str, pixels: np.ndarray = RED, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)  # type: ignore[arg-type]
    return file.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0" * 9))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_four_formats_are_read_whatever_the_file_is_called(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(encoded(kind))
    for picture in (path, encoded(kind)):
        pixels = read_picture(picture)
        assert pixels.shape == RED.shape and pixels.dtype == np.uint8
        assert np.abs(pixels.astype(int) - RED).max() < 12


def test_a_picture_is_turned_upright_and_made_small() -> None:
    turned = Image.Exif()
    turned[274] = 6
    wide = np.zeros((1000, 3000, 3), np.uint8)
    assert read_picture(encoded("JPEG", wide, exif=turned)).shape == (1024, 341, 3)
    assert read_picture(wide).shape == (341, 1024, 3)


def test_transparent_and_grey_pictures_become_rgb() -> None:
    assert read_picture(encoded("PNG", np.zeros((8, 9), np.uint8))).shape == (8, 9, 3)
    assert read_picture(encoded("PNG", np.zeros((8, 9, 4), np.uint8))).shape == (8, 9, 3)


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header() -> None:
    with pytest.raises(MediaError, match="more than 50 million pixels"):
        read_picture(png_that_claims(60_000, 60_000))
    with pytest.raises(MediaError, match="larger than 32 MB"):
        read_picture(b"\xff\xd8\xff" + bytes(33 << 20))


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", encoded("PNG")[:60], png_that_claims(10, 10), encoded("JPEG")[:90],
     b"GIF89a" + bytes(50), b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"],
)  # fmt: skip
def test_what_is_no_picture_is_said_so(content: bytes) -> None:
    with pytest.raises(MediaError, match=r"cannot be read as a picture.*save it anew"):
        read_picture(content)


def test_no_file_and_what_is_no_file_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="No such file"):
        read_picture(tmp_path / "none.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(MediaError, match="is no file"):
        read_picture(tmp_path / "pipe.jpg")


def test_pixels_of_another_kind_are_refused() -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(MediaError, match="8-bit RGB"):
            read_picture(wrong)  # type: ignore[arg-type]
