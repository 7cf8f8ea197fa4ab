"""``witness index`` and ``show`` with subtitles and speech, as a person runs them."""

from __future__ import annotations

import importlib.util
from fractions import Fraction

import av
import numpy as np
import pytest


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """One second of a grey picture, with a subtitle file beside it."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = 64, 48, "yuv420p", Fraction(1, 10)
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    path.with_name("clip.EN.srt").write_text("00:00.500 --> 00:01.500\nStop, ABC 123!\n\nbroken\n")
    return path


def test_subtitles_are_told_and_listed(witness, clip, tmp_path):
    library = tmp_path / "library"
    indexed = witness("index", clip, "--library", library)
    assert indexed.returncode == 0, indexed.stderr
    assert "texts clip.mp4: 1 subtitle; clip.EN.srt: 1 damaged part skipped" in indexed.stderr
    shown = witness("show", "clip.mp4", "--texts", "--library", library)
    assert "0:00.5–0:01.5 subtitles, clip.EN.srt Stop, ABC 123!" in shown.stdout


@pytest.mark.skipif(importlib.util.find_spec("faster_whisper") is not None, reason="faster-whisper is here")
def test_speech_without_its_package_is_refused_before_the_work(witness, clip, tmp_path):
    done = witness("index", clip, "--speech", "--library", tmp_path / "library")
    assert done.returncode == 1
    assert "pip install faster-whisper" in done.stderr
    assert "indexed" not in done.stderr
