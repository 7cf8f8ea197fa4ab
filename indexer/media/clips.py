"""Stretches of a video cut out without encoding them again, in the child.

A clip begins at the key frame at or before the moment, for decoding can begin nowhere else, and holds every
packet from there to the moment's end. The hash over its packets is made from the source alone, so it can be
made again at any time and does not depend on the container that the clip is written in: SHA-256 over each
video packet in file order, its PTS and its size (8 bytes each, signed, big-endian) and then its bytes.
"""

from __future__ import annotations

import hashlib
import io
import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Discard, Stream
from av.video.stream import VideoStream

from indexer.errors import MediaError
from indexer.media.evidence import MAX_CLIP_BYTES
from indexer.media.messages import Header
from indexer.media.packets import packet_pts
from indexer.media.video_file import VideoFile, VideoFiles
from indexer.media.walking import check_inside
from indexer.timeline import Span, format_seconds

_TOLERANCE = Fraction(1, 1_000_000)
"""So that the float of a PTS ends before its frame."""
_MAX_LEAD_SECONDS = 60.0
"""How far before the moment a clip may begin; some recordings have a key frame at their start only."""
_LATE_SOUND_SECONDS = 1.0
"""How far behind the pictures a container may store the sound that goes with them."""
_MP4_PICTURES = ("h264", "hevc", "av1", "mpeg4")
_MP4_SOUND = ("aac", "mp3", "ac3", "eac3", "opus", "flac", "alac")
_WEBM_PICTURES, _WEBM_SOUND = ("vp8", "vp9"), ("opus", "vorbis")
_ASF_PICTURES = ("wmv1", "wmv2", "wmv3", "vc1", "msmpeg4v3")
AnyPacket: TypeAlias = "Packet[Any]"
_PREFIX = struct.Struct(">qq")


@dataclass
class _Taken:
    """The packets of one clip."""

    pictures: list[AnyPacket] = field(default_factory=list)
    sound: list[AnyPacket] = field(default_factory=list)
    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add_picture(self, packet: AnyPacket, pts: int) -> None:
        data = bytes(packet)
        self.digest.update(_PREFIX.pack(pts, len(data)))
        self.digest.update(data)
        self.pictures.append(packet)
        self.size += len(data)


def cut(
    files: VideoFiles, path: Path, span: Span, beat: Callable[[], None], *, with_data: bool
) -> tuple[Header, memoryview]:
    """Cut a span out of a file; return the message with the facts about the clip, and the clip.

    Raises:
        MediaError: It cannot be cut without encoding it again, or is too large.
    """
    video = files.get(path)
    check_inside(video, span.start_seconds)
    first = _keyframe_before(video, span.start_seconds)
    end = (Fraction(span.end_seconds) - _TOLERANCE) / video.index.time_base
    last = math.ceil(end) + int(video.index.pts[0])
    for seek in (True, False):  # a container that lands elsewhere is read from its start
        with files.opened_whole(path) as (container, stream):
            sound = _discard_others(container, stream)
            if seek:
                container.seek(first, stream=stream)
            taken = _take(video, container, stream, sound, (first, last), beat)
            if taken is not None:
                name = _container_for(stream)
                facts = _facts(video, taken, name, _remark(stream, sound, taken))  # before packets are moved
                data = _mux(taken, name, video.name) if with_data else memoryview(b"")
                return facts | {"size": len(data)}, data
    raise MediaError(f"{video.name}: the key frame before {span} is not where its index says")


def _keyframe_before(video: VideoFile, seconds: float) -> int:
    index = video.index
    place = index.keyframe_position(index.displayed_at(seconds))
    if index.counts or index.splices is not None or place < 0:
        raise MediaError(
            f"{video.name} cannot be cut without encoding it again: its packets carry no times of their own, "
            "or its clock jumps"
        )
    keyframe = int(index.keyframes[place])
    lead = seconds - index.seconds(keyframe)
    if lead > _MAX_LEAD_SECONDS:
        raise MediaError(
            f"{video.name} cannot be cut at {format_seconds(seconds)} without encoding it again: "
            f"the key frame before it lies {lead:.0f} s earlier"
        )
    return keyframe


def _discard_others(container: InputContainer, stream: VideoStream) -> AudioStream | None:
    """Let only the pictures and the first sound be read."""
    sound = next((each for each in container.streams.audio if each.codec_context is not None), None)
    for other in container.streams:
        other.discard = Discard.default if other in (stream, sound) else Discard.all
    return sound


def _take(
    video: VideoFile,
    container: InputContainer,
    stream: VideoStream,
    sound: AudioStream | None,
    ticks: tuple[int, int],
    beat: Callable[[], None],
) -> _Taken | None:
    """Collect the packets; None when the key frame does not come where it should."""
    first, last = ticks
    taken, started = _Taken(), False
    until = last + int(_LATE_SOUND_SECONDS / video.index.time_base) if sound is not None else last
    for packet in _packets(container, [stream] if sound is None else [stream, sound], beat):
        if packet.stream.index != stream.index:
            if started and sound is not None and _within(packet, video, ticks):
                taken.sound.append(packet)
                taken.size += packet.size
            continue
        pts = packet_pts(packet)
        if not started:
            if pts is not None and pts > first and packet.is_keyframe:
                return None
            started = pts == first and packet.is_keyframe and _in_place(video, packet, first)
        if not started:
            continue
        if packet.dts is not None and packet.dts >= until:
            break
        if pts is not None and pts >= first and (packet.dts is None or packet.dts < last):
            taken.add_picture(packet, pts)
        if taken.size > MAX_CLIP_BYTES:
            raise MediaError(
                f"{video.name}: the clip would be larger than {MAX_CLIP_BYTES >> 20} MiB; "
                "make the moment shorter, or divide it"
            )
    return taken if taken.pictures else None


