"""The server's memory: what is not in use any more goes back to the system."""

from __future__ import annotations

import ctypes
import functools
import gc
import platform
from typing import Any

_M_ARENA_MAX = -8
"""The option's number in glibc's malloc.h."""


def share_one_heap() -> None:
    """Have all threads take their memory from one heap; call it before there are other threads.

    By itself glibc gives each thread a heap of its own, and `free_memory` cannot shorten those: each keeps up
    to 64 MiB of the pictures that the thread once looked at.
    """
    if library := _glibc():
        library.mallopt(_M_ARENA_MAX, 1)


def free_memory() -> None:
    """Free what ended sessions left behind, and give the system the pages that this leaves empty.

    By itself Python gets round to it after hundreds of sessions.
    """
    gc.collect()
    if library := _glibc():
        library.malloc_trim(0)


@functools.cache
def _glibc() -> Any:
    """Return the C library where it is glibc, which alone knows these calls, and None elsewhere."""
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
