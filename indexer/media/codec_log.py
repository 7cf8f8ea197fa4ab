"""Hears when a codec patches a damaged picture up, which it otherwise does without a word.

ffmpeg's H.264 and MPEG decoders hide lost blocks behind old ones and return the frame as if it were whole.
Only their log tells. It is read from a pipe in place of standard error: Python log handlers would need the
interpreter's lock on the decoder's own threads.
"""

from __future__ import annotations

import os
import threading

import av.logging

_PATCHED, _SHORT, _TORN = "patched up", "short", "torn"
_SIGNS = {
    _PATCHED: (
        b"concealing", b"Frame num gap", b"Could not find ref with POC", b"undecodable NALU",
        # MJPEG: old pictures show through
        b"quant_index is invalid", b"bad vlc", b"error y=", b"sos: invalid", b"decode_sos",
    ),
    _SHORT: (b"overread",),  # MJPEG: the data end before the picture does, and below an old one shows through
    _TORN: (b"ended prematurely",),  # Matroska: the file ends before an element of it does
}  # fmt: skip


class CodecLog:
    """The codecs' log since the last look."""

    def __init__(self) -> None:
        self._pipe: int | None = None
        self._heard: set[str] = set()
        """What was said and nobody has asked about yet."""
        self._listening = threading.Lock()  # what one thread has read, another may ask for

    def take_over_stderr(self) -> None:
        """Lead this process's standard error, and the codecs' log with it, into this object.

        Both ends never wait: a full pipe loses lines, which is right, for one sign is enough.
        """
        pipe, log = os.pipe()
        try:
            os.set_blocking(pipe, False)
            os.set_blocking(log, False)
        except OSError:  # pipes on Windows always block: go on without
            return
        os.dup2(log, 2)
        os.close(log)
        av.logging.restore_default_callback()
        av.logging.set_libav_level(av.logging.INFO)
        self._pipe = pipe

    def patched_up(self) -> bool:
        """Tell whether a picture was patched up since the last call."""
        return self._take(_PATCHED)

    def fell_short(self) -> bool:
        """Tell whether the data of a picture ended too early since the last call."""
        return self._take(_SHORT)

    def broke_off(self) -> bool:
        """Tell whether a file ended in the middle of its data since the last call."""
        return self._take(_TORN)

    def _take(self, kind: str) -> bool:
        with self._listening:
            self._listen()
            was_heard = kind in self._heard
            self._heard.discard(kind)
            return was_heard

    def _listen(self) -> None:
        if self._pipe is None:
            return
        try:
            while lines := os.read(self._pipe, 65536):
                for kind, signs in _SIGNS.items():
                    if any(sign in lines for sign in signs):
                        self._heard.add(kind)
        except BlockingIOError:
            return