def _packets(
    container: InputContainer, wanted: list[Stream], beat: Callable[[], None]
) -> Iterator[AnyPacket]:
    try:
        for packet in container.demux(wanted):
            beat()
            if packet.size:
                yield packet
    except MemoryError:
        raise
    except (av.FFmpegError, IndexError):  # damaged here: what came before is the clip
        return


def _in_place(video: VideoFile, packet: AnyPacket, pts: int) -> bool:
    return video.index.places.get(pts, packet.pos) == packet.pos


def _within(packet: AnyPacket, video: VideoFile, ticks: tuple[int, int]) -> bool:
    if packet.pts is None:
        return False
    time, base = packet.pts * packet.time_base, video.index.time_base
    return ticks[0] * base <= time < ticks[1] * base


def _container_for(stream: VideoStream) -> str:
    codec = stream.codec_context.codec.canonical_name
    if codec in _WEBM_PICTURES:
        return "webm"
    if codec in _ASF_PICTURES:
        return "asf"
    return "mp4" if codec in _MP4_PICTURES else "matroska"


def _holds(container: str, sound: AudioStream) -> bool:
    codec = sound.codec_context.codec.canonical_name
    return codec in {"mp4": _MP4_SOUND, "webm": _WEBM_SOUND}.get(container, (codec,))


def _remark(stream: VideoStream, sound: AudioStream | None, taken: _Taken) -> str:
    if sound is None or (taken.sound and _holds(_container_for(stream), sound)):
        return ""
    if not taken.sound:
        return "without the sound, which has a gap here"
    return f"without the sound, which is {sound.codec_context.codec.canonical_name}"


def _mux(taken: _Taken, container: str, name: str) -> memoryview:
    """Write the packets into a new container; its clock begins at the first picture."""
    file = io.BytesIO()
    origin = _time(taken.pictures[0])
    _complete_dts(taken.pictures)
    try:
        # Without "bitexact" the muxer writes its version and random numbers into the file.
        with av.open(file, "w", format=container, options={"fflags": "+bitexact"}) as output:
            streams = _output_streams(output, container, taken)
            packets: list[AnyPacket] = [*taken.pictures, *taken.sound]
            for packet in sorted(packets, key=_decoding_time):
                if packet.stream.index in streams:
                    output.mux(_shifted(packet, origin, streams[packet.stream.index]))
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError) as error:
        raise MediaError(f"{name} cannot be cut without encoding it again ({error})") from None
    return file.getbuffer()


def _output_streams(output: OutputContainer, container: str, taken: _Taken) -> dict[int, Stream]:
    streams: dict[int, Stream] = {}
    pictures = taken.pictures[0].stream
    streams[pictures.index] = output.add_stream_from_template(pictures, opaque=True)
    if taken.sound and _holds(container, taken.sound[0].stream):
        sound = taken.sound[0].stream
        streams[sound.index] = output.add_stream_from_template(sound, opaque=True)
    return streams


def _time(packet: AnyPacket) -> Fraction:
    ticks = packet.dts if packet.pts is None else packet.pts
    return Fraction(ticks or 0) * packet.time_base


def _decoding_time(packet: AnyPacket) -> Fraction:
    return Fraction(packet.dts) * packet.time_base if packet.dts is not None else _time(packet)


def _complete_dts(packets: list[AnyPacket]) -> None:
    """Give every packet a time of decoding, where the container left some out, as Matroska does."""
    if all(packet.dts is not None for packet in packets):
        return
    times = [pts for packet in packets if (pts := packet_pts(packet)) is not None]
    delay = max(shown - pts for shown, pts in zip(sorted(times), times, strict=True))
    for packet, shown in zip(packets, sorted(times), strict=True):
        packet.pts, packet.dts = packet_pts(packet), shown - delay


def _shifted(packet: AnyPacket, origin: Fraction, stream: Stream) -> AnyPacket:
    ticks = round(origin / packet.time_base)
    pts = packet.dts if packet.pts is None else packet.pts
    dts = pts if packet.dts is None else packet.dts
    packet.pts, packet.dts = (None if each is None else each - ticks for each in (pts, dts))
    packet.stream = stream
    return packet


def _facts(video: VideoFile, taken: _Taken, container: str, remark: str) -> Header:
    index = video.index
    times = [pts for packet in taken.pictures if (pts := packet_pts(packet)) is not None]
    last = index.position(max(times)) + 1
    end = int(index.pts[last]) if last < len(index.pts) else index.end
    return {
        "kind": "clip",
        "pts": times[0],
        "start": max(0.0, index.seconds(times[0])),
        "end": index.seconds(end),
        "time_base": [index.time_base.numerator, index.time_base.denominator],
        "packets": len(times),
        "packets_sha256": taken.digest.hexdigest(),
        "container": container,
        "remark": remark,
    }
