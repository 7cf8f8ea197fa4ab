"""A library and an assistant that are small enough for the app's tests, and record what they were asked."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from assistant.answer import Answer, Citation, Models, Source, Step, VideoCoverage
from assistant.conversations import Conversation
from assistant.events import Answered, AskEvent, StepFinished, StepStarted, TextDelta
from indexer.errors import MediaError, TimeOutsideVideo, VideoNotFound
from indexer.library.records import VideoRecord, VideoStatus
from indexer.timeline import Coverage, Frame, Span, Unseen

DOCK = "a" * 16
CLIP_BYTES = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 20


@dataclass
class FakeLibrary:
    """Holds records; a frame's red is its second, its green and blue tell the size that was asked for."""

    records: list[VideoRecord]
    decoded: list[tuple[str, float, int | None]] = field(default_factory=list)
    closed: bool = False

    def videos(self) -> list[VideoRecord]:
        return self.records

    def video(self, name_or_id: str) -> VideoRecord:
        for record in self.records:
            if name_or_id in (record.video_id, record.name, record.path.stem, str(record.path)):
                return record
        raise VideoNotFound(f"no video {name_or_id!r}")

    def file_of(self, video_id: str) -> Path:
        path = self.video(video_id).path
        if not path.is_file():
            raise MediaError(f"{path.name} is gone")
        return path

    def frames_at(
        self, video_id: str, seconds: Sequence[float], *, max_side: int | None = None
    ) -> list[Frame]:
        record = self.video(video_id)
        if any(second >= record.duration_seconds for second in seconds):
            raise TimeOutsideVideo(f"{record.name} lasts {record.duration_seconds} s")
        self.decoded += [(video_id, second, max_side) for second in seconds]
        side = max_side or record.width
        pixels = np.zeros((side * 9 // 16, side, 3), np.uint8)
        return [Frame(second, pixels + np.uint8([int(second), 0, 200])) for second in seconds]

    def close(self) -> None:
        self.closed = True


class FakeAssistant:
    """Answers every question with the same events, and records how it was asked."""

    models = Models("offline", "observer", "lexical-1")

    def __init__(self, library: FakeLibrary, answer: Answer, pause_seconds: float = 0.0) -> None:
        self.library = library
        self.answer = answer
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.error: Exception | None = None
        self.kept: dict[str, list[Answer]] = {}
        self.closed = False
        self._pause = pause_seconds

    def ask(
        self, question: str, *, conversation_id: str | None = None, video: str | None = None
    ) -> Iterator[AskEvent]:
        self.asked.append((question, conversation_id, video))
        answer = replace(self.answer, question=question)
        for number, step in enumerate(answer.steps):
            yield StepStarted(str(number), step.tool, step.arguments)
            time.sleep(self._pause)
            yield StepFinished(str(number), step)
        if self.error:
            raise self.error
        for word in answer.text.split(" "):
            time.sleep(self._pause / 10)
            yield TextDelta(word + " ")
        if conversation_id:
            self.kept.setdefault(conversation_id, []).append(answer)
        yield Answered(answer)

    def conversation(self, conversation_id: str) -> list[Answer]:
        return self.kept.get(conversation_id, [])

    def conversations(self) -> list[Conversation]:
        return [Conversation(key, turns[0].question, datetime.now(UTC)) for key, turns in self.kept.items()]

    def close(self) -> None:
        self.closed = True


def make_record(folder: Path, **changes: object) -> VideoRecord:
    """Return a ready video whose file holds `CLIP_BYTES`, with some fields changed."""
    path = folder / str(changes.get("name", "dock.mp4"))
    if not path.exists():
        path.write_bytes(CLIP_BYTES)
    facts: dict[str, object] = {
        "video_id": DOCK,
        "name": path.name,
        "path": path,
        "status": VideoStatus.READY,
        "duration_seconds": 30.0,
        "width": 768,
        "height": 432,
        "codec": "h264",
    }
    return VideoRecord(**{**facts, **changes})  # type: ignore[arg-type]


def make_answer(**changes: object) -> Answer:
    """Return an answer about second 5 of the dock, with some fields changed."""
    span = Span(5, 6)
    facts: dict[str, object] = {
        "question": "what happened at second 5?",
        "text": "Between 0:05 and 0:06 a red region moves downwards (dock.mp4 0:05–0:06).",
        "citations": (Citation("dock.mp4", DOCK, span, Source.LOOK, (5.0, 5.04, 5.2333333, 5.8)),),
        "coverage": (VideoCoverage("dock.mp4", Coverage(DOCK, (span,), (Unseen(Span(28, 30), "damaged"),))),),
        "steps": (
            Step("recall_span", {"video": "dock.mp4", "start_seconds": 5, "end_seconds": 6}, 0.01),
            Step(
                "look_again",
                {"video": "dock.mp4", "start_seconds": 5, "end_seconds": 6, "question": "what moves?"},
                1.24,
            ),
        ),
        "models": Models("offline", "observer", "lexical-1"),
    }
    return Answer(**{**facts, **changes})  # type: ignore[arg-type]
