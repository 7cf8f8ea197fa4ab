"""``witness search --like`` in the terminal: what is asked for, what is said, and what is refused."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from indexer.library import frames as frame_index
from indexer.library.fingerprint import Fingerprint
from indexer.library.frames import FrameVector, add_frames
from indexer.library.library import Library
from indexer.timeline import Caption, Segment, Span

Witness = Callable[..., subprocess.CompletedProcess[str]]
COLOURS = {"red": (220, 20, 20), "green": (20, 220, 20), "blue": (20, 20, 220)}


class Colours:
    """Embeds a picture as its mean colour."""

    name, dimension = "colours-1", 3

    def embed_frames(self, pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        means = np.stack([picture.reshape(-1, 3).mean(axis=0) for picture in pictures])
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return self.embed_frames([painted(text)])[0]


def painted(colour: str) -> NDArray[np.uint8]:
    return np.zeros((20, 30, 3), np.uint8) + np.array(COLOURS[colour], np.uint8)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of one video that is red, green and blue for ten seconds each."""
    monkeypatch.setattr(frame_index, "make_frame_embedder", lambda setting: Colours())
    library = Library(tmp_path / "library")
    fingerprint = Fingerprint("v", "", "", "lexical-1", "lexical", "10s", "colours-1", "colours")
    library.set_fingerprint(fingerprint)
    library.catalog.add_video("dock", Path("/videos/dock.mp4"), 9)
    for number, colour in enumerate(COLOURS):
        vector = FrameVector(10.0 * number + 4, Colours().embed_query(colour))
        add_frames(library.catalog, "dock", fingerprint.key, number, [vector])
        span = Span(10.0 * number, 10.0 * number + 10)
        library.catalog.add_segment(
            Segment("dock", number, span, 0.0, caption=Caption(f"Scene {number}.")), fingerprint.key
        )
    library.frames.store("colours-1", "dock", fingerprint.key)
    library.catalog.publish("dock", fingerprint.key)
    library.close()
    return tmp_path / "library"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "green.png"
    Image.fromarray(painted("green")).save(path)
    return path


def test_a_picture_finds_what_looks_like_it(witness: Witness, folder: Path, picture: Path) -> None:
    done = witness("search", "--like", picture, "--library", folder, "--explain")
    assert done.returncode == 0, done.stderr
    assert "1. dock.mp4 0:10–0:20" in done.stdout and "Scene 1." in done.stdout
    assert "frames 1" in done.stdout and "most alike at 0:14" in done.stdout


def test_programs_get_the_frame_s_second_and_the_score(witness: Witness, folder: Path, picture: Path) -> None:
    done = witness("search", "--like", picture, "--library", folder, "--json", "-k", 1)
    (found,) = json.loads(done.stdout)
    assert (found["start_seconds"], found["seconds"]) == (10.0, 14.0)
    assert found["score"] == pytest.approx(1.0, abs=1e-3)


def test_words_or_a_picture_and_not_both(witness: Witness, folder: Path, picture: Path) -> None:
    assert "not for both at once" in refused(
        witness("search", "green", "--like", picture, "--library", folder)
    )
    assert "witness search --like PICTURE" in refused(witness("search", "--library", folder))


def test_no_picture_and_no_index_of_frames_are_said(
    witness: Witness, folder: Path, picture: Path, tmp_path: Path
) -> None:
    text = tmp_path / "notes.jpg"
    text.write_text("not a picture")
    assert "cannot be read as a picture" in refused(witness("search", "--like", text, "--library", folder))
    other = tmp_path / "other"
    assert "--frame-embedding MODEL" in refused(witness("search", "--like", picture, "--library", other))


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0 and "Traceback" not in done.stderr
    return " ".join(done.stderr.split())
