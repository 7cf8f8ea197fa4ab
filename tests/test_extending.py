"""The code in docs/extending.md runs as it stands there, and does what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
IMPORTING, VISION = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def python(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True, text=True, cwd=folder, check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_imported_captions_are_found_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(IMPORTING, encoding="utf-8")
    lines = python(tmp_path, "example.py").splitlines()
    assert lines[0] == "gate.mp4 ready 3"
    assert lines[1] == "gate.mp4 0:41.5–0:47 A pallet slides off the ramp and breaks"


def test_a_vision_model_of_one_s_own_captions_a_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dark for 2 s, then bright: the index says when, in the words of the page's model."""
    (tmp_path / "brightness.py").write_text(VISION, encoding="utf-8")
    _write_dark_then_bright(tmp_path / "lamp.mp4")
    python(
        tmp_path, "-m", "app.cli", "index", "lamp.mp4", "--library", "library",
        "--vision", "python:brightness:make",
    )  # fmt: skip
    from indexer.library.library import Library

    library = Library(tmp_path / "library")
    assert library.vision_name == "brightness-1"
    told = [
        event
        for segment in library.segments(library.video("lamp.mp4").video_id)
        if segment.caption
        for event in segment.caption.events
        if event.action == "became brighter"
    ]
    library.close()
    assert told and all(1.0 <= event.span.start_seconds <= 2.0 <= event.span.end_seconds for event in told)


def _write_dark_then_bright(path: Path) -> None:
    import av
    import numpy as np

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(40):
            level = 20 if number < 20 else 220
            picture = np.full((64, 64, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
