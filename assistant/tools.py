"""What the agent may do. All of it reads; nothing changes the library.

Each tool returns text for the model, with the footage's words between data delimiters, and an artifact for
our own code: `Findings`, from which citations and coverage are worked out. A look replies in text; one day a
chat model that takes images could be handed the frames themselves here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, tool
from pydantic import Field

import prompts
from assistant.answer import Source
from assistant.data import as_data
from assistant.evidence import Evidence, Findings, Kind, Line, Searched, caption_lines
from assistant.replies import read_reply
from assistant.retrieval import Moment, find_moments
from assistant.turn import Mode, Turn
from indexer.errors import TimeOutsideVideo, VideoNotFound
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.timeline import Frame, Segment, Span, format_seconds
from indexer.vision.model import Look, Reply, VisionModel, frames_shown

Result = tuple[str, dict[str, Any]]
"""Text for the model, and the artifact for the code."""

MAX_SEGMENTS = 60
"""Segments that one look-up lists; of a longer span, the most active ones."""

VideoName = Annotated[str, Field(description="The video's name, as listed, for example dock.mp4.")]
Start = Annotated[
    float, Field(description="Start of the span, in seconds from the start of the video.", ge=0)
]
End = Annotated[float, Field(description="End of the span, in seconds; the span does not include it.", gt=0)]


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What the tools work with."""

    library: Library
    vision: VisionModel
    language: str = "English"
    looking: threading.Lock = field(default_factory=threading.Lock)
    """Held during a look: tools run in threads, and vision models are not built for two looks at once."""


def make_tools(context: ToolContext) -> list[BaseTool]:
    """Build the agent's tools over one library and one vision model."""
    library = context.library

    @tool(response_format="content_and_artifact")
    def list_videos(runtime: ToolRuntime[Turn]) -> Result:
        """List the videos with their length and status."""
        records = [library.video(runtime.context.video)] if runtime.context.video else library.videos()
        return _say_videos(library, records), Findings().to_artifact()

    @tool(response_format="content_and_artifact")
    def recall_span(video: VideoName, start_seconds: Start, end_seconds: End) -> Result:
        """Read what the index knows of a span of one video: captions and timed events that overlap it."""
        record = _answerable(library, video)
        return _recall(library, record, _span_in(record, start_seconds, end_seconds))

    @tool(response_format="content_and_artifact")
    def search_moments(
        query: Annotated[str, Field(description="Words for what to find: things, colours, actions, text.")],
        runtime: ToolRuntime[Turn],
        video: Annotated[str | None, Field(description="Search this video only; leave out for all.")] = None,
        limit: Annotated[int, Field(description="How many moments to return.", ge=1, le=20)] = 5,
    ) -> Result:
        """Search all videos, or one, for moments that fit a description; best first."""
        narrowed = video or runtime.context.video
        record = _answerable(library, narrowed) if narrowed else None
        return _search(library, query, record, limit)

    @tool(response_format="content_and_artifact")
    def look_again(
        video: VideoName,
        start_seconds: Start,
        end_seconds: End,
        question: Annotated[str, Field(description="What to find out from the frames, exactly.")],
        runtime: ToolRuntime[Turn],
    ) -> Result:
        """Look again at the frames of a span with a question, finer than the index; best on short spans."""
        record = _answerable(library, video)
        return _look(context, record, _span_in(record, start_seconds, end_seconds), question, runtime.context)

    return [list_videos, recall_span, search_moments, look_again]


def _answerable(library: Library, name: str) -> VideoRecord:
    record = library.video(name)
    if not record.answerable:
        raise VideoNotFound(
            f"{record.name} cannot be answered about, it is {record.status.value}: "
            f"{record.reason or 'ask again when it is indexed'}"
        )
    return record


def _span_in(record: VideoRecord, start_seconds: float, end_seconds: float) -> Span:
    """Return the span within the video; its end is cut at the video's end."""
    if start_seconds >= record.duration_seconds or end_seconds <= start_seconds:
        raise TimeOutsideVideo(
            f"{start_seconds:g} to {end_seconds:g} s is no span of {record.name}, which lasts "
            f"{format_seconds(record.duration_seconds)}; give a start before that and an end after the start"
        )
    return Span(start_seconds, min(end_seconds, record.duration_seconds))


def _say_videos(library: Library, records: Iterable[VideoRecord]) -> str:
    lines = [
        f"{library.handle(record)}, {format_seconds(record.duration_seconds)}, {record.status.value}"
        + (f" ({record.reason})" if record.reason else "")
        for record in records
    ]
    return as_data("\n".join(lines) or "no videos")


