"""A packet of Motion JPEG whose picture is lost gives no frame, where ffmpeg hands out an older one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from barcode_video import HEIGHT, draw_number, read_number
from field_kit import encoded, fields, write_packets

from indexer.media.decoder import Decoder
from indexer.media.jpeg import scanned_lines
from indexer.media.samples import WalkMode, WalkPlan

PICTURE = encoded(draw_number(7))
SCAN = PICTURE.index(b"\xff\xda")
SIZE = PICTURE.index(b"\xff\xc0")


def test_whole_pictures_are_as_high_as_their_scans_say() -> None:
    """One picture; two fields; with a small one inside, as cameras put; without the end, as some do not."""
    small = encoded(draw_number(1)[:16, :16].copy())
    thumbnail = b"\xff\xe1" + (len(small) + 2).to_bytes(2, "big") + small
    assert scanned_lines(PICTURE) == HEIGHT
    assert scanned_lines(b"".join(fields(7))) == HEIGHT
    assert scanned_lines(PICTURE[:2] + thumbnail + PICTURE[2:]) == HEIGHT
    assert scanned_lines(PICTURE[:-2]) == HEIGHT
    assert scanned_lines(PICTURE + b"\0\xff\xff" + bytes(30)) == HEIGHT


@pytest.mark.parametrize(
    "packet",
    [
        PICTURE[:SCAN] + b"\xff\xd9",
        PICTURE[:SCAN],
        PICTURE[: SIZE + 19] + PICTURE[-2:] + PICTURE[SCAN:],
        PICTURE[: SCAN + 2] + b"\0\2" + PICTURE[SCAN + 4 :],
        fields(7)[0] + fields(7)[1].replace(b"\xff\xda", b"\0\0"),
        PICTURE[: SCAN + 3],
        b"",
        bytes(500),
        b"\xff" * 500,
    ],
    ids=["no scan", "cut before it", "an early end", "no scan header", "one field", "cut in it", "empty",
         "zeros", "no markers"],
)  # fmt: skip
def test_pictures_without_a_scan_have_no_lines(packet: bytes) -> None:
    assert scanned_lines(packet) == 0


def test_one_field_is_half_a_picture() -> None:
    """ffmpeg would fill the other lines with what lay there before."""
    assert scanned_lines(fields(7)[0]) == HEIGHT // 2


def test_ffmpeg_shows_an_older_picture_without_a_word() -> None:
    """Why all this is there. Where this fails, a later ffmpeg knows better."""
    codec = av.CodecContext.create("mjpeg", "r")
    shown = []
    for data in (encoded(draw_number(5)), encoded(draw_number(6)), PICTURE[:SCAN] + b"\xff\xd9"):
        frames = codec.decode(av.Packet(data))
        shown += [read_number(frame.to_ndarray(format="rgb24")) for frame in frames]
        del frames
    assert shown[:2] == [5, 6]
    assert shown[2] in (5, 6)


@pytest.mark.parametrize("mode", list(WalkMode))
@pytest.mark.parametrize("name", ["lost.avi", "lost.mov", "lost.mkv"])
def test_a_lost_picture_is_damage_and_the_others_are_seen(
    name: str, mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    packets = [encoded(draw_number(number)) for number in range(30)]
    packets[12] = packets[12][: packets[12].index(b"\xff\xda")] + b"\xff\xd9"
    write_packets(tmp_path / name, packets)
    seen, lost = walked(tmp_path / name, mode, decoder)
    assert seen == {number: number for number in range(30) if number != 12}
    assert lost == [(12, 13)]
    [frame] = decoder.frames_at(tmp_path / name, [12.5 / 25])
    assert (read_number(frame.pixels), frame.pts_seconds) == (11, pytest.approx(11 / 25))


@pytest.mark.parametrize("mode", list(WalkMode))
@pytest.mark.parametrize("name", ["fields.avi", "fields.mov"])
def test_no_frame_is_made_of_fields_of_two_pictures(
    name: str, mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """A packet that lost one of its two fields lets the decoder fall out of step with the next."""
    packets = [b"".join(fields(number)) for number in range(30)]
    first, second = fields(8)
    packets[8] = first + bytes(len(second))
    first, second = fields(16)
    packets[16] = bytes(len(first)) + second
    write_packets(tmp_path / name, packets)
    seen, lost = walked(tmp_path / name, mode, decoder)
    assert seen == {number: number for number in seen}
    assert set(range(30)) - set(seen) == {8, 9, 16, 17}
    assert lost == [(8, 10), (16, 18)]


def walked(path: Path, mode: WalkMode, decoder: Decoder) -> tuple[dict[int, int], list[tuple[int, int]]]:
    """Return the numbers read by those of the frames, and the damage in frames; no field is another's."""
    seen = {}
    with decoder.walk(path, WalkPlan(1000.0, 160, mode=mode)) as walk:
        for sample in walk:
            if sample.frame is not None:
                pixels = sample.frame.pixels
                number = read_number(pixels)
                assert read_number(np.repeat(pixels[0::2], 2, axis=0)) == number
                assert read_number(np.repeat(pixels[1::2], 2, axis=0)) == number
                seen[round(sample.pts_seconds * 25)] = number
    rate = Fraction(25)
    spans = [each.span for each in walk.damage]
    return seen, [(round(span.start_seconds * rate), round(span.end_seconds * rate)) for span in spans]


@pytest.mark.parametrize("mode", list(WalkMode))
def test_a_webcam_whose_pictures_all_lack_their_end_is_not_damaged(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """Players show such pictures, but for a few blocks at the lower right."""
    write_packets(tmp_path / "webcam.avi", [shortened(number) for number in range(20)])
    seen, lost = walked(tmp_path / "webcam.avi", mode, decoder)
    assert (seen, lost) == ({number: number for number in range(20)}, [])


@pytest.mark.parametrize("mode", list(WalkMode))
def test_a_first_picture_that_lacks_its_end_excuses_no_other(
    mode: WalkMode, tmp_path: Path, decoder: Decoder
) -> None:
    """It is damaged: the ones behind it have theirs."""
    packets = [encoded(draw_number(number)) for number in range(20)]
    packets[0], packets[12] = shortened(0), shortened(12)
    write_packets(tmp_path / "damaged.avi", packets)
    seen, lost = walked(tmp_path / "damaged.avi", mode, decoder)
    assert seen == {number: number for number in range(20) if number not in (0, 12)}
    assert lost == [(0, 1), (12, 13)]


def shortened(number: int) -> bytes:
    """Return a picture without the last bytes of its scan."""
    return encoded(draw_number(number))[:-8] + b"\xff\xd9"
