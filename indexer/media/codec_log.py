"""Hears when a codec patches a damaged picture up, which it otherwise does without a word.

ffmpeg's H.264 and MPEG decoders hide lost blocks behind old ones and return the frame as if it were whole.
Only their log tells. It is read from a pipe in place of standard error: Python log handlers would need the
interpreter's lock on the decoder's own threads.
"""

from __future__ import annotations

import os
import threading

import av.logging

_SIGNS = (
    b"concealing", b"Frame num gap", b"Could not find ref with POC", b"undecodable NALU",
    # MJPEG: old pictures show through
    b"quant_index is invalid", b"bad vlc", b"error y=", b"sos: invalid", b"decode_sos",
)  # fmt: skip
_SHORT = b"overread"
"""MJPEG: the data end before the picture does, and below an old one shows through."""

_TORN = b"ended prematurely"
"""Matroska: the file ends before an element of it does."""


class CodecLog:
    """The codecs' log since the last look."""

    def __init__(self) -> None:
        self._pipe: int | None = None
        self._is_patched = self._is_short = self._is_torn = False
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
        with self._listening:
            self._listen()
            found, self._is_patched = self._is_patched, False
            return found

    def fell_short(self) -> bool:
        """Tell whether the data of a picture ended too early since the last call."""
        with self._listening:
            self._listen()
            found, self._is_short = self._is_short, False
            return found

    def broke_off(self) -> bool:
        """Tell whether a file ended in the middle of its data since the last call."""
        with self._listening:
            self._listen()
            found, self._is_torn = self._is_torn, False
            return found

    def _listen(self) -> None:
        if self._pipe is None:
            return
        try:
            while lines := os.read(self._pipe, 65536):
                self._is_patched = self._is_patched or any(sign in lines for sign in _SIGNS)
                self._is_short = self._is_short or _SHORT in lines
                self._is_torn = self._is_torn or _TORN in lines
        except BlockingIOError:
            return
