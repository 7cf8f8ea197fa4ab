"""A library, a vision model and a chat model that are small, exact, and record what they were given."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from assistant.answer import Answer
from assistant.events import Answered, AskEvent
from assistant.session import Assistant
from indexer.embedding.reranking import Reranker
from indexer.errors import VideoNotFound
from indexer.library.catalog import Catalog
from indexer.library.frames import FrameHit
from indexer.library.notes import PERSON, Note
from indexer.library.records import Hit, VideoRecord, VideoStatus
from indexer.library.texts import TextHit
from indexer.text import tokens
from indexer.texts.model import TimedText
from indexer.timeline import Caption, Coverage, Event, Frame, Segment, Span, Unseen, subtract_spans
from indexer.vision.model import FrameBudget, Look

DOCK, YARD, BROKEN = "a" * 16, "b" * 16, "c" * 16

# As the observer says things.
RED_FALLS = Event(
    Span(5.0, 6.0), "a red region", "moved downwards from the upper right to the lower right", "fast"
)
CART_CROSSES = Event(
    Span(9.0, 13.0), "a blue region", "moved to the right from the left to the right", "slowly"
)
LIGHT_DROPS = Event(
    Span(18.0, 20.0),
    "the light",
    "dropped suddenly: the picture went dark, as when the lights go out",
    "brightness from 50 % to 3 %",
)
SIGN = 'Text on screen (sign, label or caption): "DOCK 4 KEEP CLEAR".'
VAN = Event(Span(2.0, 4.0), "a white region", "moved to the left at the bottom", "slowly")


def record(video_id: str, name: str, duration: float, **fields: Any) -> VideoRecord:
    status = fields.pop("status", VideoStatus.READY)
    return VideoRecord(video_id, name, Path("/videos") / name, status, duration_seconds=duration, **fields)


def segments_of(video_id: str, duration: float, events: Sequence[Event], text: str = "") -> list[Segment]:
    """Cut a video into segments of 10 s, each with its part of the events, as indexing does."""
    made = []
    for ordinal in range(int(-(-duration // 10))):
        span = Span(ordinal * 10.0, min(duration, ordinal * 10.0 + 10))
        own = _within(events, span)
        summary = f"{'Something moved.' if own else 'Nothing moved.'} {text}".strip()
        made.append(Segment(video_id, ordinal, span, len(own) / 10, caption=Caption(summary, own)))
    return made


def _within(events: Sequence[Event], span: Span) -> tuple[Event, ...]:
    return tuple(replace(event, span=inside) for event in events if (inside := event.span.intersect(span)))


@dataclass
class FakeLibrary:
    """Has the read side of the real library, over what the test gives it."""

    records: list[VideoRecord]
    events: dict[str, list[Event]]
    texts: dict[str, str] = field(default_factory=dict)
    """Sentence about text on screen in every summary, by video."""
    said: dict[str, list[TimedText]] = field(default_factory=dict)
    """Subtitles and speech, by video."""
    unseen: dict[str, tuple[Unseen, ...]] = field(default_factory=dict)
    embedder_name: str = "lexical-1"
    vision_name: str = "observer-1"
    reranker: Reranker | None = None
    timezone: str = ""
    frames_per_second: float = 10.0
    decoded: list[tuple[str, Span]] = field(default_factory=list)
    noted: list[Note] = field(default_factory=list)
    frame_hits: list[FrameHit] = field(default_factory=list)
    """What is found by what frames look like."""
    folder: Path | None = None
    """Where catalogs may lie."""

    def videos(self) -> list[VideoRecord]:
        return sorted(self.records, key=lambda video: video.name)

    def video(self, name_or_id: str) -> VideoRecord:
        for video in self.records:
            if name_or_id in (video.video_id, video.name, video.path.stem):
                return video
        raise VideoNotFound(f"there is no video called {name_or_id!r}; known: dock.mp4")

    def handle(self, video: VideoRecord) -> str:
        return video.name

    def is_interrupted(self, video: VideoRecord) -> bool:
        return False

    def segments(self, video_id: str, span: Span | None = None) -> list[Segment]:
        video = self.video(video_id)
        made = segments_of(
            video_id, video.duration_seconds, self.events.get(video_id, []), self.texts.get(video_id, "")
        )
        return [segment for segment in made if span is None or segment.span.intersect(span)]

    def coverage(self, video_id: str, span: Span | None = None) -> Coverage:
        video = self.video(video_id)
        within = span or video.span
        gaps = [
            Unseen(part, gap.reason)
            for gap in self.unseen.get(video_id, ())
            if (part := gap.span.intersect(within))
        ]
        if not video.answerable:
            return Coverage(video_id, (), (Unseen(within, f"failed: {video.reason}"),))
        return Coverage(video_id, tuple(subtract_spans(within, [gap.span for gap in gaps])), tuple(gaps))

    def search_words(
        self, query: str, *, limit: int, video_id: str | None = None, span: Span | None = None
    ) -> list[Hit]:
        wanted = set(tokens(query))
        hits = []
        for video in self.videos():
            if not video.answerable or video_id not in (None, video.video_id):
                continue
            for segment in self.segments(video.video_id, span):
                shared = wanted & set(tokens(segment.caption.text() if segment.caption else ""))
                if shared:
                    hits.append(Hit(video, segment, float(len(shared))))
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def timed_texts(self, video_id: str, span: Span | None = None) -> list[TimedText]:
        return [text for text in self.said.get(video_id, []) if span is None or text.span.intersect(span)]

    def search_texts(
        self, words: str, *, limit: int = 50, video_id: str | None = None, span: Span | None = None,
        anywhere: bool = False,
    ) -> list[TextHit]:  # fmt: skip
        wanted = set(tokens(words))
        hits = [
            TextHit(self.video(each), text)
            for each in self.said
            if video_id in (None, each)
            for text in self.timed_texts(each, span)
        ]
        return [hit for hit in hits if wanted <= set(tokens(hit.text.text))][:limit]

    def search_meaning(
        self, query: str, *, limit: int, video_id: str | None = None, span: Span | None = None
    ) -> list[Hit]:
        """Return everything in the order of time, as nearest neighbours always do however far they are."""
        return [
            Hit(video, segment, 0.1)
            for video in self.videos()
            if video.answerable and video_id in (None, video.video_id)
            for segment in self.segments(video.video_id, span)
        ][:limit]

    def search_like(
        self, picture: object, *, limit: int = 5, video_id: str | None = None, span: Span | None = None
    ) -> list[FrameHit]:
        return self.frame_hits[:limit]

    def segments_beside(self, segments: Sequence[Segment]) -> dict[tuple[str, int], list[Segment]]:
        return {
            (each.video_id, each.ordinal): [
                other for other in self.segments(each.video_id) if abs(other.ordinal - each.ordinal) == 1
            ]
            for each in segments
        }

    def search_frames(
        self, query: str, *, limit: int, video_id: str | None = None, span: Span | None = None
    ) -> list[FrameHit]:
        """Return what a test said that the frames show."""
        return self.frame_hits[:limit]

    def frames_in(self, video_id: str, span: Span, budget: FrameBudget) -> list[Frame]:
        self.decoded.append((video_id, span))
        rate = min(self.frames_per_second, budget.frames_per_second)
        count = max(1, min(budget.max_frames, round(span.duration_seconds * rate)))
        step = span.duration_seconds / count
        return [Frame(span.start_seconds + i * step, np.zeros((16, 16, 3), np.uint8)) for i in range(count)]

    @property
    def catalog(self) -> Catalog:
        """A real catalog with what the library holds at this moment: counting is SQL."""
        assert self.folder is not None
        catalog = Catalog(Path(mkdtemp(dir=self.folder)) / "catalog.sqlite")
        for video in self.videos():
            catalog.add_video(video.video_id, video.path, 1)
            for segment in self.segments(video.video_id) if video.answerable else ():
                catalog.add_segment(segment, "index")
            catalog.publish(video.video_id, "index")
        return catalog

    def notes(self, video_id: str, span: Span | None = None) -> list[Note]:
        own = [note for note in self.noted if note.video_id == video_id]
        return [note for note in own if span is None or note.span.intersect(span)]

    def add_note(self, video_id: str, span: Span, text: str, author: str = PERSON) -> Note:
        self.noted.append(Note(len(self.noted) + 1, video_id, span, author, text, datetime.now(UTC)))
        return self.noted[-1]

    def close(self) -> None: ...


@dataclass
class FakeVision:
    """Sees the events that a test lays into the footage; answers in the caption's form, or with set words."""

    events: Sequence[Event] = ()
    text: str = ""
    judges: bool = False
    words: str = ""
    name: str = "observer-1"
    looks: list[Look] = field(default_factory=list)
    error: Exception | None = None
    caption_budget: FrameBudget = field(default_factory=lambda: FrameBudget(32, 4.0, 448))
    look_budget: FrameBudget = field(default_factory=lambda: FrameBudget(40, 10.0, 448))

    def look(self, requests: Sequence[Look]) -> list[str]:
        self.looks += requests
        if self.error:
            raise self.error
        return [self.words if self.judges else self._caption(request.span) for request in requests]

    def _caption(self, span: Span) -> str:
        seen = _within(self.events, span)
        events = [
            {"start_seconds": event.span.start_seconds, "end_seconds": event.span.end_seconds,
             "actor": event.actor, "action": event.action, "details": event.details}
            for event in seen
        ]  # fmt: skip
        summary = f"{'Something moved.' if seen else 'Nothing moved.'} {self.text}".strip()
        return json.dumps({"summary": summary, "events": events})


