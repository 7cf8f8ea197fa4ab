"""Packets read by the tables of an MP4 are those that ffmpeg gives; where that is in doubt it reads them."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import pytest
from av.container import InputContainer
from av.video.stream import VideoStream
from barcode_video import irregular, steady, write_barcodes, write_edits, write_streams
from drawn_video import passing, write_drawn
from mp4_kit import box, numbers, replace_box, rows_of, table

from indexer.errors import NotAVideo
from indexer.media import mp4_runs, mp4_tables
from indexer.media.codec_log import CodecLog
from indexer.media.formats import video_stream
from indexer.media.levels.walker import LevelsWalk
from indexer.media.limits import DecoderLimits
from indexer.media.mp4_ends import Seen
from indexer.media.mp4_packets import Mp4Packets, open_packets
from indexer.media.samples import WalkPlan
from indexer.media.video_file import VideoFiles

B_FRAMES = {"g": "24", "bf": "2"}
X265 = {"preset": "ultrafast", "x265-params": "log-level=0:keyint=40:bframes=3"}
FILES: dict[str, dict[str, Any]] = {
    "steady.mp4": {"times": steady(300)},
    "irregular.mp4": {"times": irregular(300)},
    "late.mov": {"times": steady(150, start=Fraction(15, 2))},
    "all_keys.mp4": {"times": steady(110), "options": {"g": "1"}},
    "no_b_frames.mp4": {"times": irregular(150), "options": {"g": "50", "bf": "0"}},
    "one.mp4": {"times": steady(1)},
    "first.mp4": {"times": steady(120), "container_options": {"movflags": "faststart"}},
    "negative.mp4": {"times": steady(120), "container_options": {"movflags": "negative_cts_offsets"}},
    "open.mp4": {"times": steady(120), "options": {"x264-params": "open-gop=1:keyint=20:bframes=3:aud=1"}},
    "refresh.mov": {"times": steady(120), "options": {"x264-params": "intra-refresh=1:keyint=30"}},
    "hevc.mov": {"times": steady(90), "codec": "libx265", "options": X265},
    "mpeg4.mp4": {"times": steady(90), "codec": "mpeg4", "options": {"g": "20"}, "ticks": Fraction(1, 25)},
    "av1.mp4": {"times": steady(60), "codec": "libsvtav1", "options": {"g": "20", "preset": "12"}},
}


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    with av.open(str(path)) as container:
        yield container, video_stream(path, container)


def by_tables(path: Path) -> Mp4Packets | None:
    """The packets by the tables; ffmpeg has the file closed again."""
    with opened(path) as (container, stream):
        found = open_packets(path, container, stream, lambda: opened(path), lambda: None)
    return found and found[0]


def by_ffmpeg(path: Path) -> list[Seen]:
    with opened(path) as (container, stream):
        return [Seen.of(packet) for packet in container.demux(stream) if packet.size]


def check_same(path: Path) -> None:
    packets = by_tables(path)
    assert packets is not None
    with closing(packets):
        read = [Seen.of(packet) for packet in packets.demux()]
        assert not packets.has_fallen_back
    assert read == by_ffmpeg(path)


@pytest.mark.parametrize("name", FILES)
def test_packets_are_those_of_ffmpeg(name: str, tmp_path: Path) -> None:
    """Times, lengths, marks of key frames, bytes, order: all equal, and ffmpeg read none of them."""
    write_barcodes(tmp_path / name, **{"options": B_FRAMES, **FILES[name]})
    check_same(tmp_path / name)


def test_windows_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand samples are compared at the start; behind them windows of the tables follow each other."""
    path = tmp_path / "long.mp4"
    write_barcodes(path, irregular(2500), options=B_FRAMES)
    monkeypatch.setattr(mp4_tables, "WINDOW", 1001)
    monkeypatch.setattr(mp4_runs, "_ROWS", 17)
    check_same(path)


def test_sound_between_the_pictures_is_left_out(tmp_path: Path) -> None:
    """And of several streams of pictures, it is the chosen one's that is read."""
    path = tmp_path / "streams.mp4"
    write_streams(path, [{"first_number": 0}, {"first_number": 100}], with_sound=True)
    check_same(path)


def test_places_of_64_bits(tmp_path: Path) -> None:
    path = tmp_path / "wide.mp4"
    write_barcodes(path, steady(120), options=B_FRAMES)
    starts = [[0, *row] for row in rows_of(path, b"stco", 1)]
    replace_box(path, b"stco", table(b"co64", starts))
    check_same(path)


