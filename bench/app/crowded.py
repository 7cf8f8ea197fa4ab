"""A library of thousands of videos: one that is there, the others as rows of the catalog."""

from __future__ import annotations

import hashlib
import os
import random
from datetime import datetime, timedelta
from pathlib import Path

from app.demo.draw import draw_demo
from bench.app.serving import run_witness
from indexer.library.library import Library
from indexer.settings import Settings

CLIP = "dock.mp4"

_CAMERAS = ("gate", "dock", "yard", "lobby", "aisle 3")
_SECONDS, _SEGMENTS = 600.0, 60


def make_library(folder: Path, videos: int) -> Path:
    """Index the demo clip, and enter other videos beside it as if they had been indexed.

    Returns:
        The library's folder.
    """
    library = folder / f"library-{videos}"
    draw_demo(folder / "clips" / CLIP)
    run_witness("index", str(folder / "clips"), "--library", str(library))
    opened = Library.open(Settings(library=library))
    try:
        fingerprint = opened.fingerprint
        assert fingerprint is not None
        with opened.catalog.transaction() as connection:
            for number in range(videos - 1):
                _enter(connection, number, fingerprint.key)
    finally:
        opened.close()
    return library


def _enter(connection, number: int, fingerprint: str) -> None:
    chance = random.Random(number)
    camera = _CAMERAS[number % len(_CAMERAS)]
    start = datetime.fromisoformat("2026-01-05T06:00:00+01:00") + timedelta(seconds=_SECONDS * (number // 5))
    name = f"{camera}_{start:%Y%m%d_%H%M%S}.mp4"
    video_id = hashlib.sha256(str(number).encode()).hexdigest()[:16]
    connection.execute(
        "INSERT INTO videos (video_id, name, path, size_bytes, duration_seconds, width, height, codec,"
        " fingerprint, failure, indexed_at, camera, starts_at, starts_at_source)"
        " VALUES (?, ?, ?, ?, ?, 1920, 1080, 'h264', ?, ?, '2026-05-01T10:00:00+00:00', ?, ?, 'file name')",
        (
            video_id,
            name,
            os.fsencode(f"/recorder/{camera}/{name}"),
            10**8 + number,
            _SECONDS,
            fingerprint if number % 100 else "",
            "" if number % 100 else "it is no video container that Witness opens",
            camera,
            start.isoformat(),
        ),
    )
    if number % 100:
        length = _SECONDS / _SEGMENTS
        connection.executemany(
            "INSERT INTO segments (video_id, fingerprint, ordinal, start_seconds, end_seconds, activity,"
            " starts_with_cut, summary, still) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
            [
                (
                    video_id,
                    fingerprint,
                    each,
                    each * length,
                    (each + 1) * length,
                    chance.random() * 0.2,
                    f"a {chance.choice(('red', 'blue', 'white'))} region moves to the left",
                    each % 3 == 0,
                )
                for each in range(_SEGMENTS)
            ],
        )
