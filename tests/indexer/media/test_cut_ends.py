"""Files that break off: what lies behind the cut is told, also where it is no more than a few frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from barcode_video import steady, write_barcodes

from indexer.errors import TimeOutsideVideo
from indexer.media.decoder import Decoder
from indexer.media.index import PacketIndex
from indexer.media.samples import WalkMode, WalkPlan
from indexer.media.torn import ends_within_packet

B_FRAMES = {"g": "50", "bf": "3", "b-pyramid": "normal", "sc_threshold": "0"}
MODES = pytest.mark.parametrize("mode", list(WalkMode))
Told = list[tuple[float, float, str]]


def walk(path: Path, mode: WalkMode, decoder: Decoder) -> tuple[set[int], Told]:
    """Return the frames that come and what is told of the others."""
    with decoder.walk(path, WalkPlan(1000.0, 160, mode=mode)) as walked:
        seen = {round(each.pts_seconds * 25) for each in walked if each.frame is not None}
    spans = [
        (each.span.start_seconds * 25, each.span.end_seconds * 25, each.reason) for each in walked.damage
    ]
    return seen, [(round(start, 3), round(end, 3), reason) for start, end, reason in spans]


def untold(seen: set[int], told: Told, frames: int) -> set[int]:
    """Return the frames that neither came nor are told as missing."""
    return {each for each in range(frames) if not any(a <= each + 0.5 < b for a, b, _ in told)} - seen


@MODES
@pytest.mark.parametrize("share", [0.47, 0.5, 0.53, 0.56, 0.59, 0.62])
def test_frames_behind_the_cut_of_a_matroska_file_are_told(
    share: float, mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """A frame that others refer to lies before them in the file: it is there, and they are not."""
    path = tmp_path / "cut.mkv"
    write_barcodes(path, steady(250), options=B_FRAMES)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    seen, told = walk(path, mode, decoder)

    assert len(seen) > 80
    assert untold(seen, told, 250) == set()
    assert told[-1][1:] == (250, "the file ends early: the rest of the recording is missing")
    assert all(reason.startswith(("the file ends early", "damaged")) for *_, reason in told)


def test_such_a_hole_is_found_at_a_files_end_alone() -> None:
    """It is looked for where a file breaks off, at most 16 frames before that, in a steady recording."""
    assert torn([*range(0, 200, 2), 206, 208]) == [(200, 206)]
    assert torn([*range(0, 50, 2), *range(56, 200, 2)]) == []
    assert torn(np.cumsum([2, 5, 3, 9] * 20).tolist()) == []
    assert torn([0, 2, 4, 10]) == []


def torn(pts: list[int]) -> list[tuple[int, int]]:
    """Ask an index of these times."""
    times = np.array(pts, np.int64)
    return PacketIndex(times, times[:1], pts[-1] + 2, Fraction(1, 50)).torn_end()


@MODES
def test_a_transport_stream_that_ends_within_a_packet_breaks_off(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """Nothing in it tells how long it should be, but its packets are all of one length."""
    path = tmp_path / "cut.ts"
    write_barcodes(path, steady(100), options=B_FRAMES)
    whole = path.read_bytes()
    assert (walk(path, mode, decoder)[1], ends_within_packet(path)) == ([], False)

    path.write_bytes(whole[: len(whole) // 2 // 188 * 188 + 100])
    seen, told = walk(path, mode, decoder)

    frames = round(decoder.probe(path).duration_seconds * 25)
    assert len(seen) > 30
    assert untold(seen, told, frames) == set()
    assert told[-1][1] == frames
    assert "breaks off" in told[-1][2]


@pytest.mark.parametrize(("length", "before"), [(188, 0), (192, 4), (204, 0)])
def test_packets_of_transport_streams_are_known_by_their_sync_bytes(
    length: int, before: int, tmp_path: Path
) -> None:
    """Plain ones, those with a time before each, and those with a checksum behind."""
    packet = (bytes(before) + b"\x47").ljust(length, b"\x11")
    path = tmp_path / "any.ts"
    for cut, ends_within in [(0, False), (1, True), (100, True), (length - 1, True), (length, False)]:
        path.write_bytes(b"damaged" + (packet * 30)[: 30 * length - cut])
        assert ends_within_packet(path) is ends_within, cut
    path.write_bytes(packet * 10 + bytes(3000))
    assert not ends_within_packet(path), "what follows is no packet: unknown"
    assert not ends_within_packet(tmp_path / "none.ts")


@MODES
def test_a_live_matroska_recording_that_broke_off_says_so(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """No length in its header, as when the recorder lost power: only its last element is not whole."""
    path = tmp_path / "live.mkv"
    write_barcodes(path, steady(100), options={"g": "25", "bf": "0"}, container_options={"live": "1"})
    whole = path.read_bytes()
    assert decoder.probe(path).missing_end is None
    assert walk(path, mode, decoder)[1] == []
    path.write_bytes(whole[: len(whole) // 2])
    seen, told = walk(path, mode, decoder)
    assert told[-1][:2] == (max(seen), max(seen) + 1)
    assert "breaks off" in told[-1][2]


@MODES
def test_an_avi_that_is_cut_off_is_as_long_as_its_header_says(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """ffmpeg shortens its length by the share of the file that is missing."""
    path = tmp_path / "cut.avi"
    write_barcodes(path, steady(250), codec="mpeg4", options={"g": "10", "bf": "0"}, ticks=Fraction(1, 25))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    seen, told = walk(path, mode, decoder)
    assert decoder.probe(path).claimed_seconds == pytest.approx(10)
    assert told[-1][1:] == (250, "the file ends early: the rest of the recording is missing")
    assert untold(seen, told, 250) == set()


def test_a_time_behind_the_cut_is_refused_with_both_lengths(tmp_path: Path, decoder: Decoder) -> None:
    """The library shows the length that the recording had: the error names that one too."""
    path = tmp_path / "cut.mkv"
    write_barcodes(path, steady(250), options={"g": "25", "bf": "0"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(TimeOutsideVideo, match=r"cut\.mkv ends early, at 0:0[345]\S* \([345].*s\) of 0:10: "):
        decoder.frames_at(path, [8.0])


def test_a_time_behind_a_break_of_untold_length_is_refused_with_the_break(
    tmp_path: Path, decoder: Decoder
) -> None:
    """A transport stream tells no length, but that it ends in the middle of its data."""
    path = tmp_path / "cut.ts"
    write_barcodes(path, steady(250), options={"g": "25", "bf": "0"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 188 * 188 + 100])
    with pytest.raises(TimeOutsideVideo, match=r"cut\.ts breaks off in the middle of its data, at 0:0[345]"):
        decoder.frames_at(path, [8.0])
