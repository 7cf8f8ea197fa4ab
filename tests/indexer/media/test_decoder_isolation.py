"""A file can do no harm beyond its own request: crash, hang, hunger for memory, lies."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import av
import numpy as np
import pytest
from barcode_video import read_number

from indexer.errors import DecoderFailed
from indexer.media.answers import read_damage, read_error, read_frame, read_info, read_places
from indexer.media.decoder import Decoder, DecoderLimits
from indexer.media.messages import MAX_HEADER_BYTES, BrokenMessage, read_header, write_message
from indexer.media.process import ChildLost, ChildProcess
from indexer.media.samples import WalkMode, WalkPlan

PLAN = WalkPlan(kept_per_second=25, max_side=160, mode=WalkMode.FULL)
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux signals and limits")


def child_id(decoder: Decoder) -> int:
    """Process id of the running child."""
    assert decoder._child is not None
    return decoder._child.pid


def has_ended(process: int) -> bool:
    """Wait until a process is gone, or dead and not yet collected."""
    status = Path(f"/proc/{process}/stat")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not status.exists() or "Z" in status.read_text().split(")")[1][:3]:
            return True
        time.sleep(0.05)
    return False


def test_a_killed_child_fails_its_request_and_the_next_one_works(steady_mp4: Path) -> None:
    """Killed in the middle of a walk, as a crash in a decoder would do it."""
    with Decoder() as decoder:
        walk = decoder.walk(steady_mp4, PLAN)
        next(walk)
        os.kill(child_id(decoder), signal.SIGKILL)
        with pytest.raises(DecoderFailed, match=r"steady\.mp4.*SIGKILL"):
            list(walk)
        assert read_number(decoder.frames_at(steady_mp4, [4.0])[0].pixels) == 100


@linux_only
def test_a_child_that_died_between_requests_is_replaced(steady_mp4: Path) -> None:
    with Decoder() as decoder:
        decoder.probe(steady_mp4)
        child = child_id(decoder)
        os.kill(child, signal.SIGKILL)
        assert has_ended(child)
        assert decoder.probe(steady_mp4).frame_count == 200


@linux_only
def test_a_child_that_hangs_is_ended(steady_mp4: Path) -> None:
    with Decoder() as decoder:
        decoder.probe(steady_mp4)
        os.kill(child_id(decoder), signal.SIGSTOP)
        assert decoder._child is not None
        decoder._child._silence_seconds = 1.0  # now: its start may take longer on a busy machine
        with pytest.raises(DecoderFailed, match="no sign of life"):
            decoder.probe(steady_mp4)


def test_a_slow_reader_is_no_hang(steady_mp4: Path) -> None:
    """The child waits at a full pipe while the caller works on a frame; that is not its silence."""
    with Decoder(limits=DecoderLimits(silence_seconds=8.0)) as decoder:
        walk = decoder.walk(steady_mp4, PLAN)
        next(walk)
        time.sleep(9.0)
        assert len(list(walk)) == 199


@linux_only
def test_a_file_that_wants_too_much_memory_fails_with_words(steady_mp4: Path, tmp_path: Path) -> None:
    """With little more than the child needs for a small video, one of 35 megapixels cannot be decoded."""
    large = tmp_path / "large.mkv"
    with av.open(str(large), "w") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width = stream.height = 5900
        stream.pix_fmt = "yuvj420p"
        container.mux(stream.encode(av.VideoFrame(5900, 5900, "yuvj420p")))
        container.mux(stream.encode(None))
    with Decoder() as roomy:
        roomy.probe(steady_mp4)
        status = Path(f"/proc/{child_id(roomy)}/status").read_text()
        peak = int(status.split("VmPeak:")[1].split()[0]) * 1024
        assert roomy.frames_at(large, [0.0], max_side=100)[0].pixels.shape == (100, 100, 3)

    with Decoder(limits=DecoderLimits(memory_bytes=peak + 50 * 1024**2)) as starved:
        starved.frames_at(steady_mp4, [1.0])
        with pytest.raises(DecoderFailed, match=r"large\.mkv needs more memory than .* MiB\)"):
            starved.frames_at(large, [0.0], max_side=100)
        assert read_number(starved.frames_at(steady_mp4, [1.0])[0].pixels) == 25


@linux_only
def test_the_childs_memory_does_not_grow_with_requests(steady_mp4: Path) -> None:
    """Each request opens a decoder with threads; none may live on, or the limit is reached in the end."""

    def size_mib() -> float:
        status = Path(f"/proc/{child_id(decoder)}/status").read_text()
        return int(status.split("VmSize:")[1].split()[0]) / 1024

    with Decoder() as decoder:
        for number in range(60):
            decoder.frames_at(steady_mp4, [number / 10], max_side=80)
            if number == 9:
                early = size_mib()
        assert size_mib() < early + 32


@linux_only
def test_the_child_is_bound(steady_mp4: Path) -> None:
    """What the kernel says of it: no files to write, no core dumps, memory limited, a bare environment."""
    with Decoder() as decoder:
        decoder.probe(steady_mp4)
        process = Path(f"/proc/{child_id(decoder)}")
        limits = (process / "limits").read_text()
        names = {entry.split(b"=")[0] for entry in (process / "environ").read_bytes().split(b"\0") if entry}
    values = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()[1:]}
    assert values["Max file size"] == ["0", "0"]
    assert values["Max core file size"] == ["0", "0"]
    assert values["Max address space"] == [str(3 * 1024**3)] * 2
    assert values["Max cpu time"][0] != "unlimited"
    assert not any(b"KEY" in name or b"WITNESS" in name for name in names)


def test_the_child_starts_from_any_folder(steady_mp4: Path, tmp_path: Path) -> None:
    """Neither the current folder nor files in it named like its modules matter."""
    (tmp_path / "av.py").write_text("raise SystemExit('hijacked')")
    (tmp_path / "indexer.py").write_text("raise SystemExit('hijacked')")
    root = Path(__file__).parents[3]
    script = (
        f"import sys; sys.path = [p for p in sys.path if p]; sys.path.append({str(root)!r})\n"
        "from pathlib import Path\nfrom indexer.media.decoder import Decoder\n"
        f"print(Decoder().probe(Path({str(steady_mp4)!r})).frame_count)"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=100
    )
    assert run.stdout.strip() == "200", run.stderr


@linux_only
def test_the_child_ends_with_its_parent(steady_mp4: Path) -> None:
    """Also when the parent is killed and cannot clean up."""
    script = (
        "import os\nfrom pathlib import Path\nfrom indexer.media.decoder import Decoder\n"
        f"d = Decoder(); d.probe(Path({str(steady_mp4)!r})); print(d._child.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    root = Path(__file__).parents[3]
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=100
    )
    assert has_ended(int(run.stdout))


def test_a_walk_left_early_frees_the_decoder(steady_mp4: Path) -> None:
    with Decoder() as decoder:
        with decoder.walk(steady_mp4, PLAN) as walk:
            next(walk)
        assert list(walk) == []
        abandoned = decoder.walk(steady_mp4, PLAN)
        next(abandoned)
        del abandoned
        assert decoder.probe(steady_mp4).frame_count == 200


def test_a_second_request_inside_a_walk_is_refused_and_not_a_deadlock(steady_mp4: Path) -> None:
    with Decoder() as decoder, decoder.walk(steady_mp4, PLAN) as walk:
        next(walk)
        with pytest.raises(RuntimeError, match="walk open"):
            decoder.probe(steady_mp4)
        assert len(list(walk)) == 199


def test_threads_wait_for_each_other(steady_mp4: Path) -> None:
    """Four threads, each with walks and look-ups, on one decoder: nobody gets another one's frames."""
    wrong: list[object] = []

    def work(offset: int) -> None:
        for turn in range(2):
            number = (offset * 31 + turn * 17) % 200
            frame = decoder.frames_at(steady_mp4, [number / 25], max_side=80)[0]
            if read_number(frame.pixels) != number:
                wrong.append(number)
            with decoder.walk(steady_mp4, WalkPlan(5, 80, offset, WalkMode.FULL)) as walk:
                if [read_number(sample.frame.pixels) for sample in walk if sample.frame] != list(
                    range(offset * 25, 200, 5)
                ):
                    wrong.append(offset)

    with Decoder() as decoder:
        threads = [threading.Thread(target=work, args=(offset,)) for offset in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


def test_a_closed_decoder_says_so(steady_mp4: Path) -> None:
    decoder = Decoder()
    decoder.close()
    with pytest.raises(RuntimeError, match="closed"):
        decoder.probe(steady_mp4)


class LyingChild(ChildProcess):
    """Stands for a child that a crafted video has taken over: it sends what it likes."""

    def __init__(self, *messages: bytes) -> None:
        self._pipe = io.BytesIO(b"".join(messages))
        self.asked = 0

    def receive_body(self, size: int) -> memoryview:
        self.asked += size
        return memoryview(bytearray(size))


FRAME = {"kind": "frame", "pts_seconds": 1.0, "width": 16, "height": 9}


@pytest.mark.parametrize(
    "lie",
    [
        {"width": 10**9},
        {"width": -16},
        {"height": 0},
        {"width": "16"},
        {"width": True},
        {"width": None},
        {"pts_seconds": -1.0},
        {"pts_seconds": float("nan")},
        {"pts_seconds": "1"},
        {"width": 81},
    ],
)
def test_a_frame_header_that_lies_is_refused_before_its_pixels_are_read(lie: dict[str, object]) -> None:
    child = LyingChild()
    with pytest.raises(ChildLost):
        read_frame({**FRAME, **lie}, child, DecoderLimits(), max_side=80)
    assert child.asked == 0
    assert read_frame(dict(FRAME), child, DecoderLimits(), max_side=80).pixels.shape == (9, 16, 3)


COLOURS = {"matrix": 1, "range": 1}
PLANES = {**FRAME, "colours": COLOURS, "quarter_turns": 1, "mirrored": False}


@pytest.mark.parametrize(
    "lie",
    [
        {"width": 81},
        {"quarter_turns": 4},
        {"quarter_turns": None},
        {"mirrored": 1},
        {"colours": None},
        {"colours": {**COLOURS, "matrix": 2}},
        {"colours": {**COLOURS, "matrix": 255}},
        {"colours": {**COLOURS, "range": 3}},
        {"colours": {"matrix": True, "range": 1}},
        {"colours": {"matrix": 1}},
    ],
)
def test_a_header_of_planes_that_lies_is_refused_before_they_are_read(lie: dict[str, object]) -> None:
    """What the scaler would refuse, or worse, never reaches it: it runs in the parent."""
    child = LyingChild()
    with pytest.raises(ChildLost):
        read_frame({**PLANES, **lie}, child, DecoderLimits(), max_side=80)
    assert child.asked == 0
    frame = read_frame(dict(PLANES), child, DecoderLimits(), max_side=80)
    assert child.asked == 16 * 9 + 2 * 8 * 5
    assert frame.pixels.shape == (16, 9, 3)


def test_other_lies_are_refused() -> None:
    for places in (None, [2], [-1], [True], "0", [0.0]):
        with pytest.raises(ChildLost):
            read_places({"places": places}, 2)
    with pytest.raises(ChildLost):
        read_info({"kind": "info", "duration_seconds": -1.0})
    with pytest.raises(ChildLost):
        read_damage({"start": 5.0, "end": 4.0})
    assert type(read_error({"error": "SystemExit", "message": "x"})) is DecoderFailed


def test_only_bounded_json_objects_are_messages() -> None:
    """Neither pickles nor endless headers get in."""
    pickle = b"cos\nsystem\n(S'true'\ntR."
    for raw in (pickle, b"[1]", b"\xff\xfe", b"{" * 50_000):
        with pytest.raises(BrokenMessage):
            read_header(io.BytesIO(struct.pack(">I", len(raw)) + raw))
    with pytest.raises(BrokenMessage, match="bytes"):
        read_header(io.BytesIO(struct.pack(">I", MAX_HEADER_BYTES + 1) + b"{}"))
    with pytest.raises(BrokenMessage, match="ends inside"):
        read_header(io.BytesIO(struct.pack(">I", 100) + b"{}"))
    stream = io.BytesIO()
    write_message(stream, {"path": "caf\udce9"})
    stream.seek(0)
    assert read_header(stream) == {"path": "caf\udce9"}
    assert read_header(stream) is None


def test_a_child_that_talks_nonsense_is_ended(
    steady_mp4: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A real process in the child's place that answers every request with a picture nobody asked for."""
    header = json.dumps({**FRAME, "places": [0], "width": 60_000, "height": 60_000}).encode()
    message = struct.pack(">I", len(header)) + header
    script = f"import sys, time; sys.stdout.buffer.write({message!r}); sys.stdout.flush(); time.sleep(60)"
    real = subprocess.Popen

    def impostor(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        return real([sys.executable, "-c", script], **options)  # type: ignore[call-overload, no-any-return]

    with Decoder() as decoder, caplog.at_level(logging.WARNING):
        monkeypatch.setattr("indexer.media.process.subprocess.Popen", impostor)
        with pytest.raises(DecoderFailed, match="60000x60000"):
            decoder.frames_at(steady_mp4, [1.0], max_side=80)
        monkeypatch.undo()
        frame = decoder.frames_at(steady_mp4, [1.0], max_side=80)[0]
    assert read_number(frame.pixels) == 25
    assert frame.pixels.dtype == np.uint8