def _recall(library: Library, record: VideoRecord, span: Span) -> Result:
    handle = library.handle(record)
    segments = library.segments(record.video_id, span)
    listed = _most_active(segments)
    evidence = [_segment_evidence(handle, segment, span) for segment in listed]
    read = [entry.span for entry in evidence] if len(listed) < len(segments) else [span]
    searched = tuple(_searched(library, record, part) for part in read)
    findings = Findings(evidence=tuple(evidence), searched=searched, vision=library.vision_name)
    notes = [
        f"Not inspected by the index: {unseen.span} ({unseen.reason})"
        for part in searched
        for unseen in part.unseen
    ]
    if len(listed) < len(segments):
        notes.append(
            f"These are the {len(listed)} most active of {len(segments)} segments; ask for a shorter span."
        )
    body = _say_evidence(evidence) if evidence else "nothing is indexed here"
    return "\n".join([f"The index of {span}:", as_data(f"{handle}\n{body}"), *notes]), findings.to_artifact()


def _most_active(segments: Sequence[Segment]) -> list[Segment]:
    chosen = sorted(segments, key=lambda segment: -segment.activity)[:MAX_SEGMENTS]
    return sorted(chosen, key=lambda segment: segment.span)


def _segment_evidence(handle: str, segment: Segment, span: Span) -> Evidence:
    """Return what the index says of a segment, without the events that lie outside the span."""
    lines = caption_lines(segment.caption, segment.span) if segment.caption else []
    inside = tuple(line for line in lines if line.span.intersect(span))
    return Evidence(handle, segment.video_id, segment.span, Source.INDEX, inside)


def _search(library: Library, query: str, record: VideoRecord | None, limit: int) -> Result:
    moments = find_moments(library, query, limit=limit, video_id=record.video_id if record else None)
    videos = [record] if record else [video for video in library.videos() if video.answerable]
    evidence = tuple(_moment_evidence(library, moment) for moment in moments)
    searched = tuple(_searched(library, each, each.span) for each in videos if each.duration_seconds > 0)
    findings = Findings(evidence=evidence, searched=searched, vision=library.vision_name)
    found = "\n\n".join(f"{moment.video}\n{_say_evidence([moment])}" for moment in evidence)
    text = f"{len(moments)} moments, best first:" if moments else "Nothing in the index fits these words."
    return f"{text}\n{as_data(found)}" if moments else text, findings.to_artifact()


def _searched(library: Library, record: VideoRecord, span: Span) -> Searched:
    unseen = library.coverage(record.video_id, span).not_inspected
    return Searched(library.handle(record), record.video_id, span, unseen)


def _moment_evidence(library: Library, moment: Moment) -> Evidence:
    """Return a moment with what else the index says of its time."""
    lines: list[Line] = []
    for segment in moment.segments:
        if segment.caption:
            lines += caption_lines(segment.caption, segment.span, moment.events)
    lines = [line for line in lines if line.span.intersect(moment.span)]
    return Evidence(
        video=library.handle(moment.video),
        video_id=moment.video.video_id,
        span=moment.segments_span,
        source=Source.INDEX,
        lines=tuple(lines),
        matched=moment.matched,
    )


def _look(context: ToolContext, record: VideoRecord, span: Span, question: str, turn: Turn) -> Result:
    budget = context.vision.look_budget
    frames = context.library.frames_in(record.video_id, span, budget)
    judges = context.vision.judges
    look = Look(
        frames=tuple(frames),
        span=span,
        prompt=_look_prompt(span, question, turn, context.language),
        # A measuring model ignores the prompt, and its events are exact in the caption's form only.
        reply=Reply.TEXT if judges else Reply.CAPTION,
    )
    with context.looking:
        reply = context.vision.look([look])[0]
        shown = frames_shown(context.vision, look)
    handle = context.library.handle(record)
    lines = read_reply(reply, span, judges=judges)
    seconds = tuple(frame.pts_seconds for frame in shown)
    evidence = Evidence(handle, record.video_id, span, Source.LOOK, lines, seconds, judged=judges)
    findings = Findings(evidence=(evidence,), vision=context.vision.name)
    body = reply if judges else _say_evidence([evidence])
    return "\n".join([_density(shown, span), as_data(f"{handle}\n{body}")]), findings.to_artifact()


def _look_prompt(span: Span, question: str, turn: Turn, language: str) -> str:
    stretch = f"{span.start_seconds:g}–{span.end_seconds:g} s"
    if turn.mode is Mode.CLASSIFY:
        actions = "\n".join(f"- {action}" for action in turn.actions)
        return prompts.load("classify", span=stretch, actions=actions, language=language)
    if turn.mode in (Mode.TIMELINE, Mode.SAFETY):
        return prompts.load(turn.mode.value, span=stretch, language=language)
    return prompts.load("look", span=stretch, question=question, language=language)


def _density(frames: Sequence[Frame], span: Span) -> str:
    rate = len(frames) / span.duration_seconds
    warning = "; what is shorter than the gaps may be missed, look at a shorter span" if rate < 1 else ""
    return f"Looked again at {span}: {len(frames)} frames, {rate:.2g} per second{warning}."


def _say_evidence(evidence: Iterable[Evidence]) -> str:
    """Write one line for each statement; text in the picture already stands in the summaries."""
    return "\n".join(
        f"{line.span} {line.text}" if line.kind is Kind.EVENT else f"[{line.span}] {line.text}"
        for entry in evidence
        for line in entry.lines
        if line.kind is not Kind.TEXT
    )
