"""Files that are no videos are refused with words that say why, and nothing they point at is opened."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest
from barcode_video import steady, write_barcodes

from indexer.errors import DamagedVideo, DecoderFailed, MediaError, NotAVideo
from indexer.media import formats
from indexer.media.decoder import Decoder, DecoderLimits


def test_a_text_file_with_a_videos_name_is_refused(tmp_path: Path, decoder: Decoder) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("Meeting at five.\n")
    with pytest.raises(NotAVideo, match=r"notes\.mp4 is a text file"):
        decoder.probe(path)


def test_an_empty_file_is_refused(tmp_path: Path, decoder: Decoder) -> None:
    path = tmp_path / "nothing.mp4"
    path.touch()
    with pytest.raises(NotAVideo, match="empty"):
        decoder.probe(path)


def test_zeros_and_noise_are_refused(tmp_path: Path, decoder: Decoder) -> None:
    zeros, noise = tmp_path / "zeros.mp4", tmp_path / "noise.mp4"
    zeros.write_bytes(bytes(100_000))
    noise.write_bytes(np.random.default_rng(1).bytes(100_000))
    with pytest.raises(NotAVideo, match="zeros"):
        decoder.probe(zeros)
    with pytest.raises((NotAVideo, DamagedVideo)):
        decoder.probe(noise)


def test_a_picture_is_named_as_what_it_is(tmp_path: Path, decoder: Decoder) -> None:
    path = tmp_path / "picture.mp4"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(NotAVideo, match="a PNG picture"):
        decoder.probe(path)


def test_sound_without_a_picture_is_refused(tmp_path: Path, decoder: Decoder) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 16000
        container.mux(stream.encode(silence))
        container.mux(stream.encode(None))
    with pytest.raises(NotAVideo, match="only sound"):
        decoder.probe(path)


def test_missing_files_folders_and_pipes_are_refused(tmp_path: Path, decoder: Decoder) -> None:
    """A pipe without a writer would block a plain open for ever."""
    with pytest.raises(MediaError, match="moved or deleted"):
        decoder.probe(tmp_path / "gone.mp4")
    with pytest.raises(NotAVideo, match="no regular file"):
        decoder.probe(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp4")
        with pytest.raises(NotAVideo, match="no regular file"):
            decoder.probe(tmp_path / "pipe.mp4")


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:8,\n{target}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{target}'\n",
    "dash": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{target}</BaseURL>',
}


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_playlist_with_a_videos_name_opens_nothing(
    kind: str, tmp_path: Path, steady_mp4: Path, decoder: Decoder
) -> None:
    """The playlist points at a good local video, which must not be decoded in its place."""
    path = tmp_path / "innocent.mp4"
    path.write_text(PLAYLISTS[kind].format(target=steady_mp4))
    with pytest.raises(NotAVideo, match="playlist or script"):
        decoder.probe(path)


@pytest.mark.parametrize(("kind", "name"), [("hls", "innocent.m3u8"), ("concat", "innocent.mp4")])
def test_the_container_list_alone_refuses_playlists_too(
    kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second wall: without the look at the first bytes, ffmpeg itself is not allowed these formats.

    That the same file does open without the walls shows that the test can fail.
    """
    target = tmp_path / "target.ts"
    write_barcodes(target, steady(30))
    path = tmp_path / name
    path.write_text(PLAYLISTS[kind].format(target=target.name))
    with av.open(str(path)) as fooled:
        assert fooled.streams.video

    monkeypatch.setattr(formats, "_refuse_other_files", lambda path, head: None)
    with pytest.raises(NotAVideo):
        formats.open_container(path, max_pixels=10**6)


def test_pictures_beyond_the_limit_are_refused_before_decoding(steady_mp4: Path) -> None:
    with Decoder(limits=DecoderLimits(max_side=100)) as small, pytest.raises(DecoderFailed, match="160x96"):
        small.probe(steady_mp4)


def test_broken_timestamps_are_refused(steady_mp4: Path) -> None:
    """A duration of years would make an index of years."""
    small = Decoder(limits=DecoderLimits(max_duration_seconds=5.0))
    with small, pytest.raises(DamagedVideo, match="timestamps"):
        small.probe(steady_mp4)
