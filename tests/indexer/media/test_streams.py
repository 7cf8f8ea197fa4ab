"""Of several video streams the one that players show is taken, unless a person chooses."""

from __future__ import annotations

from pathlib import Path

import pytest
from av.stream import Disposition
from barcode_video import read_number, write_streams

from indexer.errors import NotAVideo
from indexer.media.decoder import Decoder

COVER, DEFAULT, SMALL = Disposition.attached_pic, Disposition.default, (80, 48)


def shown(decoder: Decoder, path: Path, stream: int | None = None) -> int:
    """The number of the first frame tells which stream it is from."""
    return read_number(decoder.frames_at(path, [0.0], stream=stream)[0].pixels)


@pytest.mark.parametrize(
    ("streams", "taken"),
    [
        ([{"first_number": 100}, {"first_number": 200}], 100),
        ([{"first_number": 100, "size": SMALL}, {"first_number": 200}], 200),
        ([{"first_number": 100}, {"first_number": 200, "size": SMALL, "disposition": DEFAULT}], 200),
        ([{"first_number": 100, "size": SMALL, "disposition": DEFAULT},
          {"first_number": 200, "disposition": DEFAULT}], 200),
    ],
    ids=["first_of_equals", "largest", "default_before_largest", "largest_default"],
)  # fmt: skip
def test_players_choice(
    streams: list[dict[str, object]], taken: int, tmp_path: Path, decoder: Decoder
) -> None:
    path = tmp_path / "two.mkv"
    write_streams(path, streams, with_sound=True)
    assert shown(decoder, path) == taken
    assert decoder.probe(path).frame_count == 20


def test_a_persons_choice_and_what_there_is_to_choose(tmp_path: Path, decoder: Decoder) -> None:
    """Numbers are those of ffprobe, so sound counts; a wrong one is answered with the list."""
    path = tmp_path / "two.mkv"
    write_streams(
        path,
        [{"first_number": 100, "disposition": DEFAULT}, {"first_number": 200, "size": SMALL}],
        with_sound=True,
    )

    assert [shown(decoder, path, stream) for stream in (1, 2, None, 2)] == [100, 200, 100, 200]
    assert (decoder.probe(path, stream=2).width, decoder.probe(path).width) == (80, 160)
    with pytest.raises(
        NotAVideo, match=r"no video stream 0.* 1 \(h264, 160x96, default\); 2 \(h264, 80x48\)"
    ):
        decoder.probe(path, stream=0)
    with pytest.raises(NotAVideo, match="--stream"):
        decoder.frames_at(path, [0.0], stream=7)


def test_a_cover_picture_is_never_the_video(tmp_path: Path, decoder: Decoder) -> None:
    """Neither by itself nor when a person asks for it."""
    path = tmp_path / "cover.mp4"
    write_streams(path, [{"first_number": 100, "disposition": COVER}, {"first_number": 200, "size": SMALL}])
    assert shown(decoder, path) == 200
    with pytest.raises(
        NotAVideo, match=r"no video stream 1\. Its video streams: 0 \(h264, 80x48, default\)\."
    ):
        decoder.probe(path, stream=1)  # where the container keeps the cover
