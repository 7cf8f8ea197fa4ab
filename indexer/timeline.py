"""The things on the clock: spans, frames, events, captions, segments.

One clock rules the house: seconds from the first displayed frame of a video, taken from presentation
timestamps (PTS) and never from frame-index / fps. Spans are half-open, ``[start, end)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


def format_seconds(seconds: float) -> str:
    """Write a time as people read it: ``0:05``, ``1:23.4``, ``1:02:03``.

    Fractions are kept to the millisecond and trailing zeros are dropped, so whole seconds stay short.
    """
    milliseconds = round(seconds * 1000)
    whole, fraction = divmod(milliseconds, 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
    return text + (f".{fraction:03d}".rstrip("0") if fraction else "")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of one video's clock, ``[start_seconds, end_seconds)``."""

    start_seconds: float
    """First instant inside the span."""
    end_seconds: float
    """First instant after the span."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_seconds) and math.isfinite(self.end_seconds)):
            raise ValueError(f"a span needs finite seconds, got {self.start_seconds}, {self.end_seconds}")
        if self.start_seconds < 0 or self.end_seconds <= self.start_seconds:
            raise ValueError(
                f"a span starts at 0 or later and ends after its start, got "
                f"[{self.start_seconds}, {self.end_seconds})"
            )

    @property
    def duration_seconds(self) -> float:
        """Length of the span."""
        return self.end_seconds - self.start_seconds

    def contains(self, seconds: float) -> bool:
        """Tell whether an instant lies inside."""
        return self.start_seconds <= seconds < self.end_seconds

    def covers(self, other: Span, tolerance_seconds: float = 1e-6) -> bool:
        """Tell whether ``other`` lies wholly inside, give or take the tolerance."""
        return (
            self.start_seconds - tolerance_seconds <= other.start_seconds
            and other.end_seconds <= self.end_seconds + tolerance_seconds
        )

    def intersect(self, other: Span) -> Span | None:
        """Return the part that both share, or None when they do not meet."""
        start = max(self.start_seconds, other.start_seconds)
        end = min(self.end_seconds, other.end_seconds)
        return Span(start, end) if start < end else None

    def __str__(self) -> str:
        return f"{format_seconds(self.start_seconds)}–{format_seconds(self.end_seconds)}"


def merge_spans(spans: Iterable[Span], gap_seconds: float = 0.0) -> list[Span]:
    """Join spans that touch, overlap or lie no further apart than ``gap_seconds``; sorted by start."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start_seconds <= merged[-1].end_seconds + gap_seconds:
            last = merged.pop()
            merged.append(Span(last.start_seconds, max(last.end_seconds, span.end_seconds)))
        else:
            merged.append(span)
    return merged


def subtract_spans(whole: Span, taken: Iterable[Span]) -> list[Span]:
    """Return what is left of ``whole`` once the ``taken`` spans are cut out of it."""
    left: list[Span] = []
    cursor = whole.start_seconds
    for span in merge_spans(taken):
        if span.start_seconds > cursor:
            left.append(Span(cursor, min(span.start_seconds, whole.end_seconds)))
        cursor = max(cursor, span.end_seconds)
        if cursor >= whole.end_seconds:
            return left
    left.append(Span(cursor, whole.end_seconds))
    return left


class Unpainted(Protocol):
    """A picture in the form in which a video stores it, which becomes RGB when somebody looks at it."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as shown."""
        ...

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""
        ...

    def rgb(self, max_side: int | None = None) -> NDArray[np.uint8]:
        """Return it upright, shape (height, width, 3), its longer side scaled down to ``max_side``."""
        ...