Line = AIMessage | Callable[[list[BaseMessage]], AIMessage]


class ScriptedModel(BaseChatModel):
    """Says its lines one after the other, the last one for ever, and records what it was given."""

    model: str = "scripted"
    script: list[Any]
    _heard: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def heard(self) -> list[list[BaseMessage]]:
        return self._heard

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self.bind(tools=[tool.name for tool in tools])

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        line = self.script[min(len(self._heard), len(self.script) - 1)]
        self._heard.append(list(messages))
        if isinstance(line, Exception):
            raise line
        message = line(messages) if callable(line) else line.model_copy(update={"id": None})
        return ChatResult(generations=[ChatGeneration(message=message)])


def calls(*wanted: tuple[str, dict[str, Any]]) -> Callable[[list[BaseMessage]], AIMessage]:
    """Return a line that calls tools; ids are new each time, as a real model's are."""

    def line(messages: list[BaseMessage]) -> AIMessage:
        return AIMessage(
            content="",
            tool_calls=[
                {"name": name, "args": arguments, "id": f"{len(messages)}-{number}", "type": "tool_call"}
                for number, (name, arguments) in enumerate(wanted)
            ],
        )

    return line


def tool_texts(messages: Sequence[BaseMessage]) -> list[str]:
    return [message.text for message in messages if isinstance(message, ToolMessage)]


def events_of(assistant: Assistant, question: str, **arguments: Any) -> list[AskEvent]:
    return list(assistant.ask(question, **arguments))


def answer_of(assistant: Assistant, question: str, **arguments: Any) -> Answer:
    """Ask, and return the answer that the last event carries."""
    last = events_of(assistant, question, **arguments)[-1]
    assert isinstance(last, Answered)
    return last.answer
