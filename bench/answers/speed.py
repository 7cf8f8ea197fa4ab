"""Time of retrieval by size of the library: ``python -m bench.answers.speed --hours 1 100 10000``.

Synthetic segments of 10 s, whose words are as common and as rare as those of a text (Zipf's law over 20,000
words), are written into real catalogs. Vectors are stored up to ``--vectors`` segments: embedded Chroma takes
hours and gigabytes for millions. Beside wall time stands processor time, which other work on the machine does
not change.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.retrieval import find_moments
from indexer.library.fingerprint import Fingerprint
from indexer.library.library import Library
from indexer.timeline import Segment, Span

_PER_HOUR = 360
_WORDS = 20_000
_LENGTH = (8, 26)
"""Words of a caption, fewest and most."""
_QUESTIONS = 60
_FINGERPRINT = Fingerprint("synthetic", "", "", "lexical-1", "lexical", "10s")


def main() -> int:
    """Build libraries, ask them, and print how the time grows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=int, nargs="+", default=[1, 100, 1000])
    parser.add_argument("--vectors", type=int, default=36_000, help="store vectors up to so many segments")
    parser.add_argument("--folder", type=Path, help="keep the libraries here, and use those that are there")
    arguments = parser.parse_args()
    print(f"{'hours':>8}{'segments':>11}{'vectors':>9}  {'what':24}{'p50 ms':>9}{'p95 ms':>9}{'cpu p95':>9}")
    with tempfile.TemporaryDirectory() as scratch:
        for hours in arguments.hours:
            library = Library((arguments.folder or Path(scratch)) / f"{hours}h")
            if not library.videos():
                _fill(library, hours, with_vectors=hours * _PER_HOUR <= arguments.vectors)
            _report(library, hours, with_vectors=hours * _PER_HOUR <= arguments.vectors)
            library.close()
    return 0


def vocabulary() -> tuple[list[str], np.ndarray]:
    """Return invented words and how probable each is, after Zipf."""
    chance = np.random.default_rng(1)
    letters = np.array(list("bdfghklmnprtvz")), np.array(list("aeiou"))
    words = {
        "".join(letters[place % 2][chance.integers(len(letters[place % 2]))] for place in range(length))
        for length in chance.integers(3, 9, 4 * _WORDS)
    }
    chosen = sorted(words)[:: max(1, len(words) // _WORDS)][:_WORDS]
    chance.shuffle(chosen)
    weights = 1 / (np.arange(len(chosen)) + 2.7)
    return chosen, weights / weights.sum()


def _fill(library: Library, hours: int, *, with_vectors: bool) -> None:
    """Write videos of an hour each, as published."""
    words, weights = vocabulary()
    chance = np.random.default_rng(2)
    library.set_fingerprint(_FINGERPRINT)
    for hour in range(hours):
        lengths = chance.integers(*_LENGTH, _PER_HOUR)
        drawn = iter(np.array(words)[chance.choice(len(words), int(lengths.sum()), p=weights)])
        texts = [" ".join(next(drawn) for _ in range(length)) for length in lengths]
        _write(library, hour, texts)
        if with_vectors:
            _embed(library, hour, texts)
    library.catalog.set_meta("generation", "1")


def _write(library: Library, hour: int, texts: list[str]) -> None:
    video_id, first = f"{hour:016x}", hour * _PER_HOUR + 1
    with library.catalog.transaction() as connection:
        connection.execute(
            "INSERT INTO videos (video_id, name, path, size_bytes, duration_seconds)"
            " VALUES (?, ?, ?, 1, 3600)",
            (video_id, f"camera_{hour:05d}.mp4", f"/videos/{hour}.mp4".encode()),
        )
        connection.executemany(
            "INSERT INTO segments (segment_id, video_id, fingerprint, ordinal, start_seconds, end_seconds,"
            " activity, starts_with_cut, summary) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?)",
            [
                (first + n, video_id, _FINGERPRINT.key, n, 10.0 * n, 10.0 * n + 10, text)
                for n, text in enumerate(texts)
            ],
        )
        connection.executemany(
            "INSERT INTO words (rowid, tokens) VALUES (?, ?)",
            [(first + n, text) for n, text in enumerate(texts)],
        )
        connection.execute(
            "UPDATE videos SET fingerprint = ? WHERE video_id = ?", (_FINGERPRINT.key, video_id)
        )


def _embed(library: Library, hour: int, texts: list[str]) -> None:
    ids = [hour * _PER_HOUR + 1 + n for n in range(len(texts))]
    placed = [Segment(f"{hour:016x}", n, Span(10 * n, 10 * n + 10), 0.0) for n in range(len(texts))]
    embedder = library.embedder
    library.vectors_of(embedder.name).upsert(ids, placed, embedder.embed_documents(texts))


def _report(library: Library, hours: int, *, with_vectors: bool) -> None:
    words, weights = vocabulary()
    chance = np.random.default_rng(3)
    some = f"{hours // 2:016x}"
    kinds: dict[str, Callable[[str], object]] = {
        "words": lambda text: library.search_words(text, limit=50),
        "whole retrieval": lambda text: find_moments(library, text),
        "in one video": lambda text: find_moments(library, text, video_id=some),
        "in ten minutes of one": lambda text: find_moments(
            library, text, video_id=some, span=Span(600, 1200)
        ),
    }
    find_moments(library, words[0])  # opens everything
    for kind, ask in kinds.items():
        times = []
        for _ in range(_QUESTIONS):
            text = " ".join(chance.choice(words, int(chance.integers(2, 10)), p=weights))
            wall, cpu = time.perf_counter(), time.process_time()
            ask(text)
            times.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))
        wall_ms, cpu_ms = np.array(times).T
        half, most = np.percentile(wall_ms, [50, 95])
        stored = hours * _PER_HOUR if with_vectors else 0
        print(
            f"{hours:>8,}{hours * _PER_HOUR:>11,}{stored:>9,}  {kind:24}{half:>9.1f}{most:>9.1f}"
            f"{np.percentile(cpu_ms, 95):>9.1f}",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
