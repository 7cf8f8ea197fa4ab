"""Files that were made to do harm: small ones that grow, ones that point elsewhere, ones that lie."""

from __future__ import annotations

import re
import struct
from fractions import Fraction
from pathlib import Path

import av

from indexer.media.decoder import Decoder

_GROUP = 25


def write_flat(
    path: Path, size: tuple[int, int], frames: int, codec: str = "libx264", rate: int = 25
) -> Path:
    """Write grey frames that are all the same: next to nothing in bytes, whatever their size."""
    fast = {"preset": "ultrafast", "tune": "zerolatency"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=fast)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        grey = av.VideoFrame(*size, stream.pix_fmt)
        for plane in grey.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        group: list[av.Packet] = []
        for number in range(min(frames, _GROUP)):
            grey.pts, grey.time_base = number, Fraction(1, rate)
            group += stream.encode(grey)
        group += stream.encode(None)
        for number in range(frames):  # the rest is the same again, and encoding it would only take time
            packet = av.Packet(bytes(group[number % len(group)]))
            packet.is_keyframe = group[number % len(group)].is_keyframe
            packet.stream, packet.time_base = stream, Fraction(1, rate)
            packet.pts = packet.dts = number
            packet.duration = 1
            container.mux(packet)
    return path


def claim_jpeg_size(path: Path, width: int, height: int) -> int:
    """Write another size into every JPEG picture of a file; return how many there are."""
    data, place, found = bytearray(path.read_bytes()), 0, 0
    while (place := data.find(b"\xff\xc0\x00\x11\x08", place)) >= 0:
        data[place + 5 : place + 9] = struct.pack(">HH", height, width)
        place, found = place + 9, found + 1
    path.write_bytes(data)
    return found


def peak_mib(decoder: Decoder) -> int:
    """Most memory that the child has held so far, in MiB."""
    assert decoder._child is not None
    status = Path(f"/proc/{decoder._child.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) // 1024
