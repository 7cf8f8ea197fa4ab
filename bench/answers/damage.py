"""What goes wrong with files, for the bench of answers: a film with a hole, and a file that is no video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av

from bench.answers.drawing import write_film
from bench.answers.films import Film
from bench.answers.stamp import NoStamp, read_stamp

NO_VIDEO = "gate_99.mp4"
"""Name of the file that is no video."""
_HOLE = (0.5, 0.6)
"""Shares of the file between which nothing but zeros is left."""


def damaged(films: Sequence[Film], folder: Path) -> Film:
    """Write a film of middling length with a hole in it; returns what was to be seen there."""
    model = films[len(films) // 2]
    broken = replace(model, name="gate_98.mkv", seed=model.seed + 1)
    path = folder / broken.name
    if not path.exists():
        write_film(broken, folder)
        content = bytearray(path.read_bytes())
        begin, end = (int(len(content) * share) for share in _HOLE)
        content[begin:end] = bytes(end - begin)
        path.write_bytes(content)
    return broken


def add_no_video(folder: Path) -> None:
    """Write a text that is called a video."""
    (folder / NO_VIDEO).write_text("This is a text, whatever it is called. " * 200, encoding="utf-8")


def readable_times(path: Path) -> list[float]:
    """Decode a file with nothing but PyAV, from its start; returns the drawn clocks that can be read."""
    found = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            try:
                frames = stream.codec_context.decode(packet)
            except av.FFmpegError:
                continue
            for frame in frames:
                if not frame.is_corrupt:
                    try:
                        found.append(read_stamp(frame.to_ndarray(format="rgb24")))
                    except NoStamp:
                        continue
    return found
