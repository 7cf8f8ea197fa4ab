"""Turns the child's messages into values, believing none: the child reads files that nobody trusts."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np

from indexer import errors
from indexer.media.beside import CHUNK_SAMPLES, MAX_TRACKS, Sound, Subtitles
from indexer.media.info import MAX_RECORDED_AT, VideoInfo
from indexer.media.limits import DecoderLimits
from indexer.media.messages import Header
from indexer.media.planes import MATRICES, RANGES, Colours, Planes, colour_side
from indexer.media.process import ChildLost, ChildProcess
from indexer.media.samples import Sample
from indexer.texts.model import MAX_TEXT, MAX_TEXTS, TextSource, TimedText
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
MOST_AROUND = 250
"""Frames told on each side of a time, at most."""
_INFO_TYPES = {"float": float, "int": int, "str": str, "bool": bool}


def read_frame(header: Header, child: ChildProcess, limits: DecoderLimits, max_side: int | None) -> Frame:
    """Check a frame's header, then receive its pixels.

    Raises:
        ChildLost: The size is not one that was asked for, or the pixels do not come.
    """
    width, height = _size(header, limits, max_side)
    seconds = _number(header, "pts_seconds")
    if seconds < 0:
        raise ChildLost(f"announced a picture at {seconds} s")
    if "colours" in header:
        return Frame(seconds, _read_planes(header, child, width, height))
    body = child.receive_body(width * height * 3)
    return Frame(seconds, np.frombuffer(body, dtype=np.uint8).reshape(height, width, 3))


def _size(header: Header, limits: DecoderLimits, max_side: int | None) -> tuple[int, int]:
    width, height = _whole(header, "width"), _whole(header, "height")
    longest = limits.max_side * 8 if max_side is None else max_side  # a pixel aspect can widen a picture
    if not (0 < width <= longest and 0 < height <= longest and width * height <= limits.max_pixels * 8):
        raise ChildLost(f"announced a picture of {width}x{height}")
    return width, height


def _read_planes(header: Header, child: ChildProcess, width: int, height: int) -> Planes:
    turns, mirrored, colours = _whole(header, "quarter_turns"), header.get("mirrored"), header["colours"]
    if not (0 <= turns <= 3 and type(mirrored) is bool and isinstance(colours, dict)):
        raise ChildLost("announced a picture without its orientation or colours")
    matrix, light = _whole(colours, "matrix"), _whole(colours, "range")
    if matrix not in MATRICES or light not in RANGES:
        raise ChildLost("announced a picture in colours that do not exist")
    half = (colour_side(height), colour_side(width))
    brightness, colour = width * height, half[0] * half[1]
    body = np.frombuffer(child.receive_body(brightness + 2 * colour), dtype=np.uint8)
    y, u, v = np.split(body, [brightness, brightness + colour])
    planes = y.reshape(height, width), u.reshape(half), v.reshape(half)
    return Planes(planes, Colours(matrix, light), turns, mirrored)


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


def read_times(header: Header, most: int) -> list[float]:
    """Read the times of frames, in their order.

    Raises:
        ChildLost: There are too many, or they are no such times.
    """
    times = header.get("times")
    if not isinstance(times, list) or len(times) > most:
        raise ChildLost("told no times of frames")
    if not all(type(time) is float and 0 <= time < math.inf for time in times) or times != sorted(times):
        raise ChildLost("told times of frames that are none")
    return times


def read_subtitles(header: Header) -> Subtitles:
    """Read a file's subtitles.

    Raises:
        ChildLost: There are too many, or one of them is none.
    """
    cues, labels = header.get("cues"), header.get("labels")
    unreadable = header.get("unreadable")
    if not (isinstance(cues, list) and isinstance(labels, dict) and isinstance(unreadable, list)):
        raise ChildLost("told no subtitles")
    if len(cues) > MAX_TEXTS or len(unreadable) > MAX_TRACKS:
        raise ChildLost(f"told {len(cues)} subtitles of {len(unreadable)} unreadable tracks")
    texts = [text for cue in cues if (text := _subtitle(cue, labels)) is not None]
    named = tuple(str(each)[:100] for each in unreadable)
    return Subtitles(tuple(texts), named, _whole(header, "skipped"))


def _subtitle(cue: object, labels: dict[str, object]) -> TimedText | None:
    """Read one subtitle; what ends before the first picture is none."""
    if not isinstance(cue, list) or len(cue) != 4:
        raise ChildLost("told a subtitle that is none")
    track, start, end, text = cue
    header = {"start": start, "end": end}
    start, end = _number(header, "start"), _number(header, "end")
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise ChildLost("told a subtitle without words")
    if end <= max(0.0, start):
        return None
    origin = str(labels.get(str(track), "track"))[:60]
    return TimedText(Span(max(0.0, start), end), text, TextSource.SUBTITLES, origin)


def read_sound(header: Header, child: ChildProcess) -> Sound:
    """Check a stretch of sound's header, then receive its samples.

    Raises:
        ChildLost: It is impossible, or the samples do not come.
    """
    start, count = _number(header, "pts_seconds"), _whole(header, "samples")
    if start < 0 or not 0 < count <= CHUNK_SAMPLES:
        raise ChildLost(f"announced {count} samples of sound at {start} s")
    return Sound(start, np.frombuffer(child.receive_body(2 * count), dtype="<i2"))


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
