"""A container that names other files is decoded alone: what it names is never opened, nor a server called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from barcode_video import read_number, steady, write_barcodes
from reference_kit import (
    Watch,
    add_reference_movie,
    link_segment,
    movie_by_alias,
    movie_by_url,
    refer_by_alias,
    refer_by_url,
    reference_movie,
)

from indexer.errors import DamagedVideo, NotAVideo
from indexer.media.decoder import Decoder
from indexer.media.samples import WalkMode, WalkPlan

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="watches with inotify")
OTHERS_FIRST = 1000
"""Number of the first picture of the file that is named; the naming file's is 0."""


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Tells which files in this test's folder were opened."""
    with Watch(tmp_path) as watching:
        yield watching


def write_pair(folder: Path, suffix: str, **options: str) -> tuple[Path, Path]:
    """Write two seconds numbered from 0, and four numbered from `OTHERS_FIRST`, and return both."""
    own, other = folder / f"own.{suffix}", folder / f"other.{suffix}"
    write_barcodes(own, steady(50), container_options=options)
    write_barcodes(other, steady(100), container_options=options, first_number=OTHERS_FIRST)
    return own, other


def assert_alone(decoder: Decoder, own: Path, watch: Watch) -> None:
    """Everything that is told of a file is about its own 50 pictures, and no other file was opened."""
    info = decoder.probe(own)
    assert (info.frame_count, info.duration_seconds) == (50, pytest.approx(2.0))
    frames = decoder.frames_at(own, [0.0, 0.98, 1.99])
    assert [read_number(frame.pixels) for frame in frames] == [0, 24, 49]
    with decoder.walk(own, WalkPlan(25.0, 160, mode=WalkMode.FULL)) as walk:
        seen = [read_number(sample.frame.pixels) for sample in walk if sample.frame is not None]
    assert len(seen) > 40 and max(seen) < OTHERS_FIRST
    assert watch.opened() == {own.name}


def test_matroska_files_that_are_linked_to_others_are_decoded_alone(
    tmp_path: Path, decoder: Decoder, watch: Watch
) -> None:
    """By their UIDs and names before and after, and by ordered chapters that play a part of each."""
    own, other = write_pair(tmp_path, "mkv", live="1")
    uids = [bytes([65 + number]) * 16 for number in range(2)]
    for path, uid, named, name in ((own, uids[0], uids[1], other.name), (other, uids[1], uids[0], own.name)):
        link_segment(path, uid, before=(named, name), after=(named, name), chapters=[*uids, *uids])
    with av.open(str(own)) as container:  # what was written is what ffmpeg reads
        assert len(container.chapters()) == 4
    watch.opened()
    assert_alone(decoder, own, watch)
    other.read_bytes()
    assert watch.opened() == {other.name}, "the watch would have seen it"


def test_quicktimes_external_references_are_not_followed(
    tmp_path: Path, decoder: Decoder, watch: Watch
) -> None:
    """The same file gives the other one's pictures away where references are allowed."""
    own, other = tmp_path / "own.mov", tmp_path / "other.mp4"
    for path, first in ((own, 0), (other, OTHERS_FIRST)):
        write_barcodes(path, steady(50), options={"qp": "20", "g": "1"}, first_number=first)
    own.write_bytes(_with_index_of(other))
    refer_by_alias(own, str(other))
    watch.opened()
    with pytest.raises(DamagedVideo):
        decoder.probe(own)
    assert watch.opened() == {own.name}
    with av.open(str(own), options={"enable_drefs": "1", "use_absolute_path": "1"}) as fooled:
        first_frame = next(fooled.decode(video=0))
    assert read_number(first_frame.to_ndarray(format="rgb24")) == OTHERS_FIRST
    assert watch.opened() == {own.name, other.name}


def _with_index_of(path: Path) -> bytes:
    """Return an MP4's bytes with its index, but zeros for its pictures."""
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    end = start - 8 + int.from_bytes(data[start - 8 : start - 4], "big")
    data[start:end] = bytes(end - start)
    return bytes(data)


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
@pytest.mark.parametrize("url", ["{name}", "file://{path}", "http://127.0.0.1:9/{name}"])
def test_an_external_data_reference_by_url_is_not_followed(
    suffix: str, url: str, tmp_path: Path, decoder: Decoder, watch: Watch
) -> None:
    """The samples' places then count in the file itself, where its own pictures lie."""
    own, other = write_pair(tmp_path, suffix)
    refer_by_url(own, url.format(name=other.name, path=other))
    watch.opened()
    assert_alone(decoder, own, watch)


Reference = Callable[[Path], bytes]
REFERENCES: dict[str, Reference] = {
    "url": lambda other: movie_by_url(other.name),
    "http": lambda other: movie_by_url(f"http://127.0.0.1:9/{other.name}"),
    "alias": lambda other: movie_by_alias(str(other)),
}


@pytest.mark.parametrize("kind", REFERENCES)
def test_a_movie_that_is_only_a_reference_is_refused_with_words(
    kind: str, tmp_path: Path, decoder: Decoder, watch: Watch
) -> None:
    _, other = write_pair(tmp_path, "mov")
    path = tmp_path / "reference.mov"
    path.write_bytes(reference_movie([REFERENCES[kind](other)]))
    watch.opened()
    with pytest.raises(NotAVideo, match="points at other files"):
        decoder.probe(path)
    assert watch.opened() == {path.name}


def test_a_movie_with_references_beside_its_own_track_is_decoded_alone(
    tmp_path: Path, decoder: Decoder, watch: Watch
) -> None:
    own, other = write_pair(tmp_path, "mov")
    add_reference_movie(own, [refer(other) for refer in REFERENCES.values()])
    watch.opened()
    assert_alone(decoder, own, watch)
