"""Timed captions of many videos, split into what is indexed and what is asked; and how good an answer is.

A sentence that is held out is asked as a question. Its own span is not in the index, so the right answer is
what the other captions say of the same time.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SEED = 20260101
_SHARE = 10
"""A tenth of the sentences is held out; another tenth in a dev split."""
LIMIT = 5
"""Answers that are looked at for each question."""

Place = tuple[str, float, float]
"""A video with start and end in seconds."""


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of the data set and the span that it describes."""

    video: str
    start_seconds: float
    end_seconds: float
    text: str


@dataclass(frozen=True, slots=True)
class Split:
    """What is indexed and what is asked."""

    durations: dict[str, float]
    """Seconds of each video."""
    indexed: dict[str, list[Told]]
    questions: list[Told]


def read_split(path: Path, *, dev: int | None = None, sample: int | None = None) -> Split:
    """Read a data set in the form of UCA and split it.

    Args:
        path: The JSON file: per video its duration, spans and sentences.
        dev: Ask another tenth instead, which one; the questions of the report are then in neither part.
        sample: Ask this many of the questions only.
    """
    videos = json.loads(path.read_text(encoding="utf-8"))
    told = [
        Told(name, start, end, sentence)
        for name, video in videos.items()
        for (start, end), sentence in zip(video["timestamps"], video["sentences"], strict=True)
    ]
    random.Random(SEED).shuffle(told)
    size = len(told) // _SHARE
    held_out, rest = told[:size], told[size:]
    if dev is not None:
        held_out, rest = rest[dev * size : (dev + 1) * size], rest[: dev * size] + rest[(dev + 1) * size :]
    indexed: dict[str, list[Told]] = {}
    for each in rest:
        indexed.setdefault(each.video, []).append(each)
    return Split({name: video["duration"] for name, video in videos.items()}, indexed, held_out[:sample])


def iou(told: Told, place: Place) -> float:
    """Return the temporal intersection over union of a sentence's span and a place, 0 in another video."""
    video, start, end = place
    if video != told.video:
        return 0.0
    shared = min(end, told.end_seconds) - max(start, told.start_seconds)
    whole = max(end, told.end_seconds) - min(start, told.start_seconds)
    return max(0.0, shared) / whole if whole > 0 else 0.0


def measures(questions: Sequence[Told], answers: Sequence[Sequence[Place]]) -> dict[str, float]:
    """Return recall at 1 and at 5 for both overlaps, and the mean reciprocal rank at the lower one."""
    found: dict[str, float] = {}
    for overlap in (0.3, 0.5):
        right = [
            [iou(told, place) >= overlap for place in places[:LIMIT]]
            for told, places in zip(questions, answers, strict=True)
        ]
        found[f"R@1 IoU {overlap}"] = sum(each[:1] == [True] for each in right) / len(right)
        found[f"R@5 IoU {overlap}"] = sum(map(any, right)) / len(right)
        if overlap == 0.3:
            found["MRR"] = sum(1 / (each.index(True) + 1) for each in right if any(each)) / len(right)
    found["right video at 1"] = sum(
        bool(places) and places[0][0] == told.video for told, places in zip(questions, answers, strict=True)
    ) / len(questions)
    return found


def ceiling(split: Split, overlap: float = 0.3) -> float:
    """Return the share of questions for which any single indexed caption would be right."""
    right = [
        any(iou(told, (each.video, each.start_seconds, each.end_seconds)) >= overlap for each in others)
        for told in split.questions
        for others in [split.indexed.get(told.video, [])]
    ]
    return sum(right) / len(right)
