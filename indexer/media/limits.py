"""What the decoding child may use, and how it binds itself to that."""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from typing import Any

_READING_CPU_SECONDS_PER_MEGABYTE = 0.1
"""For finding the packets; it takes about 0.002."""


@dataclass(frozen=True, slots=True)
class DecoderLimits:
    """Bounds for decoding a file that nobody trusts."""

    memory_bytes: int = 3 * 1024**3
    """Address space of the child, shared libraries and thread stacks included."""
    cpu_seconds: float = 120.0
    """Processor time for any request, over all threads; reading a file's packets is allowed for on top."""
    cpu_seconds_per_video_second: float = 30.0
    """More of it for each second of video; 4K60 in HEVC takes about 5."""
    cpu_seconds_per_megabyte: float = 2000.0
    """Bounds that again, for a small file can claim days; a still picture in AV1 takes about 400."""
    silence_seconds: float = 60.0
    """How long the child may give no sign of life while it is waited for."""
    max_pixels: int = 36_000_000
    """Largest picture, width times height; 8K is 33 million, cinema's 35."""
    max_side: int = 16_384
    """Longest side of a picture, in pixels."""
    max_frames_per_second: float = 1000.0
    """Highest average rate."""
    max_duration_seconds: float = 7 * 24 * 3600.0
    """Longest video; broken timestamps claim years."""
    max_streams: int = 256
    """Most streams of a container; a broadcast transport stream has 150."""
    output_bytes: int = 1024**3
    """Pixels that a walk may send without getting on in the video."""
    output_bytes_per_second: int = 64 * 1024**2
    """Pixels that it may send for each second of video."""
    threads: int = 2
    """Threads of the video decoder."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"DecoderLimits.{name} must be positive, got {getattr(self, name)}")

    def bind_process(self, max_file_bytes: int = 0) -> None:
        """Limit this process for good: memory, the size of a file it may write, no core dump.

        Systems without ``resource`` (Windows) go on without; the parent's watch over silence remains.
        """
        resource = _resource_module()
        if resource is None:
            return
        for limit, value in (
            ("RLIMIT_AS", self.memory_bytes),
            ("RLIMIT_FSIZE", max_file_bytes),
            ("RLIMIT_CORE", 0),
        ):
            try:
                resource.setrlimit(getattr(resource, limit), (value, value))
            except (AttributeError, ValueError, OSError):
                continue  # macOS refuses RLIMIT_AS; the other limits still count

    def allow_request(self, size_bytes: int) -> None:
        """Grant the processor time for reading a file; past it, the system ends the process."""
        _allow_cpu(self.cpu_seconds + size_bytes / 1e6 * _READING_CPU_SECONDS_PER_MEGABYTE)

    def allow_video(self, duration_seconds: float, size_bytes: int) -> None:
        """Grant the processor time for decoding a video, as soon as its length is known."""
        by_length = self.cpu_seconds_per_video_second * duration_seconds
        by_size = self.cpu_seconds_per_megabyte * size_bytes / 1e6
        _allow_cpu(self.cpu_seconds + min(by_length, by_size))


def _allow_cpu(seconds: float) -> None:
    """Let this process use so much processor time from now on."""
    resource = _resource_module()
    if resource is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (wanted, hard))


def _resource_module() -> Any:
    try:
        return importlib.import_module("resource")
    except ImportError:
        return None
