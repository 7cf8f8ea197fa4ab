"""Fingerprints of frames and clips without encoding again, held against what PyAV reads by itself."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from barcode_video import read_number, steady, write_barcodes

from indexer.errors import DecoderFailed, MediaError, TimeOutsideVideo
from indexer.media.evidence import EvidenceDecoder
from indexer.timeline import Span


@pytest.fixture(scope="module")
def evidence() -> Iterator[EvidenceDecoder]:
    with EvidenceDecoder() as decoder:
        yield decoder


def write(
    path: Path, layout: str, codec: str, size: tuple[int, int] = (162, 98), *, sound: bool = False
) -> None:
    """Write two seconds in which every frame differs, with a key frame every ten."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=25, options={"g": "10"})
        stream.width, stream.height, stream.pix_fmt = *size, layout
        audio = output.add_stream("aac", rate=16_000, layout="mono") if sound else None
        for number in range(50):
            pixels = np.full((size[1], size[0], 3), 3 * number, np.uint8)
            pixels[: number + 8, ::3] = 200
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=layout)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
            if audio is not None:
                tone = av.AudioFrame.from_ndarray(
                    np.zeros((1, 640), np.float32), format="fltp", layout="mono"
                )
                tone.sample_rate, tone.pts = 16_000, 640 * number
                output.mux(audio.encode(tone))
        output.mux(stream.encode())
        if audio is not None:
            output.mux(audio.encode())


def decoded(path: Path, number: int) -> av.VideoFrame:
    with av.open(str(path)) as source:
        return list(source.decode(video=0))[number]


@pytest.mark.parametrize(
    ("name", "layout", "codec"),
    [
        ("a.mp4", "yuv420p", "libx264"),
        ("b.mp4", "yuv444p", "libx264"),
        ("c.mp4", "yuv420p10le", "libx265"),
        ("d.mkv", "gray", "ffv1"),
        ("e.avi", "bgr24", "rawvideo"),
        ("f.mkv", "yuvj420p", "mjpeg"),
    ],
)
def test_the_hash_is_of_the_planes_as_they_are_decoded(
    evidence: EvidenceDecoder, tmp_path: Path, name: str, layout: str, codec: str
) -> None:
    """The same bytes that PyAV gives as an array of that layout; the padding of its rows is left out."""
    path = tmp_path / name
    write(path, layout, codec)
    [(taken, frame)] = evidence.prints_at(path, [1.2], max_side=64)
    own = decoded(path, 30)
    assert (taken.pts, taken.time_base) == (own.pts, own.time_base)
    assert (taken.width, taken.height, taken.pixel_format) == (162, 98, own.format.name)
    assert taken.sha256 == hashlib.sha256(own.to_ndarray().tobytes()).hexdigest()
    assert max(frame.pixels.shape[:2]) == 64 and frame.pts_seconds == taken.pts_seconds


def test_frames_come_in_the_order_asked_and_differ(evidence: EvidenceDecoder, steady_mp4: Path) -> None:
    """A print belongs to its frame: the number in its picture says so; a time outside is refused."""
    found = evidence.prints_at(steady_mp4, [4.0, 0.0, 4.0], max_side=160)
    assert [read_number(frame.pixels) for _, frame in found] == [100, 0, 100]
    assert found[0][0] == found[2][0] and found[0][0].sha256 != found[1][0].sha256
    assert len(found[0][0].miniature) == 512
    with pytest.raises(TimeOutsideVideo):
        evidence.prints_at(steady_mp4, [8.0], max_side=64)


def source_packets(path: Path, first: int, last: int) -> list[tuple[int, bytes]]:
    """PTS and bytes of the packets from the key frame ``first`` on that are decoded before ``last``."""
    with av.open(str(path)) as source:
        packets = [
            (packet.pts, packet.dts, bytes(packet))
            for packet in source.demux(video=0)
            if packet.pts is not None
        ]
    place = next(number for number, packet in enumerate(packets) if packet[0] == first)
    return [(pts, data) for pts, dts, data in packets[place:] if pts >= first and dts < last]


def keyframe_before(path: Path, seconds: float) -> int:
    with av.open(str(path)) as source:
        packets = [
            packet for packet in source.demux(video=0) if packet.is_keyframe and packet.pts is not None
        ]
        return max(packet.pts for packet in packets if packet.pts * packet.time_base <= seconds)