class Frame:
    """One decoded picture and the second at which it is displayed."""

    __slots__ = ("_picture", "pts_seconds")

    def __init__(self, pts_seconds: float, picture: NDArray[np.uint8] | Unpainted) -> None:
        """Take a picture.

        Args:
            pts_seconds: Its presentation time on the one clock.
            picture: RGB, shape (height, width, 3), or what becomes that when `pixels` is first asked for.
        """
        if isinstance(picture, np.ndarray):
            _check_pixels(picture)
        self.pts_seconds = pts_seconds
        self._picture = picture

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """RGB, shape (height, width, 3), already scaled to the size that was asked for."""
        picture = self._picture
        if not isinstance(picture, np.ndarray):
            self._picture = picture = picture.rgb()
        return picture

    @property
    def unpainted(self) -> Unpainted | None:
        """What `pixels` is made from, as long as nobody asked for them."""
        picture = self._picture
        return None if isinstance(picture, np.ndarray) else picture

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        picture = self._picture
        return (picture.shape[1], picture.shape[0]) if isinstance(picture, np.ndarray) else picture.size

    @property
    def size_bytes(self) -> int:
        """Memory that it takes now."""
        picture = self._picture
        return picture.nbytes if isinstance(picture, np.ndarray) else picture.size_bytes

    def __repr__(self) -> str:
        width, height = self.size
        return f"Frame(pts_seconds={self.pts_seconds:.3f}, {width}x{height})"


def _check_pixels(pixels: NDArray[np.uint8]) -> None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ValueError(f"frame pixels are uint8 (H, W, 3), got {pixels.dtype} {pixels.shape}")


@dataclass(frozen=True, slots=True)
class Unseen:
    """A stretch of a video that nobody looked at, and why."""

    span: Span
    reason: str
    """In plain words, for the person: "damaged", "the file ends early", …"""


UNSEEN_SECONDS = 0.25
"""Nothing is measured or told across a stretch that could not be seen from this length on: two steps of what
measures movement. A shorter one, such as a single bad frame, is no more than lies between two pictures."""


def unseen_within(span: Span, unseen: Iterable[Unseen]) -> list[Span]:
    """Return the parts of a span across which nothing may be told."""
    parts = (part for gap in unseen if (part := gap.span.intersect(span)) is not None)
    return [part for part in merge_spans(parts) if part.duration_seconds >= UNSEEN_SECONDS]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, with its seconds, as the vision model (for a cut: the walk) reported it."""

    span: Span
    actor: str
    """Who or what: "a red region", "the whole picture", "the person in the yellow vest"."""
    action: str
    """What it did: "moves downwards", "light drops"."""
    details: str = ""
    """Where, how fast, how large, which colour."""
    intent: str = ""
    """The likely purpose, only from models that can judge one."""
    text_on_screen: str = ""
    """Text that is readable in the picture, verbatim."""
    watch: str = ""
    """The watched-for words that this is a case of (``witness index --watch``)."""

    def sentence(self) -> str:
        """Say the event in one line without its time."""
        parts = [f"{self.actor} {self.action}".strip()]
        if self.details:
            parts.append(self.details)
        if self.intent:
            parts.append(f"likely intent: {self.intent}")
        if self.text_on_screen:
            parts.append(f'text: "{self.text_on_screen}"')
        if self.watch:
            parts.append(f"watched for: {self.watch}")
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Caption:
    """What a vision model said of one segment."""

    summary: str
    """One sentence or a few, for the whole segment."""
    events: tuple[Event, ...] = ()
    """Timed events, all inside the segment."""
    well_formed: bool = True
    """False when the model's reply did not parse and ``summary`` holds its plain text."""

    def text(self) -> str:
        """Everything that is worth searching for, as one text."""
        return "\n".join([self.summary, *(event.sentence() for event in self.events)]).strip()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one video that is captioned, embedded and found as one."""

    video_id: str
    ordinal: int
    """0, 1, 2 … in the order of time; segments of a video neither overlap nor leave gaps."""
    span: Span
    activity: float
    """Mean share of the picture that changes within an eighth of a second, 0 to 1."""
    starts_with_cut: bool = False
    caption: Caption | None = None
    """None until a vision model has looked."""
    still: bool = False
    """Nothing moves in it, so that the walk decoded and the model was shown only a few of its frames."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which parts of one video an answer rests on, and which nobody looked at."""

    video_id: str
    inspected: tuple[Span, ...]
    not_inspected: tuple[Unseen, ...] = field(default=())


def spans_of(segments: Sequence[Segment]) -> list[Span]:
    """Return the segments' spans, joined where they touch."""
    return merge_spans((segment.span for segment in segments), gap_seconds=1e-6)
