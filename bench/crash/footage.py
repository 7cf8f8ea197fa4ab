"""Small videos for the crash bench: movement, cuts, still stretches, damage, and a file that is no video."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

RATE = 12
WIDTH, HEIGHT = 160, 120
PADDING_BYTES = 96 << 20
"""Put behind one video, so that hashing the files takes long enough to be hit; a hole, so no disk is used."""


def write_footage(folder: Path) -> Path:
    """Write the videos that every run indexes: small, and each of another kind."""
    folder.mkdir(parents=True)
    write_video(folder / "a-busy.mp4", seconds=8, seed=1)
    write_video(folder / "b-cuts.mkv", seconds=8, seed=2, scenes=4)
    write_video(folder / "c-still-then-busy.mp4", seconds=12, seed=3, still_seconds=7)
    _overwrite_middle(write_video(folder / "d-damaged.ts", seconds=9, seed=4))
    _cut_off(write_video(folder / "e-cut-off.mkv", seconds=9, seed=5), keep=0.7)
    _pad(write_video(folder / "f-large.mp4", seconds=5, seed=6, scenes=2))
    (folder / "g-no-video.mp4").write_text("This is a text. " * 400)
    return folder


def write_video(
    path: Path, *, seconds: float, seed: int, scenes: int = 1, still_seconds: float = 0.0
) -> Path:
    """Write an H.264 video of a block that wanders over a picture; ``scenes`` pictures, equally long."""
    random = np.random.default_rng(seed)
    pictures = [
        np.kron(random.integers(0, 255, (HEIGHT // 20, WIDTH // 20, 3)), np.ones((20, 20, 1)))
        for _ in range(scenes)
    ]
    colour = random.integers(0, 255, 3)
    count = round(seconds * RATE)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "g": "12"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(count):
            picture = pictures[number * scenes // count].astype(np.uint8)
            moved = max(0.0, number / RATE - still_seconds)
            left, top = round(60 + 55 * np.sin(moved)), round(40 + 35 * np.cos(1.7 * moved))
            picture[top : top + 40, left : left + 40] = colour
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def _overwrite_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    begin, end = int(len(content) * 0.45), int(len(content) * 0.6)
    content[begin:end] = np.random.default_rng(0).bytes(end - begin)
    path.write_bytes(content)


def _cut_off(path: Path, *, keep: float) -> None:
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * keep))


def _pad(path: Path) -> None:
    """Append an MP4 box that every reader passes over."""
    with path.open("r+b") as file:
        file.seek(0, 2)
        file.write(PADDING_BYTES.to_bytes(4, "big") + b"free")
        file.truncate(file.tell() - 8 + PADDING_BYTES)
