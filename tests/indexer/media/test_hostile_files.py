"""Files made to do harm cost their own request: no memory, no time, no network, no other file."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from barcode_video import read_number, steady, write_barcodes
from hostile_kit import write_flat
from reference_kit import refer_by_alias

from indexer.errors import DecoderFailed, MediaError, NotAVideo
from indexer.media.allowance import Allowance, TooMuch
from indexer.media.decoder import Decoder, DecoderLimits
from indexer.media.samples import WalkMode, WalkPlan

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
FULL = WalkPlan(2.0, 64, mode=WalkMode.FULL)


@linux_only
def test_a_small_file_that_eats_processor_time_is_ended_and_a_long_honest_one_is_not(tmp_path: Path) -> None:
    """The same limits for both: what counts is the time per second of video, and per byte."""
    limits = DecoderLimits(cpu_seconds=0.5, cpu_seconds_per_video_second=0.5, cpu_seconds_per_megabyte=50)
    eater = write_flat(tmp_path / "eater.mp4", (4096, 4096), 250, rate=900)
    honest = write_flat(tmp_path / "honest.mp4", (640, 352), 3000)
    with Decoder(limits=limits) as decoder:
        with pytest.raises(DecoderFailed, match="processor time"):
            list(decoder.walk(eater, FULL))
        began = cpu_seconds_of(decoder, honest)
        assert len(list(decoder.walk(honest, FULL))) == 3000
        assert cpu_seconds_of(decoder, honest) - began > limits.cpu_seconds, (
            "more than a file is given at first"
        )


def cpu_seconds_of(decoder: Decoder, path: Path) -> float:
    decoder.probe(path)
    assert decoder._child is not None
    fields = Path(f"/proc/{decoder._child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_a_container_with_hundreds_of_streams_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.mkv"
    with av.open(str(path), "w") as container:
        for _ in range(12):
            container.add_stream("pcm_s16le", rate=8000, layout="mono")
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        container.mux(video.encode(av.VideoFrame(160, 96, "yuv420p")))
        container.mux(video.encode(None))
    with (
        Decoder(limits=DecoderLimits(max_streams=12)) as strict,
        pytest.raises(DecoderFailed, match="13 streams"),
    ):
        strict.probe(path)
    with Decoder() as decoder:
        assert decoder.probe(path).frame_count == 1


# -- references to other files and to the network --------------------------------------------------------


class Listener:
    """Listens on a local port and counts who calls."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.calls = 0
        self.was_called = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.calls += 1
            self.was_called.set()
            connection.close()

    def close(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


REFERENCES = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:8,\n{url}/a.ts\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{url}/a.mp4'\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{url}/</BaseURL></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "smooth": '<SmoothStreamingMedia MajorVersion="2"><StreamIndex Url="{url}/a"/></SmoothStreamingMedia>',
    "pls": "[playlist]\nFile1={url}/a.mp4\n",
    "asx": "[Reference]\nRef1={url}/a.asf\n",
    "latin-1": "#EXTM3U\n# caf\xe9 {url}\n#EXTINF:8,\n{url}/a.ts\n",
}


def test_nothing_that_a_file_names_is_called(
    tmp_path: Path, listener: Listener, steady_mp4: Path, decoder: Decoder
) -> None:
    """Scripts under a video's name, and MP4s whose tracks lie on a server: all refused, nobody calls."""
    for kind, text in REFERENCES.items():
        path = tmp_path / f"{kind}.mp4"
        path.write_bytes(text.format(url=listener.url).encode("latin-1"))
        with pytest.raises(NotAVideo, match="playlist or script"):
            decoder.probe(path)
    for name in ("outside.mov", "outside.mp4"):
        path = tmp_path / name
        path.write_bytes(steady_mp4.read_bytes())
        refer_by_alias(path, f"{listener.url}/a.mp4")
        with pytest.raises(MediaError):
            decoder.probe(path)
    time.sleep(0.2)
    assert listener.calls == 0

    naive = tmp_path / "naive.m3u8"  # shows that the listener would have heard it
    naive.write_text(REFERENCES["hls"].format(url=listener.url))
    with pytest.raises((av.FFmpegError, OSError)):
        av.open(str(naive), options={"protocol_whitelist": "file,http,tcp"})
    assert listener.was_called.wait(60)


