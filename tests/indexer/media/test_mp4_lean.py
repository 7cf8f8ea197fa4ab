"""A long plain MP4 is opened without ffmpeg's handling of edits, which does nothing there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from av.container import InputContainer
from barcode_video import irregular, steady, write_barcodes, write_edits, write_streams

from indexer.media import mp4_lean
from indexer.media.formats import open_container, video_stream
from indexer.media.mp4_ends import Seen
from indexer.media.mp4_lean import open_lean

B_FRAMES = {"g": "24", "bf": "2"}
MOST_PIXELS = 1 << 24
FILES: dict[str, dict[str, Any]] = {
    "steady.mp4": {"times": steady(120)},
    "late.mov": {"times": steady(60, start=Fraction(15, 2))},
    "no_b_frames.mp4": {"times": irregular(90), "options": {"g": "50", "bf": "0"}},
    "negative.mp4": {"times": steady(60), "container_options": {"movflags": "negative_cts_offsets"}},
    "one.mp4": {"times": steady(1)},
}


@pytest.fixture(autouse=True)
def every_length_is_long(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(mp4_lean, "_LONG", 1)
    yield
    mp4_lean._is_fit.cache_clear()


def told(path: Path, container: InputContainer) -> tuple[Any, ...]:
    """All that is ever asked of the stream, and its packets."""
    stream = video_stream(path, container)
    codec = stream.codec_context
    about = (stream.duration, stream.start_time, stream.time_base, stream.frames, stream.average_rate,
             stream.guessed_rate, stream.metadata, stream.sample_aspect_ratio, container.metadata,
             codec.has_b_frames, codec.width, codec.height, codec.pix_fmt, codec.extradata)  # fmt: skip
    packets = [Seen.of(packet) for packet in container.demux(stream) if packet.size]
    container.seek(packets[len(packets) // 2].pts or 0, stream=stream)
    after = [Seen.of(packet) for packet in container.demux(stream) if packet.size]
    return *about, packets, after


def check_same(path: Path) -> None:
    lean = open_lean(path, MOST_PIXELS)
    assert lean is not None
    with lean, open_container(path, MOST_PIXELS) as usual:
        assert told(path, lean) == told(path, usual)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_told_otherwise(name: str, tmp_path: Path) -> None:
    """Stream, packets, and packets after a seek: equal."""
    write_barcodes(tmp_path / name, **{"options": B_FRAMES, **FILES[name]})
    check_same(tmp_path / name)


def test_sound_beside_the_pictures(tmp_path: Path) -> None:
    write_streams(tmp_path / "sound.mp4", [{"first_number": 0}], with_sound=True)
    check_same(tmp_path / "sound.mp4")


@pytest.mark.parametrize(
    "edits",
    [
        [(Fraction(2), Fraction(2))],
        [(Fraction(2), Fraction(0))],
        [(Fraction(8), Fraction(-1, 25))],
        [(Fraction(2), Fraction(0)), (Fraction(2), Fraction(4))],
    ],
    ids=["from the middle", "to the middle", "before the first frame", "two"],
)
def test_where_edits_do_something_they_are_handled(
    edits: list[tuple[Fraction, Fraction | None]], tmp_path: Path
) -> None:
    path = tmp_path / "edited.mp4"
    write_barcodes(path, steady(200), options=B_FRAMES)
    write_edits(path, edits)
    assert open_lean(path, MOST_PIXELS) is None


def test_an_edit_that_shortens_the_stream_is_handled(tmp_path: Path) -> None:
    """All frames are shown, but the tables tell of a longer stream than the edit."""
    path = tmp_path / "irregular.mp4"
    write_barcodes(path, irregular(120), options=B_FRAMES)
    assert open_lean(path, MOST_PIXELS) is None


def test_what_is_no_plain_mp4_is_opened_as_ever(tmp_path: Path) -> None:
    """Short ones, others, text and pipes too: `open_container` knows what to say of them."""
    short, other, text, pipe = (tmp_path / name for name in ("a.mp4", "b.mkv", "c.mp4", "pipe"))
    write_barcodes(short, steady(50))
    write_barcodes(other, steady(50))
    text.write_text("    ftyp #EXTM3U")
    os.mkfifo(pipe)
    for path in (other, text, pipe, tmp_path / "none.mp4"):
        assert open_lean(path, MOST_PIXELS) is None, path.name
    assert open_lean(short, MOST_PIXELS) is not None


def test_a_short_one_is_opened_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp4_lean, "_LONG", 51)
    write_barcodes(tmp_path / "short.mp4", steady(50))
    assert open_lean(tmp_path / "short.mp4", MOST_PIXELS) is None


@pytest.mark.real
def test_real_clips(real_clips: Path) -> None:
    for path in sorted(real_clips.glob("*.mp4")):
        with av.open(str(path)) as container:
            assert container.streams.video
        check_same(path)
