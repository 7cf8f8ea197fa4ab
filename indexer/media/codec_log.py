"""Hears when a codec patches a damaged picture up, which it otherwise does without a word.

ffmpeg's H.264 and MPEG decoders hide lost blocks behind old ones and return the frame as if it were whole.
Only their log tells. It is read from a pipe in place of standard error: Python log handlers would need the
interpreter's lock on the decoder's own threads.
"""

from __future__ import annotations

import os

import av.logging

_SIGNS = (
    b"concealing", b"Frame num gap", b"Could not find ref with POC",
    b"quant_index is invalid", b"bad vlc", b"error y=",  # MJPEG, over what lay in the buffer before
)  # fmt: skip


class CodecLog:
    """The codecs' log since the last look."""

    def __init__(self) -> None:
        self._pipe: int | None = None

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
        if self._pipe is None:
            return False
        found = False
        try:
            while lines := os.read(self._pipe, 65536):
                found = found or any(sign in lines for sign in _SIGNS)
        except BlockingIOError:
            return found
        return found
