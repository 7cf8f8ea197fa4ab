"""Whether a file ends in the middle of its data, where its container tells no length to compare with."""

from __future__ import annotations

import os
from pathlib import Path

TRANSPORT_STREAM = "mpegts"
_SYNC = 0x47
_PACKETS = {188: 0, 192: 4, 204: 0}
"""Bytes of a transport stream's packets, and where in one the sync byte lies: plain, of cameras (with a time
before it), and with bytes that correct errors."""
_COMPARED = 8


def ends_within_packet(path: Path) -> bool:
    """Tell whether a transport stream ends inside of one of its packets, which are all of one length.

    False also where no packets are found at its end: what was damaged there is no sign of a missing end.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - max(_PACKETS) * (_COMPARED + 2)))
            tail = file.read()
    except OSError:
        return False
    for length, before in _PACKETS.items():
        for start in range(min(length, len(tail))):
            signs = tail[start::length]
            if len(signs) >= _COMPARED and signs.count(_SYNC) == len(signs):
                return (len(tail) - start + before) % length != 0
    return False
