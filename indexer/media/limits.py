"""What the decoding child may use, and how it binds itself to that."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DecoderLimits:
    """Bounds for decoding a file that nobody trusts."""

    memory_bytes: int = 3 * 1024**3
    """Address space of the child, shared libraries and thread stacks included."""
    cpu_seconds: int = 6 * 3600
    """Processor time for one request, over all threads."""
    silence_seconds: float = 60.0
    """How long the child may give no sign of life while it is waited for."""
    max_pixels: int = 64_000_000
    """Largest picture, width times height; 8K is 33 million."""
    max_side: int = 16_384
    """Longest side of a picture, in pixels."""
    max_frames_per_second: float = 1000.0
    """Highest average rate."""
    max_duration_seconds: float = 7 * 24 * 3600.0
    """Longest video; broken timestamps claim years."""
    threads: int = 2
    """Threads of the video decoder."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"DecoderLimits.{name} must be positive, got {getattr(self, name)}")

    def bind_process(self) -> None:
        """Limit this process for good: memory, no file written, no core dump.

        Systems without ``resource`` (Windows) go on without; the parent's watch over silence remains.
        """
        resource = _resource_module()
        if resource is None:
            return
        for limit, value in (
            ("RLIMIT_AS", self.memory_bytes),
            ("RLIMIT_FSIZE", 0),
            ("RLIMIT_CORE", 0),
        ):
            try:
                resource.setrlimit(getattr(resource, limit), (value, value))
            except (AttributeError, ValueError, OSError):
                continue  # macOS refuses RLIMIT_AS; the other limits still count

    def allow_request(self) -> None:
        """Grant the processor time of one more request; past it, the system ends the process."""
        resource = _resource_module()
        if resource is None:
            return
        usage = resource.getrusage(resource.RUSAGE_SELF)
        used = int(usage.ru_utime + usage.ru_stime) + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        wanted = used + self.cpu_seconds
        resource.setrlimit(
            resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )


def _resource_module() -> Any:
    try:
        return importlib.import_module("resource")
    except ImportError:
        return None