@pytest.mark.parametrize(
    "name", ["frame-%03d.mp4", "concat:a.mp4|b.mp4", "http:x.mp4", "-i.mp4", "a\nb.mp4", "*.mp4"]
)
def test_a_name_is_a_name_and_no_pattern_or_protocol(name: str, tmp_path: Path, decoder: Decoder) -> None:
    """ffmpeg reads a sequence of pictures, a list or a server into such names."""
    path = tmp_path / name
    with av.open(str(path), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        container.mux(video.encode(av.VideoFrame(160, 96, "yuv420p")))
        container.mux(video.encode(None))
    assert decoder.probe(path).frame_count == 1


@linux_only
def test_names_may_be_any_bytes(tmp_path: Path, steady_mp4: Path, decoder: Decoder) -> None:
    path = tmp_path / "caf\udce9\x1b[2J.mp4"
    path.write_bytes(steady_mp4.read_bytes())
    assert decoder.probe(path).frame_count == 200
    path.write_text("text")
    with pytest.raises(NotAVideo, match=r"^caf\\xe9\\x1b\[2J\.mp4 is a text"):
        decoder.probe(path)


@linux_only
def test_a_file_beyond_four_gigabytes_is_read_to_its_end(tmp_path: Path, decoder: Decoder) -> None:
    """A sparse file: the media data claims 5 GB, the index with the only frames lies behind it."""
    whole = tmp_path / "whole.mp4"
    write_barcodes(whole, steady(50))
    data = whole.read_bytes()
    place = data.index(b"mdat") - 4
    size = int.from_bytes(data[place : place + 4], "big")
    large = 5 * 10**9
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        # "wide" before the data is room for a 64-bit size, as cameras leave it.
        file.write(data[: place - 8] + (1).to_bytes(4, "big") + b"mdat" + large.to_bytes(8, "big"))
        file.write(data[place + 8 : place + size])
        file.seek(place - 8 + large)
        file.write(data[place + size :])
    try:
        assert path.stat().st_size > 4 * 2**30
        assert read_number(decoder.frames_at(path, [1.99])[0].pixels) == 49
    finally:
        path.unlink()


# -- what a child may answer -----------------------------------------------------------------------------


def test_a_child_that_answers_for_ever_is_stopped() -> None:
    """Taken over by a video, it could fill the parent's memory or never come to an end."""
    limits = DecoderLimits()
    look_up = Allowance(limits, {"do": "frames_at", "seconds": [1.0, 2.0]})
    for _ in range(3):  # two frames, and that it is done
        look_up.count({"kind": "frame"})
    with pytest.raises(TooMuch, match="more than it was asked"):
        for _ in range(2):
            look_up.count({"kind": "frame"})

    walk = Allowance(limits, {"do": "walk"})
    with pytest.raises(TooMuch, match="more than it was asked"):
        for _ in range(10**6):
            walk.count({"kind": "sample", "pts_seconds": 5.0})

    idle = Allowance(limits, {"do": "probe"})
    with pytest.raises(TooMuch, match="without an answer"):
        for _ in range(10**5):
            idle.count({"kind": "working"})


def test_a_walk_may_send_what_its_progress_explains_and_no_more() -> None:
    """An hour of pictures passes; the same pictures without progress in the video do not."""
    limits = DecoderLimits(output_bytes=50_000_000, output_bytes_per_second=4_000_000)
    honest = Allowance(limits, {"do": "walk"})
    for number in range(3600 * 2):
        honest.count({"kind": "sample", "pts_seconds": number / 2})
        honest.count_bytes(1_000_000)
    stuck = Allowance(limits, {"do": "walk"})
    stuck.count({"kind": "sample", "pts_seconds": 10.0**5})
    with pytest.raises(TooMuch, match="more than its progress"):
        for _ in range(60):
            stuck.count_bytes(1_000_000)
