"""Turns the child's messages into values, believing none: the child reads files that nobody trusts."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np

from indexer import errors
from indexer.media.info import MAX_RECORDED_AT, VideoInfo
from indexer.media.limits import DecoderLimits
from indexer.media.messages import Header
from indexer.media.process import ChildLost, ChildProcess
from indexer.media.samples import Sample
from indexer.timeline import Frame, Span, Unseen

_ERRORS = {
    kind.__name__: kind
    for kind in (
        errors.MediaError,
        errors.NotAVideo,
        errors.DamagedVideo,
        errors.DecoderFailed,
        errors.TimeOutsideVideo,
    )
}
_INFO_TYPES = {"float": float, "int": int, "str": str, "bool": bool}


def read_frame(header: Header, child: ChildProcess, limits: DecoderLimits, max_side: int | None) -> Frame:
    """Check a frame's header, then receive its pixels.

    Raises:
        ChildLost: The size is not one that was asked for, or the pixels do not come.
    """
    width, height = _whole(header, "width"), _whole(header, "height")
    longest = limits.max_side * 8 if max_side is None else max_side  # a pixel aspect can widen a picture
    if not (0 < width <= longest and 0 < height <= longest and width * height <= limits.max_pixels * 8):
        raise ChildLost(f"announced a picture of {width}x{height}")
    seconds = _number(header, "pts_seconds")
    if seconds < 0:
        raise ChildLost(f"announced a picture at {seconds} s")
    body = child.receive_body(width * height * 3)
    return Frame(seconds, np.frombuffer(body, dtype=np.uint8).reshape(height, width, 3))


def read_sample(header: Header, child: ChildProcess, limits: DecoderLimits, max_side: int) -> Sample:
    """Check a sample's header, then receive its picture if it has one.

    Raises:
        ChildLost: A value is missing or impossible.
    """
    seconds, activity = _number(header, "pts_seconds"), header.get("activity")
    if activity is not None:
        activity = _number(header, "activity")
        if not 0 <= activity <= 1:
            raise ChildLost(f"measured an activity of {activity}")
    if seconds < 0 or type(header.get("is_cut")) is not bool:
        raise ChildLost(f"announced a sample at {seconds} s")
    frame = read_frame(header, child, limits, max_side) if "width" in header else None
    return Sample(seconds, activity, header["is_cut"], frame)


def read_places(header: Header, count: int) -> list[int]:
    """Read which of ``count`` requested times a frame answers.

    Raises:
        ChildLost: They are no such places.
    """
    places = header.get("places")
    if not isinstance(places, list) or not all(type(place) is int and 0 <= place < count for place in places):
        raise ChildLost("answered a time that was not asked for")
    return places


def read_info(header: Header) -> VideoInfo:
    """Read the facts about a video.

    Raises:
        ChildLost: A fact is missing, of the wrong type or impossible.
    """
    values: dict[str, Any] = {}
    for field in fields(VideoInfo):
        value, wanted = header.get(field.name), _INFO_TYPES[str(field.type)]
        if type(value) is not wanted or (isinstance(value, int | float) and not 0 <= value < math.inf):
            raise ChildLost(f"said that {field.name} is {value!r:.80}")
        values[field.name] = value
    info = VideoInfo(**values)
    if len(info.recorded_at) > MAX_RECORDED_AT:
        raise ChildLost("told a creation time that is none")
    if info.duration_seconds <= 0 or info.width < 1 or info.height < 1:
        raise ChildLost("described a video without extent")
    return info


def read_damage(header: Header) -> Unseen:
    """Read a span that could not be decoded.

    Raises:
        ChildLost: It is no span.
    """
    try:
        span = Span(_number(header, "start"), _number(header, "end"))
    except ValueError as error:
        raise ChildLost(f"reported damage that is no span ({error})") from None
    return Unseen(span, str(header.get("reason"))[:500])


def read_error(header: Header) -> errors.MediaError:
    """Read why the request failed, as one of this package's errors."""
    kind = _ERRORS.get(str(header.get("error")), errors.DecoderFailed)
    return kind(str(header.get("message"))[:4000])


def _number(header: Header, name: str) -> float:
    value = header.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ChildLost(f"said that {name} is {value!r:.80}")
    return float(value)


def _whole(header: Header, name: str) -> int:
    value = header.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ChildLost(f"said that {name} is {value!r:.80}")
    return value
