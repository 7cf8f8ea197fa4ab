"""Interlaced Motion JPEG: each packet holds two pictures of half the height, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from barcode_video import HEIGHT, WIDTH, draw_number
from numpy.typing import NDArray


def encoded(picture: NDArray[np.uint8]) -> bytes:
    """Return a picture as one JPEG."""
    height, width, _ = picture.shape
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    return bytes(encoder.encode(frame.reformat(format="yuvj420p"))[0])


def fields(number: int) -> tuple[bytes, bytes]:
    """Return both fields of a numbered picture."""
    picture = draw_number(number)
    return encoded(picture[0::2].copy()), encoded(picture[1::2].copy())


def write_packets(path: Path, packets: Iterable[bytes]) -> None:
    """Write a file of these packets, 25 a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25, options={"strict": "unofficial"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        stream.codec_context.time_base = Fraction(1, 25)
        for place, data in enumerate(packets):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.pts = packet.dts = place
            packet.duration, packet.is_keyframe = 1, True
            container.mux(packet)