def test_a_clip_holds_the_packets_as_they_are(evidence: EvidenceDecoder, steady_mp4: Path) -> None:
    """From the key frame before the moment on; its frames are the source's, to the bit."""
    clip = evidence.cut(steady_mp4, Span(2.5, 3.2))
    first = keyframe_before(steady_mp4, 2.5)
    last = round(Fraction(16, 5) / clip.time_base)
    begins = round(first * clip.time_base * 25)
    assert clip.first_pts == first and begins > 24, "it begins at the nearest key frame"
    assert clip.span.start_seconds == pytest.approx(begins / 25) and clip.span.covers(Span(2.5, 3.2))
    wanted = source_packets(steady_mp4, first, last)
    digest = hashlib.sha256()
    for pts, data in wanted:
        digest.update(struct.pack(">qq", pts, len(data)) + data)
    assert (clip.packets, clip.packets_sha256) == (len(wanted), digest.hexdigest())
    with av.open(io.BytesIO(clip.data)) as cut:
        frames = list(cut.decode(video=0))
    assert frames[0].time == 0
    numbers = [read_number(frame.to_ndarray(format="rgb24")) for frame in frames]
    assert numbers[: 80 - begins] == list(range(begins, 80)), "the moment is whole"
    [(there, _)] = evidence.prints_at(steady_mp4, [2.5], max_side=64)
    here = hashlib.sha256(frames[62 - begins].to_ndarray().tobytes()).hexdigest()
    assert here == there.sha256
    assert evidence.cut(steady_mp4, Span(2.5, 3.2), with_data=False).data == b""
    assert evidence.cut(steady_mp4, Span(2.5, 3.2)).data == clip.data, "cut again, it is the same file"


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [("a.ts", "libx264", "mp4"), ("b.mkv", "libx264", "mp4"), ("c.webm", "libvpx-vp9", "webm"),
     ("d.avi", "mpeg4", "mp4"), ("e.mkv", "mpeg2video", "matroska"), ("f.mov", "libx265", "mp4")],
)  # fmt: skip
def test_clips_of_other_containers_play(
    evidence: EvidenceDecoder, tmp_path: Path, name: str, codec: str, container: str
) -> None:
    """Whatever the source is stored in: the clip decodes, and holds the moment."""
    path = tmp_path / name
    options = {"g": "24", **({"cpu-used": "8"} if codec == "libvpx-vp9" else {})}
    ticks = Fraction(1, 25) if codec.startswith("mpeg") else Fraction(1, 90000)
    write_barcodes(path, steady(100), codec=codec, options=options, ticks=ticks)
    clip = evidence.cut(path, Span(2.0, 2.6))
    assert clip.container == container and clip.span.covers(Span(2.0, 2.6))
    with av.open(io.BytesIO(clip.data)) as cut:
        numbers = [read_number(frame.to_ndarray(format="rgb24")) for frame in cut.decode(video=0)]
    assert set(range(50, 65)) <= set(numbers)
    assert numbers[0] == round(clip.span.start_seconds * 25)


def test_a_clip_keeps_the_sound(evidence: EvidenceDecoder, tmp_path: Path) -> None:
    """Of its own stretch."""
    path = tmp_path / "sound.mp4"
    write(path, "yuv420p", "libx264", sound=True)
    clip = evidence.cut(path, Span(0.9, 1.5))
    with av.open(io.BytesIO(clip.data)) as cut:
        seconds = sum(frame.samples for frame in cut.decode(audio=0)) / 16_000
    assert clip.remark == "" and seconds == pytest.approx(0.7, abs=0.15)


def test_what_cannot_be_cut_says_why(evidence: EvidenceDecoder, tmp_path: Path, steady_mp4: Path) -> None:
    """Packets without times, a moment that is too long, one outside, one far from its key frame."""
    raw = tmp_path / "raw.h264"
    write_barcodes(raw, steady(50))
    with pytest.raises(MediaError, match="carry no times"):
        evidence.cut(raw, Span(1, 1.5))
    with pytest.raises(MediaError, match="10 minutes"):
        evidence.cut(steady_mp4, Span(0, 601))
    with pytest.raises(TimeOutsideVideo):
        evidence.cut(steady_mp4, Span(8, 9))
    sparse = tmp_path / "sparse.mp4"
    write_barcodes(
        sparse, [Fraction(number, 2) for number in range(150)], options={"g": "1000", "sc_threshold": "0"}
    )
    with pytest.raises(MediaError, match="70 s earlier"):
        evidence.cut(sparse, Span(70, 71))


def test_the_parent_believes_nothing_of_it(evidence: EvidenceDecoder, steady_mp4: Path) -> None:
    """A child that a crafted video took over names no other container, and no impossible number."""
    from indexer.media import evidence as module
    from indexer.media.process import ChildLost

    good = {"pts": 0, "time_base": [1, 25], "start": 0.0, "end": 1.0, "packets": 1,
            "packets_sha256": "0" * 64, "container": "mp4", "remark": "", "size": 0}  # fmt: skip
    wrong = {"container": "sh", "packets": -1, "packets_sha256": "../x", "size": 1 << 40,
             "time_base": [0, 1], "start": 2.0, "pts": 1 << 64, "end": float("nan")}  # fmt: skip
    for name, value in wrong.items():
        with pytest.raises(ChildLost):
            module._read_clip({**good, name: value}, None)  # type: ignore[arg-type]
    with pytest.raises((MediaError, DecoderFailed)):
        evidence.cut(steady_mp4.with_name("not-there.mp4"), Span(0, 1))
