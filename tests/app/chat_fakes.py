"""A library and an assistant that are small enough for the app's tests, and record what they were asked."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from assistant.answer import Answer, Citation, Models, Source, Step, VideoCoverage
from assistant.conversations import Conversation, Conversations
from assistant.events import Answered, AskEvent, StepFinished, StepStarted, TextDelta
from assistant.narrowing import Narrowing
from assistant.run import StopSignal
from indexer.errors import LibraryError, MediaError, TimeOutsideVideo, VideoNotFound
from indexer.library.catalog import Catalog
from indexer.library.jobs import JobQueue
from indexer.library.lookup import handles
from indexer.library.notes import PERSON, Note
from indexer.library.records import VideoRecord, VideoStatus
from indexer.timeline import Caption, Coverage, Frame, Segment, Span, Unseen

DOCK = "a" * 16
CLIP_BYTES = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 20


@dataclass
class FakeLibrary:
    """Holds records; a frame's red is its second, its green and blue tell the size that was asked for."""

    records: list[VideoRecord]
    decoded: list[tuple[str, float, int | None]] = field(default_factory=list)
    closed: bool = False
    written: list[Note] = field(default_factory=list)

    @property
    def catalog(self) -> Catalog:
        """The records as rows of a real catalog, for what asks the database."""
        return as_catalog(self.records)

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

    def frame_times(self, video_id: str, seconds: float, *, count: int = 1) -> list[float]:
        first = int(seconds * 25)
        return [number / 25 for number in range(max(0, first - count), first + count + 1)]

    def handle(self, video: VideoRecord) -> str:
        return handles(self.records)[video.video_id]

    def segments(self, video_id: str, span: Span | None = None) -> list[Segment]:
        parts = [Span(5.0 * number, 5.0 * number + 5) for number in range(6)]
        return [
            Segment(video_id, number, part, 0.1, caption=Caption(f"part {number}"))
            for number, part in enumerate(parts)
            if span is None or part.intersect(span)
        ]

    def add_note(self, video_id: str, span: Span, text: str, author: str = PERSON) -> Note:
        if not text.strip():
            raise LibraryError("a note has 1 to 2000 characters, this one has 0")
        self.written.append(Note(len(self.written), video_id, span, author, text, datetime.now(UTC)))
        return self.written[-1]

    def notes(self, video_id: str, span: Span | None = None) -> list[Note]:
        return [note for note in self.written if note.video_id == video_id]

    def close(self) -> None:
        self.closed = True


def as_catalog(records: Sequence[VideoRecord]) -> Catalog:
    """Return a catalog, in a folder of its own, in which the videos stand as the records say."""
    beside = records[0].path.parent if records else None
    catalog = Catalog(Path(tempfile.mkdtemp(dir=beside)) / "catalog.sqlite")
    queue = JobQueue(catalog)
    for record in records:
        catalog.add_video(record.video_id, record.path, record.size_bytes)
        catalog.query(
            "UPDATE videos SET name = ?, duration_seconds = ? WHERE video_id = ?",
            record.name, record.duration_seconds, record.video_id,
        )  # fmt: skip
        match record.status:
            case VideoStatus.READY | VideoStatus.PARTIAL:
                catalog.publish(record.video_id, "made")
                if record.status is VideoStatus.PARTIAL:
                    catalog.add_unseen(record.video_id, "made", [Unseen(Span(1, 2), record.reason)])
            case VideoStatus.FAILED:
                catalog.set_failure(record.video_id, record.reason)
            case _:
                queue.put(record.video_id, record.path)
                if record.status is VideoStatus.INDEXING:
                    queue.take()
                    queue.report(record.video_id, record.progress)
    return catalog


class FakeAssistant:
    """Answers every question with the same events, and records how it was asked; can be held up in a step."""

    models = Models("offline", "observer", "lexical-1")

    def __init__(self, library: FakeLibrary, answer: Answer) -> None:
        self.library = library
        self.answer = answer
        self.asked: list[tuple[str, str | None, Narrowing | None]] = []
        self.error: Exception | None = None
        self.history = Conversations(None)
        self.closed = False
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def ask(
        self,
        question: str,
        *,
        conversation_id: str | None = None,
        narrowing: Narrowing | None = None,
        signal: StopSignal | None = None,
    ) -> Iterator[AskEvent]:
        self.asked.append((question, conversation_id, narrowing))
        answer = replace(self.answer, question=question)
        for number, step in enumerate(answer.steps):
            yield StepStarted(str(number), step.tool, step.arguments)
            assert self.may_go_on.wait(100)
            if signal:
                signal.check()
            yield StepFinished(str(number), step)
        if self.error:
            raise self.error
        for word in answer.text.split(" "):
            yield TextDelta(word + " ")
        if conversation_id:
            self.history.add(conversation_id, answer)
        yield Answered(answer)

    def conversation(self, conversation_id: str) -> list[Answer]:
        return self.history.answers(conversation_id)

    def conversations(self) -> list[Conversation]:
        return self.history.all()

    def forget(self, conversation_id: str) -> None:
        self.history.forget(conversation_id)

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
