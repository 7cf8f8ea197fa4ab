"""What the command line says of a video whose indexing was broken off, and of files that changed since."""

from __future__ import annotations

import shutil
from fractions import Fraction

import av
import numpy as np
import pytest

from indexer.library.ownership import Ownership
from indexer.vision.observer import Observer

RATE = 25


def write(path, seconds, seed):
    random = np.random.default_rng(seed)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"g": "25"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, RATE)
        for number in range(int(seconds * RATE)):
            picture = random.integers(0, 255, (48, 64, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def interrupted(witness, tmp_path, monkeypatch):
    """A library with a whole video, and one that was broken off in the middle."""
    library = tmp_path / "library"
    witness("index", write(tmp_path / "whole.mp4", 3, 1), "--library", library)

    def broken_off(self, requests):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Observer, "look", broken_off)
        witness("index", write(tmp_path / "half.mp4", 4, 2), "--library", library)
    return library


def test_an_interrupted_video_says_so_until_somebody_goes_on_with_it(witness, tmp_path, interrupted):
    """Nobody is indexing it: to wait until it is ready would be to wait for ever."""
    listed = witness("library", "--library", interrupted).stdout
    assert "half.mp4: indexing was interrupted; the next witness index goes on with it" in listed
    assert "whole.mp4: indexing" not in listed
    assert "its indexing was interrupted" in witness("show", "half.mp4", "--library", interrupted).stdout
    answer = witness("ask", "what happens in half.mp4?", "--library", interrupted).stdout
    assert "it was interrupted, and the next witness index goes on" in answer
    assert "ask again" not in answer

    owner = Ownership(interrupted)
    assert owner.try_acquire()
    listed = witness("library", "--library", interrupted).stdout
    owner.release()
    assert "half.mp4" in listed and "was interrupted" not in listed, "another process is at work on it"

    witness("index", tmp_path / "whole.mp4", tmp_path / "half.mp4", "--library", interrupted)
    listed = witness("library", "--library", interrupted).stdout
    assert listed.count("ready") == 2 and "was interrupted" not in listed


def test_a_partial_file_is_listed_by_every_run_that_finds_it_indexed(witness, tmp_path):
    path, library = write(tmp_path / "torn.mp4", 6, 3), tmp_path / "library"
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + len(whole) // 8] = bytes(len(whole) // 8)
    path.write_bytes(whole)
    first = witness("index", path, "--library", library)
    second = witness("index", path, "--library", library)
    assert first.returncode == second.returncode == 1
    assert "Nothing to do: 1 already indexed" in second.stderr
    told = [line for line in first.stderr.splitlines() if line.startswith("partial")]
    assert told and told == [line for line in second.stderr.splitlines() if line.startswith("partial")]


def test_a_file_that_is_gone_is_told_where_its_index_is_shown(witness, tmp_path):
    path, library = write(tmp_path / "lent.mp4", 3, 4), tmp_path / "library"
    witness("index", path, "--library", library)
    assert "gone" not in witness("show", "lent.mp4", "--library", library).stdout
    shutil.move(path, tmp_path / "elsewhere.bin")
    assert (
        f"its file is gone: nothing lies at {path}"
        in witness("show", "lent.mp4", "--library", library).stdout
    )