def test_what_is_not_plain_is_left_to_ffmpeg(tmp_path: Path) -> None:
    """Edited, fragmented, of two kinds, encrypted, of codecs whose packets ffmpeg makes itself."""
    edited, kinds, locked = tmp_path / "edited.mp4", tmp_path / "kinds.mp4", tmp_path / "locked.mp4"
    for path in (edited, kinds, locked):
        write_barcodes(path, steady(120), options=B_FRAMES)
    write_edits(edited, [(Fraction(2), Fraction(2))])
    whole = kinds.read_bytes()
    kind = whole.index(b"stsd") + 12
    description = whole[kind : kind + int.from_bytes(whole[kind : kind + 4], "big")]
    replace_box(kinds, b"stsd", box(b"stsd", numbers(0, 2), description * 2))
    locked.write_bytes(whole[: kind + 4] + b"encv" + whole[kind + 8 :])
    fragments, vp9, transport = tmp_path / "fragments.mp4", tmp_path / "vp9.mp4", tmp_path / "stream.ts"
    write_barcodes(fragments, steady(120), container_options={"movflags": "frag_keyframe+empty_moov"})
    write_barcodes(vp9, steady(60), codec="libvpx-vp9", options={"g": "20", "deadline": "realtime"})
    write_barcodes(transport, steady(120), options=B_FRAMES)
    for path in (edited, kinds, fragments, vp9, transport):
        assert by_tables(path) is None, path.name
    with mp4_tables.SampleTables(locked, 1) as tables:
        assert not tables.has_one_clear_description


def test_a_mark_that_the_bytes_belie_is_left_to_ffmpeg(tmp_path: Path) -> None:
    """The tables call a frame a key frame, far from both ends, that is none: ffmpeg reads on from there."""
    path = tmp_path / "belied.mp4"
    write_barcodes(path, steady(480), options=B_FRAMES)
    keys = [row[0] for row in rows_of(path, b"stss", 1)]
    wrong = next(number for number in range(200, 250) if number not in keys)
    replace_box(path, b"stss", table(b"stss", [[key] for key in sorted([*keys, wrong])]))
    packets = by_tables(path)
    assert packets is not None
    with closing(packets):
        read = [Seen.of(packet) for packet in packets.demux() if packet.size]
        assert packets.has_fallen_back
    assert read == by_ffmpeg(path)
    assert not read[wrong - 1].is_keyframe


def test_damaged_tables_are_read_as_by_ffmpeg(tmp_path: Path) -> None:
    """Bytes changed at random, seldom where packets are compared: equal all the same, or left to ffmpeg."""
    path, chance, told = tmp_path / "damaged.mp4", random.Random(5), 0
    write_barcodes(path, irregular(601), options=B_FRAMES)
    good = path.read_bytes()
    tables = [(good.index(kind) + 12, good.index(after)) for kind, after in
              [(b"stts", b"stss"), (b"stss", b"ctts"), (b"ctts", b"stsc"), (b"stsz", b"stco")]]  # fmt: skip
    for _ in range(120):
        bad = bytearray(good)
        for _ in range(chance.choice([1, 1, 3])):
            place = chance.randrange(*chance.choice(tables))
            bad[place] = chance.choice([0, bad[place] ^ 1, chance.randrange(256)])
        path.write_bytes(bad)
        try:
            packets = by_tables(path)
        except (av.FFmpegError, NotAVideo, UnicodeDecodeError):
            continue  # refused before the tables matter
        if packets is not None:
            with closing(packets):
                read = [Seen.of(packet) for packet in packets.demux() if packet.size]
            assert read == by_ffmpeg(path)
            told += 1
    assert told > 5


def test_a_file_that_is_cut_short_while_it_is_read(tmp_path: Path) -> None:
    """What is left of it comes as ffmpeg gives it, the last packet in part."""
    path = tmp_path / "cut.mp4"
    write_drawn(path, passing(0, 20, 20), options={"g": "50", "preset": "ultrafast"}, noise=6)
    whole = path.read_bytes()
    assert len(whole) > 1_000_000
    moved = tmp_path / "first.mp4"
    with av.open(str(path)) as source, av.open(str(moved), "w", options={"movflags": "faststart"}) as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)
    packets = by_tables(moved)
    assert packets is not None
    with closing(packets):
        reading = packets.demux()
        read = [Seen.of(packet) for packet in islice(reading, 30)]
        os.truncate(moved, len(whole) // 2)
        read += [Seen.of(packet) for packet in reading if packet.size]
        assert packets.has_fallen_back
    assert 100 < len(read) < 400
    assert read == by_ffmpeg(moved)


@pytest.mark.parametrize(("name", "open_while_walked"), [("plain.mp4", 0), ("other.mkv", 1)])
def test_a_plain_mp4_is_closed_while_it_is_walked(
    name: str, open_while_walked: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that what ffmpeg keeps of its frames does not stay in memory."""
    path, containers, really_open = tmp_path / name, [], av.open
    write_drawn(path, passing(0, 90, 90), options={"g": "25", "keyint_min": "25", "preset": "ultrafast"})

    def listening(*args: Any, **options: Any) -> Any:
        containers.append(really_open(*args, **options))
        return containers[-1]

    monkeypatch.setattr(av, "open", listening)
    limits, log = DecoderLimits(), CodecLog()
    files = VideoFiles(limits, lambda: None, log)
    with LevelsWalk(files, path, WalkPlan(8, 96), limits, log.patched_up, lambda: None) as walking:
        seen = walking.seen()
        next(seen)
        assert not walking._reader.is_done
        assert sum(len(container.streams) > 0 for container in containers) == open_while_walked
        assert len(containers) >= 2
        assert len(list(seen)) > 20


@pytest.mark.real
def test_packets_of_real_clips(real_clips: Path) -> None:
    for path in sorted(real_clips.glob("*.mp4")):
        check_same(path)
