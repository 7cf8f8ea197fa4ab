"""What a walk tells as not seen is, to the frame, what cannot be shown either."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from barcode_video import punch_hole, read_number, steady, write_barcodes

from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

RATE, FRAMES = 25, 250
B_FRAMES = {"g": "24", "bf": "2"}
NO_B_FRAMES = {"g": "50", "bf": "0"}
OPEN_GROUPS = {"x265-params": "keyint=30:log-level=none"}


def shown_at_its_time(decoder: Decoder, path: Path) -> set[int]:
    """Numbers of the frames that are displayed when they are asked for one by one."""
    shown = set()
    for number in range(int(decoder.probe(path).duration_seconds * RATE + 1e-6)):
        [frame] = decoder.frames_at(path, [(number + 0.5) / RATE])
        assert read_number(frame.pixels) == round(frame.pts_seconds * RATE) <= number
        shown |= {number} & {read_number(frame.pixels)}
    return shown


def walked(decoder: Decoder, path: Path, mode: WalkMode) -> tuple[set[int], set[int]]:
    """Numbers of the frames that a walk gives, and of those that it tells as not seen."""
    with decoder.walk(path, WalkPlan(kept_per_second=1000, max_side=160, mode=mode)) as walk:
        given = {round(sample.pts_seconds * RATE) for sample in walk}
    told = {
        number
        for number in range(FRAMES)
        if any(unseen.span.contains((number + 0.5) / RATE) for unseen in walk.damage)
    }
    return given, told


@pytest.mark.parametrize(
    ("name", "codec", "options", "length"),
    [
        ("hole.mp4", "libx264", B_FRAMES, 0.2),
        ("hole.mkv", "libx264", B_FRAMES, 0.2),
        ("hole.ts", "libx264", B_FRAMES, 0.2),
        ("small.mp4", "libx264", NO_B_FRAMES, 0.02),
        ("open.mp4", "libx265", OPEN_GROUPS, 0.02),
    ],
)
def test_a_walk_tells_exactly_the_frames_that_cannot_be_shown(
    name: str,
    codec: str,
    options: dict[str, str],
    length: float,
    tmp_path: Path,
    decoder: Decoder,
) -> None:
    """Threads complain late, and a walk once took good frames on both sides for lost ones."""
    path = tmp_path / name
    write_barcodes(path, steady(FRAMES), codec=codec, options=options)
    punch_hole(path, length=length)

    shown = shown_at_its_time(decoder, path)
    by_levels, told_by_levels = walked(decoder, path, WalkMode.LEVELS)
    in_full, told_in_full = walked(decoder, path, WalkMode.FULL)

    assert 10 < FRAMES - len(shown) < 150
    assert told_by_levels == told_in_full == set(range(FRAMES)) - shown
    assert by_levels <= in_full == shown


def test_a_frame_before_a_broken_key_frame_is_in_doubt(tmp_path: Path, decoder: Decoder) -> None:
    """Data was lost from its middle on, say: the codec takes what is left, and complains of the key frame."""
    path = tmp_path / "key.mp4"
    write_barcodes(path, steady(FRAMES), options=NO_B_FRAMES)
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
    key = next(number for number, packet in enumerate(packets) if packet.is_keyframe and number > 100)
    whole = bytearray(path.read_bytes())
    start, length = packets[key].pos or 0, packets[key].size
    whole[start : start + length] = bytes(length)
    path.write_bytes(whole)

    for mode in WalkMode:
        given, told = walked(decoder, path, mode)
        assert {key - 1, key, key + 1} <= told
        assert key - 2 in given
        assert not given & told
    assert shown_at_its_time(decoder, path) == set(range(FRAMES)) - told


def test_frames_before_the_zeroed_end_of_a_matroska_file_are_found(tmp_path: Path, decoder: Decoder) -> None:
    """What ffmpeg reads from the zeros looks as if the clock jumped; Matroska cannot be sought by bytes."""
    path = tmp_path / "end.mkv"
    write_barcodes(path, steady(FRAMES), options={"g": "250", "bf": "3"})
    punch_hole(path, 2 / 3, 1)
    shown = shown_at_its_time(decoder, path)
    assert set(range(155)) <= shown
