"""The tables of an MP4, read a window at a time, tell what they tell as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from mp4_kit import Track

from indexer.media import mp4_runs, mp4_tables
from indexer.media.mp4_boxes import Unusual
from indexer.media.mp4_tables import SampleTables, read_sample_tables


@some.composite
def tracks(draw: some.DrawFn) -> Track:
    chunks = draw(some.lists(some.integers(1, 9), min_size=1, max_size=12))
    count = sum(chunks)

    def column(least: int, most: int) -> list[int]:
        few = some.lists(some.integers(least, most), min_size=count, max_size=count)
        same = some.integers(least, most).map(lambda value: [value] * count)
        return draw(few | same)

    keys = draw(some.none() | some.sets(some.integers(1, count), min_size=1).map(sorted))
    sizes, durations, delays = column(1, 50), column(1, 3), column(-4, 4)
    return Track(sizes, durations, delays, keys, chunks, draw(some.booleans()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(track=tracks(), window=some.integers(1, 30), rows=some.integers(1, 5))
def test_windows_tell_what_was_written(track: Track, window: int, rows: int, tmp_path: Path) -> None:
    """However large the windows are, and however many rows are read at a time."""
    path = tmp_path / "drawn.mp4"
    track.write(path)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mp4_tables, "WINDOW", window)
        patched.setattr(mp4_runs.Table.read, "__defaults__", (rows,))
        with SampleTables(path, 1) as tables:
            windows = list(tables.windows())
        timed = read_sample_tables(path, 1)
    decoded = [sum(track.durations[:number]) for number in range(len(track.sizes))]
    shown = [one + other for one, other in zip(decoded, track.delays, strict=True)]
    early = max(0, *(-delay for delay in track.delays))
    keys = track.keys or range(1, len(track.sizes) + 1)

    def column(name: str) -> list[int]:
        return [value for samples in windows for value in getattr(samples, name).tolist()]

    assert column("sizes") == track.sizes
    assert column("positions") == track.positions()
    assert column("durations") == track.durations
    assert column("pts") == shown
    assert column("dts") == [time - early for time in decoded]
    assert column("keyframes") == [number + 1 in keys for number in range(len(track.sizes))]
    assert timed is not None
    assert timed.pts.tolist() == shown
    assert timed.keyframes.tolist() == column("keyframes")


def test_places_outside_the_file(tmp_path: Path) -> None:
    """Behind its end, and so far behind that they do not fit into a number of the system."""
    path = tmp_path / "outside.mp4"
    Track([7, 8], [1, 1], [0, 0], None, [2], is_wide=True).write(path)
    whole = bytearray(path.read_bytes())
    start = whole.index(b"co64") + 12
    for high in (1, 0x80000000, 0xFFFFFFFF):
        whole[start : start + 4] = high.to_bytes(4, "big")
        path.write_bytes(whole)
        with pytest.raises(Unusual):
            SampleTables(path, 1)


@pytest.mark.parametrize("kind", [b"stts", b"ctts", b"stsz", b"stco", b"stss"])
@pytest.mark.parametrize("more", [1, -1])
def test_tables_that_contradict_each_other(kind: bytes, more: int, tmp_path: Path) -> None:
    """One of them counts a row more, or less."""
    path = tmp_path / "contradiction.mp4"
    Track([7, 8, 9, 10], [1, 2, 3, 4], [0, 1, 0, 1], [1, 4], [1, 2, 1], is_wide=False).write(path)
    whole = bytearray(path.read_bytes())
    count = whole.index(kind) + (12 if kind == b"stsz" else 8)
    whole[count + 3] += more
    path.write_bytes(whole)
    if (kind, more) == (b"stss", -1):
        SampleTables(path, 1).close()  # one key frame less is no contradiction
        return
    with pytest.raises(Unusual):
        SampleTables(path, 1)
